// SPDX-License-Identifier: GPL-2.0-only
#include "experts/expert-placement-registry.h"

#include "base/parameters.h"
#include "experts/colocation.h"
#include "experts/expert-placement.h"

namespace echelon
{

static Placement
Search(const MoeLayer& layer, const GpuCluster& cluster, const ExpertPlacementOptions& options)
{
    return PlaceBySearch(layer, cluster, options.timeline);
}

/// What "exact" would not end for in reasonable time.
static void
RefuseMoreThan(std::uint32_t mostGpus, const GpuCluster& cluster, const std::string& what)
{
    if (cluster.Size() > mostGpus)
    {
        throw ParameterError("placement",
                             "exact takes too long for " + what + " on " +
                                 std::to_string(cluster.Size()) + " GPUs",
                             "up to " + std::to_string(mostGpus) + "; aurora-search has no limit");
    }
}

static Placement
Exact(const MoeLayer& layer, const GpuCluster& cluster, const ExpertPlacementOptions& options)
{
    if (options.timeline.reading != RateReading::FLUID)
    {
        RefuseMoreThan(MOST_GPUS_TO_ENUMERATE, cluster, "one sender per receiver");
    }
    return PlaceOptimally(layer, cluster, options.timeline);
}

static Colocation
ExactPairs(const MoeLayer& first,
           const MoeLayer& second,
           const GpuCluster& cluster,
           const ExpertPlacementOptions& options)
{
    RefuseMoreThan(MostGpusToColocateExactly(options.timeline.reading), cluster, "two models");
    return ColocateExactly(first, second, cluster, options.timeline);
}

static std::string
Gpus(RateReading reading)
{
    return std::to_string(MostGpusToColocateExactly(reading));
}

const std::vector<ExpertPlacementEntry>&
ExpertPlacementEntries()
{
    using Layer = const MoeLayer&;
    using Cluster = const GpuCluster&;
    using Options = const ExpertPlacementOptions&;
    static const std::vector<ExpertPlacementEntry> ENTRIES{
        {"aurora",
         "experts by tokens onto GPUs by performance; pairs by bottleneck matching, then their "
         "GPUs",
         [](Layer layer, Cluster cluster, Options) { return PlaceSorted(layer, cluster); },
         [](Layer first, Layer second, Cluster cluster, Options options) {
             return ColocateDecoupled(first, second, cluster, options.timeline);
         }},
        {"aurora-search",
         "local search on the layer's time, from where aurora ends; never worse than it",
         Search,
         [](Layer first, Layer second, Cluster cluster, Options options) {
             return ColocateBySearch(first, second, cluster, options.timeline);
         }},
        {"exact",
         "the least time of the layer; two models: up to " + Gpus(RateReading::FLUID) +
             " GPUs; one sender per receiver: up to " + std::to_string(MOST_GPUS_TO_ENUMERATE) +
             ", two models " + Gpus(RateReading::ONE_SENDER),
         Exact,
         ExactPairs},
        {"in-order",
         "expert i of each model on GPU i",
         [](Layer layer, Cluster, Options) { return PlaceInOrder(layer.Experts()); },
         [](Layer first, Layer, Cluster, Options) {
             return Colocation{PlaceInOrder(first.Experts()), PlaceInOrder(first.Experts())};
         }},
        {"random",
         "random experts on random GPUs, in random pairs",
         [](Layer layer, Cluster, Options options) {
             return PlaceAtRandom(layer.Experts(), options.seed);
         },
         [](Layer first, Layer, Cluster, Options options) {
             return ColocateAtRandom(first.Experts(), options.seed);
         }}};
    return ENTRIES;
}

const ExpertPlacementEntry&
ExpertPlacementEntryOf(const std::string& name)
{
    return EntryOf(ExpertPlacementEntries(), name, "placement", "placement");
}

} // namespace echelon
