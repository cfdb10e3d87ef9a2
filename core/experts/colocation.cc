// SPDX-License-Identifier: GPL-2.0-only
#include "experts/colocation.h"

#include "base/contracts.h"
#include "experts/colocation-objective.h"
#include "experts/expert-pairing.h"
#include "experts/expert-placement.h"
#include "matching/bottleneck-matching.h"

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

} // namespace echelon
