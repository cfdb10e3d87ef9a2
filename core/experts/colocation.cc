// SPDX-License-Identifier: GPL-2.0-only
#include "experts/colocation.h"

#include "base/contracts.h"
#include "base/random.h"
#include "experts/colocation-objective.h"
#include "experts/expert-placement.h"
#include "matching/bipartite-matching.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

Colocation
ColocateDecoupled(const MoeLayer& first,
                  const MoeLayer& second,
                  const GpuCluster& cluster,
                  const TimelineOptions& options)
{
    const FluidWorks works({&first, &second}, cluster);
    LayerRecursion recursion;
    const Pairing pairing = PairByBottleneck(first.dispatch, second.dispatch);
    std::vector<std::int64_t> weights;
    for (std::uint32_t pair = 0; pair < cluster.Size(); ++pair)
    {
        for (std::uint32_t gpu = 0; gpu < cluster.Size(); ++gpu)
        {
            weights.push_back(
                AloneTime(works, {pair, pairing[pair]}, gpu, options.start, recursion));
        }
    }
    return ColocationOf(pairing, MinimiseLargestWeight(cluster.Size(), weights).columnOf);
}

Colocation
ColocateAtRandom(std::uint32_t experts, std::uint64_t seed)
{
    return ColocationOf(PairAtRandom(experts, seed), PlaceAtRandom(experts, seed));
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
