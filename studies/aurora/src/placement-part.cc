// SPDX-License-Identifier: GPL-2.0-only
#include "order-times.h"
#include "study-parts.h"
#include "study-row.h"

#include "experts/expert-placement.h"
#include "support/layer-timeline.h"

namespace study
{

using namespace echelon;

namespace
{

/// Random placements of a layer that has no seeds of its own.
constexpr std::uint64_t ROUTING_DRAWS = 10;

void
RunPlacement(const StudyLayer& one,
             std::uint64_t draw,
             const std::string& contender,
             const Placement& placement)
{
    const GpuCluster cluster = HeterogeneousGpus(one.layer.Experts());
    const auto print = [&](const std::string& variant, Time dispatch, Time combine) {
        const Timeline timeline =
            ExclusiveTimelineWith({one.layer}, cluster, {placement}, {{dispatch, combine}});
        Print({"placements",
               one.traffic,
               one.name,
               one.seed + draw,
               contender,
               variant,
               timeline.total.Seconds(),
               (dispatch + combine).Seconds(),
               {},
               timeline.MeanUtilisation()});
    };
    const Time fluid = AllToAllTime(one.layer.dispatch, cluster, placement, RateReading::FLUID);
    print("fluid", fluid, fluid);
    const Time oneSender =
        AllToAllTime(one.layer.dispatch, cluster, placement, RateReading::ONE_SENDER);
    print("one-sender", oneSender, oneSender);
    const OrderTimes random = TimesInOrder("random",
                                           Contention::PLAN,
                                           one.layer.dispatch.Permuted(placement),
                                           FabricOf(cluster),
                                           one.Draw(draw));
    print("hol-shared", Time::FromSeconds(random.dispatch), Time::FromSeconds(random.combine));
}

void
RunLayer(const StudyLayer& one, std::uint64_t draws)
{
    const std::uint32_t n = one.layer.Experts();
    const GpuCluster cluster = HeterogeneousGpus(n);
    RunPlacement(one, 0, "sorted", PlaceSorted(one.layer, cluster));
    RunPlacement(one,
                 0,
                 "optimal",
                 PlaceOptimally(one.layer, cluster, {RateReading::FLUID, START}));
    for (std::uint64_t draw = 0; draw < draws; ++draw)
    {
        RunPlacement(one, draw, "random", PlaceAtRandom(n, one.Draw(draw)));
    }
}

} // namespace

void
RunPlacements(const StudyInput& input)
{
    for (std::uint64_t seed = 1; seed <= input.seeds; ++seed)
    {
        for (const StudyLayer& one : PaperLayers(seed))
        {
            RunLayer(one, 1);
        }
    }
    for (const std::uint32_t gpus : {8U, 64U})
    {
        for (const StudyLayer& one : RoutingLayers(input.routingFolder, gpus))
        {
            RunLayer(one, ROUTING_DRAWS);
        }
    }
}

} // namespace study
