// SPDX-License-Identifier: GPL-2.0-only
#include "moe/token-routing.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

namespace
{

/// Every copy counted, even those that stay at home.
void
RequireRoom(std::int64_t copies, Bytes tokenBytes)
{
    ECHELON_REQUIRE(tokenBytes > 0 && copies <= TrafficMatrix::MAX_BYTES / tokenBytes,
                    "the bytes of all copies can be counted");
}

} // namespace

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
            bool deduplicate)
{
    ECHELON_REQUIRE(routing.topK >= 1 && routing.chosen.size() % routing.topK == 0,
                    "every token has its experts");
    ECHELON_REQUIRE(layout.gpuOfToken.size() == routing.Tokens() &&
                        layout.gpuOfExpert.size() == routing.experts,
                    "every token and every expert has a GPU");
    RequireRoom(static_cast<std::int64_t>(routing.chosen.size()), tokenBytes);
    RoutedTraffic routed{TrafficMatrix(layout.gpus),
                         std::vector<std::int64_t>(routing.experts, 0),
                         std::vector<std::int64_t>(layout.gpus, 0)};
    std::vector<std::uint32_t> reached; // GPUs that have this token already
    for (std::size_t token = 0; token < routing.Tokens(); ++token)
    {
        reached.clear();
        for (std::size_t k = 0; k < routing.topK; ++k)
        {
            const std::uint32_t expert = routing.chosen[token * routing.topK + k];
            ECHELON_REQUIRE(expert < routing.experts, "the gate chooses among the experts");
            const std::uint32_t gpu = layout.gpuOfExpert[expert];
            ECHELON_REQUIRE(gpu < layout.gpus, "the expert's GPU takes part");
            ++routed.tokensOfExpert[expert];
            ++routed.tokensOnGpu[gpu];
            if (deduplicate)
            {
                if (std::find(reached.begin(), reached.end(), gpu) != reached.end())
                {
                    continue;
                }
                reached.push_back(gpu);
            }
            routed.dispatch.Add(layout.gpuOfToken[token], gpu, tokenBytes);
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

} // namespace echelon
