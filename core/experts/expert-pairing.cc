// SPDX-License-Identifier: GPL-2.0-only
#include "experts/expert-pairing.h"

#include "base/contracts.h"
#include "base/random.h"
#include "experts/expert-placement.h"
#include "matching/bottleneck-matching.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

/// max(bytes sent, bytes received) of each expert.
static std::vector<Bytes>
BusierPorts(const TrafficMatrix& dispatch)
{
    std::vector<Bytes> bytes = dispatch.RowSums();
    const std::vector<Bytes> received = dispatch.ColumnSums();
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        bytes[i] = std::max(bytes[i], received[i]);
    }
    return bytes;
}

/// w_ij, row by row.
static std::vector<Bytes>
PairWeights(const TrafficMatrix& first, const TrafficMatrix& second)
{
    ECHELON_REQUIRE(first.Size() == second.Size(), "models with equally many experts are paired");
    const std::vector<Bytes> firstSends = first.RowSums();
    const std::vector<Bytes> firstReceives = first.ColumnSums();
    const std::vector<Bytes> secondSends = second.RowSums();
    const std::vector<Bytes> secondReceives = second.ColumnSums();
    std::vector<Bytes> weights;
    for (std::uint32_t i = 0; i < first.Size(); ++i)
    {
        for (std::uint32_t j = 0; j < first.Size(); ++j)
        {
            weights.push_back(
                std::max(firstSends[i] + secondSends[j], firstReceives[i] + secondReceives[j]));
        }
    }
    return weights;
}

Pairing
PairSorted(const TrafficMatrix& first, const TrafficMatrix& second)
{
    ECHELON_REQUIRE(first.Size() == second.Size(), "models with equally many experts are paired");
    std::vector<std::uint32_t> ascending = DescendingOrder(BusierPorts(first));
    std::reverse(ascending.begin(), ascending.end());
    const std::vector<std::uint32_t> descending = DescendingOrder(BusierPorts(second));
    Pairing pairing(first.Size());
    for (std::size_t rank = 0; rank < ascending.size(); ++rank)
    {
        pairing[ascending[rank]] = descending[rank];
    }
    return pairing;
}

Pairing
PairByBottleneck(const TrafficMatrix& first, const TrafficMatrix& second)
{
    return MinimiseLargestWeight(first.Size(), PairWeights(first, second)).columnOf;
}

Pairing
PairAtRandom(std::uint32_t experts, std::uint64_t seed)
{
    Pairing pairing = PlaceInOrder(experts);
    RandomStream(seed, "pairing").Shuffle(pairing);
    return pairing;
}

Bytes
BusiestPortOf(const TrafficMatrix& first, const TrafficMatrix& second, const Pairing& pairing)
{
    ECHELON_REQUIRE(pairing.size() == first.Size(), "every expert has a partner");
    const std::vector<Bytes> weights = PairWeights(first, second);
    Bytes busiest = 0;
    for (std::uint32_t i = 0; i < pairing.size(); ++i)
    {
        busiest = std::max(busiest, weights[std::size_t{i} * pairing.size() + pairing[i]]);
    }
    return busiest;
}

Placement
PlaceInOrder(std::uint32_t experts)
{
    Placement gpuOf(experts);
    std::iota(gpuOf.begin(), gpuOf.end(), 0);
    return gpuOf;
}

Colocation
ColocationOf(const Pairing& pairing, const Placement& gpuOfPair)
{
    ECHELON_REQUIRE(pairing.size() == gpuOfPair.size(), "every pair has a GPU");
    Colocation colocation{gpuOfPair, Placement(pairing.size())};
    for (std::size_t i = 0; i < pairing.size(); ++i)
    {
        colocation.second[pairing[i]] = gpuOfPair[i];
    }
    return colocation;
}

} // namespace echelon
