// SPDX-License-Identifier: GPL-2.0-only
#include "lina-times.h"

#include "lina-packing.h"
#include "order-times.h"
#include "study-layers.h"

#include "experts/colocation.h"
#include "experts/expert-placement.h"

namespace study
{

using namespace echelon;

Timeline
LinaOrdered(const MoeLayer& layer,
            const GpuCluster& cluster,
            std::uint32_t half,
            const TimelineOptions& options)
{
    const MoeLayer packed = PackLina(layer).layer;
    return ExclusiveTimeline({packed},
                             HalfOf(cluster, half),
                             {PlaceInOrder(packed.Experts())},
                             options);
}

Timeline
LinaUnordered(const MoeLayer& layer,
              const GpuCluster& cluster,
              std::uint32_t half,
              std::uint64_t seed)
{
    const MoeLayer packed = PackLina(layer).layer;
    const GpuCluster gpus = HalfOf(cluster, half);
    const OrderTimes times =
        TimesInOrder("random", Contention::PLAN, packed.dispatch, FabricOf(gpus), seed);
    return ExclusiveTimelineWith(
        {packed},
        gpus,
        {PlaceInOrder(packed.Experts())},
        {{Time::FromSeconds(times.dispatch), Time::FromSeconds(times.combine)}});
}

} // namespace study
