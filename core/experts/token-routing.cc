// SPDX-License-Identifier: GPL-2.0-only
#include "experts/token-routing.h"

#include "base/contracts.h"
#include "base/random.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace echelon
{

/// Every copy counted, even those that stay at home.
static void
RequireRoom(std::int64_t copies, Bytes tokenBytes)
{
    ECHELON_REQUIRE(tokenBytes > 0 && copies <= TrafficMatrix::MAX_BYTES / tokenBytes,
                    "the bytes of all copies can be counted");
}

/// One copy to each host, and inside it one to each GPU. Sorts the destinations.
static void
SendOncePerHost(std::uint32_t source,
                std::vector<std::uint32_t>& destinations,
                std::uint32_t gpusPerHost,
                Bytes tokenBytes,
                TrafficMatrix& dispatch)
{
    std::sort(destinations.begin(), destinations.end());
    destinations.erase(std::unique(destinations.begin(), destinations.end()), destinations.end());
    std::optional<std::uint32_t> reached; // the host that has the token already
    std::uint32_t relay = source;
    for (const std::uint32_t gpu : destinations)
    {
        const std::uint32_t host = gpu / gpusPerHost;
        if (reached != host)
        {
            const std::uint32_t first = host * gpusPerHost;
            const std::uint32_t members = std::min(gpusPerHost, dispatch.Size() - first);
            relay = host == source / gpusPerHost ? source : first + source % gpusPerHost % members;
            dispatch.Add(source, relay, tokenBytes);
            reached = host;
        }
        if (gpu != relay)
        {
            dispatch.Add(relay, gpu, tokenBytes);
        }
    }
}

std::vector<std::uint32_t>
InRuns(std::size_t items, std::uint32_t gpus)
{
    std::vector<std::uint32_t> gpuOf(items);
    for (std::size_t i = 0; i < items; ++i)
    {
        gpuOf[i] = static_cast<std::uint32_t>(std::uint64_t{i} * gpus / items);
    }
    return gpuOf;
}

std::vector<std::uint32_t>
InTurn(std::size_t items, std::uint32_t gpus)
{
    std::vector<std::uint32_t> gpuOf(items);
    for (std::size_t i = 0; i < items; ++i)
    {
        gpuOf[i] = static_cast<std::uint32_t>(i % gpus);
    }
    return gpuOf;
}

std::vector<std::uint32_t>
SamplesInTurn(const std::vector<std::size_t>& lengths, std::uint32_t gpus)
{
    std::vector<std::uint32_t> gpuOf;
    for (std::size_t s = 0; s < lengths.size(); ++s)
    {
        gpuOf.insert(gpuOf.end(), lengths[s], static_cast<std::uint32_t>(s % gpus));
    }
    return gpuOf;
}

RoutedTraffic
RouteTokens(const TokenRouting& routing,
            const TokenLayout& layout,
            Bytes tokenBytes,
            std::optional<std::uint32_t> gpusPerHost)
{
    ECHELON_REQUIRE(routing.topK >= 1 && routing.chosen.size() % routing.topK == 0,
                    "every token has its experts");
    ECHELON_REQUIRE(layout.gpuOfToken.size() == routing.Tokens() &&
                        layout.gpuOfExpert.size() == routing.experts,
                    "every token and every expert has a GPU");
    ECHELON_REQUIRE(!gpusPerHost || *gpusPerHost > 0, "a host has a GPU");
    RequireRoom((gpusPerHost ? 2 : 1) * static_cast<std::int64_t>(routing.chosen.size()),
                tokenBytes);
    RoutedTraffic routed{TrafficMatrix(layout.gpus),
                         std::vector<std::int64_t>(routing.experts, 0),
                         std::vector<std::int64_t>(layout.gpus, 0)};
    std::vector<std::uint32_t> destinations; // of one token
    for (std::size_t token = 0; token < routing.Tokens(); ++token)
    {
        destinations.clear();
        for (std::size_t k = 0; k < routing.topK; ++k)
        {
            const std::uint32_t expert = routing.chosen[token * routing.topK + k];
            ECHELON_REQUIRE(expert < routing.experts, "the gate chooses among the experts");
            const std::uint32_t gpu = layout.gpuOfExpert[expert];
            ECHELON_REQUIRE(gpu < layout.gpus, "the expert's GPU takes part");
            ++routed.tokensOfExpert[expert];
            ++routed.tokensOnGpu[gpu];
            destinations.push_back(gpu);
        }
        const std::uint32_t source = layout.gpuOfToken[token];
        if (gpusPerHost)
        {
            SendOncePerHost(source, destinations, *gpusPerHost, tokenBytes, routed.dispatch);
            continue;
        }
        for (const std::uint32_t gpu : destinations)
        {
            routed.dispatch.Add(source, gpu, tokenBytes);
        }
    }
    return routed;
}

RoutedTraffic
RouteLoads(const std::vector<std::int64_t>& loads,
           std::uint32_t gpus,
           const std::vector<std::uint32_t>& gpuOfExpert,
           Bytes tokenBytes)
{
    ECHELON_REQUIRE(gpuOfExpert.size() == loads.size(), "every expert has a GPU");
    RoutedTraffic routed{TrafficMatrix(gpus), loads, std::vector<std::int64_t>(gpus, 0)};
    std::int64_t counted = 0;
    for (std::size_t expert = 0; expert < loads.size(); ++expert)
    {
        const std::int64_t load = loads[expert];
        ECHELON_REQUIRE(load >= 0, "loads are not negative");
        RequireRoom(load, tokenBytes);
        const std::uint32_t gpu = gpuOfExpert[expert];
        ECHELON_REQUIRE(gpu < gpus, "the expert's GPU takes part");
        routed.tokensOnGpu[gpu] += load;
        for (std::uint32_t turn = 0; turn < gpus && turn < load; ++turn)
        {
            const auto source = static_cast<std::uint32_t>((counted + turn) % gpus);
            const std::int64_t copies = (load - turn - 1) / gpus + 1;
            routed.dispatch.Add(source, gpu, copies * tokenBytes);
        }
        counted += load;
        RequireRoom(counted, tokenBytes);
    }
    return routed;
}

std::vector<double>
ExpertShares(std::uint32_t experts, double exponent, std::uint64_t seed, std::uint32_t block)
{
    std::vector<double> shares;
    double sum = 0;
    for (std::uint32_t k = 1; k <= experts; ++k)
    {
        shares.push_back(std::pow(k, -exponent));
        sum += shares.back();
    }
    for (double& share : shares)
    {
        share /= sum;
    }
    RandomStream(seed, "experts/" + std::to_string(block)).Shuffle(shares);
    return shares;
}

std::vector<std::int64_t>
TokensPerRank(std::int64_t tokens, const std::vector<double>& shares, std::uint32_t ranks)
{
    ECHELON_REQUIRE(ranks > 0 && shares.size() % ranks == 0, "ranks hold equally many experts");
    const std::size_t perRank = shares.size() / ranks;
    std::vector<std::int64_t> result;
    double cumulated = 0;
    std::int64_t given = 0;
    for (std::uint32_t rank = 0; rank < ranks; ++rank)
    {
        for (std::size_t e = rank * perRank; e < (rank + 1) * perRank; ++e)
        {
            cumulated += shares[e];
        }
        // Rounding the cumulated share keeps the sum exact.
        const std::int64_t upTo =
            rank + 1 == ranks ? tokens : std::llround(cumulated * static_cast<double>(tokens));
        result.push_back(upTo - given);
        given = upTo;
    }
    return result;
}

} // namespace echelon
