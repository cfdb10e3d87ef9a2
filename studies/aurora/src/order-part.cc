// SPDX-License-Identifier: GPL-2.0-only
#include "order-times.h"
#include "study-parts.h"
#include "study-row.h"

#include "experts/colocation.h"
#include "experts/expert-placement.h"
#include "support/layer-timeline.h"

namespace study
{

using namespace echelon;

namespace
{

void
RunLayer(const StudyLayer& one)
{
    const GpuCluster cluster = HomogeneousGpus(one.layer.Experts());
    const PlanningFabric fabric = FabricOf(cluster);
    const double bound = 2 * LowerBound(one.layer.dispatch, fabric);
    for (const Discipline& d : Disciplines())
    {
        const OrderTimes times =
            TimesInOrder(d.order, d.contention, one.layer.dispatch, fabric, one.Draw(0));
        const Timeline timeline = ExclusiveTimelineWith(
            {one.layer},
            cluster,
            {PlaceInOrder(one.layer.Experts())},
            {{Time::FromSeconds(times.dispatch), Time::FromSeconds(times.combine)}});
        Print({"orders",
               one.traffic,
               one.name,
               one.seed,
               d.order,
               d.variant,
               timeline.total.Seconds(),
               times.dispatch + times.combine,
               bound,
               timeline.MeanUtilisation(),
               times.stages,
               times.transmissions});
    }
}

} // namespace

void
RunOrders(const StudyInput& input)
{
    for (std::uint64_t seed = 1; seed <= input.seeds; ++seed)
    {
        for (const StudyLayer& one : PaperLayers(seed))
        {
            RunLayer(one);
        }
    }
    for (const std::uint32_t gpus : {8U, 64U})
    {
        for (const StudyLayer& one : RoutingLayers(input.routingFolder, gpus))
        {
            RunLayer(one);
        }
    }
}

} // namespace study
