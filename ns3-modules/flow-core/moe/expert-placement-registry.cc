// SPDX-License-Identifier: GPL-2.0-only
#include "moe/expert-placement-registry.h"

#include "base/parameters.h"
#include "base/registry.h"
#include "moe/colocation.h"
#include "moe/expert-pairing.h"
#include "moe/expert-placement.h"

namespace echelon
{

namespace
{

Placement
Search(const MoeLayer& layer, const GpuCluster& cluster, const ExpertPlacementOptions& options)
{
    return PlaceBySearch(layer, cluster, options.timeline);
}

Placement
Exact(const MoeLayer& layer, const GpuCluster& cluster, const ExpertPlacementOptions& options)
{
    return PlaceOptimally(layer, cluster, options.timeline);
}

} // namespace

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
         "the least time of the layer; with two models or one sender per receiver up to 8 GPUs",
         Exact,
         [](Layer first, Layer second, Cluster cluster, Options options) {
             return ColocateExactly(first, second, cluster, options.timeline);
         }},
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
