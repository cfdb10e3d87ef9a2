// SPDX-License-Identifier: GPL-2.0-only
#include "support/layer-timeline.h"

#include "base/contracts.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

constexpr std::size_t GATE = 0;
constexpr std::size_t FEED_FORWARD = 1;
constexpr std::size_t AGGREGATION = 2;
constexpr std::size_t DISPATCH = 0;
constexpr std::size_t COMBINE = 1;

using Interval = LayerRecursion::Interval;
using GpuIntervals = LayerRecursion::GpuIntervals;

/// One phase, shifted to where its layer starts.
template <class Select>
static PhaseTimes
PhaseOf(const std::vector<GpuIntervals>& gpus, Time origin, Select select)
{
    PhaseTimes phase;
    for (const GpuIntervals& gpu : gpus)
    {
        const Interval& part = select(gpu);
        phase.gpu.push_back(
            {origin + Time::FromSeconds(part.start), origin + Time::FromSeconds(part.end)});
    }
    phase.span = phase.gpu.front();
    for (const Span& span : phase.gpu)
    {
        phase.span.start = std::min(phase.span.start, span.start);
        phase.span.end = std::max(phase.span.end, span.end);
    }
    return phase;
}

static ModelTimes
ModelOf(const std::vector<GpuIntervals>& gpus, std::size_t model, Time origin)
{
    const auto computation = [&](std::size_t kind) {
        return PhaseOf(gpus, origin, [=](const GpuIntervals& gpu) -> const Interval& {
            return gpu.computation[2 * kind + model];
        });
    };
    const auto allToAll = [&](std::size_t kind) {
        return PhaseOf(gpus, origin, [=](const GpuIntervals& gpu) -> const Interval& {
            return gpu.allToAll[2 * kind + model];
        });
    };
    return {computation(GATE),
            allToAll(DISPATCH),
            computation(FEED_FORWARD),
            allToAll(COMBINE),
            computation(AGGREGATION)};
}

/// Appends a layer that takes `seconds`.
static void
Append(Timeline& timeline,
       const std::vector<GpuWork>& works,
       const std::vector<GpuIntervals>& gpus,
       double seconds,
       std::size_t models)
{
    LayerTimes layer;
    layer.span = {timeline.total, timeline.total + Time::FromSeconds(seconds)};
    for (std::size_t model = 0; model < models; ++model)
    {
        layer.models.push_back(ModelOf(gpus, model, timeline.total));
    }
    timeline.total = layer.span.end;
    timeline.layers.push_back(std::move(layer));
    timeline.compute.resize(works.size());
    for (std::size_t g = 0; g < works.size(); ++g)
    {
        const auto& parts = works[g].computation;
        const double busy = std::accumulate(parts.begin(), parts.end(), 0.0);
        timeline.compute[g] += Time::FromSeconds(busy);
    }
}

double
Timeline::Utilisation(std::uint32_t gpu) const
{
    return total > Time() ? compute.at(gpu).Seconds() / total.Seconds() : 0;
}

double
Timeline::MeanUtilisation() const
{
    double sum = 0;
    for (std::uint32_t gpu = 0; gpu < compute.size(); ++gpu)
    {
        sum += Utilisation(gpu);
    }
    return compute.empty() ? 0 : sum / static_cast<double>(compute.size());
}

Timeline
ExclusiveTimeline(const std::vector<MoeLayer>& layers,
                  const GpuCluster& cluster,
                  const std::vector<Placement>& placements,
                  const TimelineOptions& options)
{
    ECHELON_REQUIRE(placements.size() == layers.size(), "every layer has a placement");
    Timeline timeline;
    LayerRecursion recursion;
    for (std::size_t l = 0; l < layers.size(); ++l)
    {
        const std::vector<GpuWork> works =
            WorksOf({{&layers[l], &placements[l]}}, cluster, options.reading);
        const double seconds = recursion.Run(works, options.start);
        Append(timeline, works, recursion.Intervals(), seconds, 1);
    }
    return timeline;
}

Timeline
ExclusiveTimelineWith(const std::vector<MoeLayer>& layers,
                      const GpuCluster& cluster,
                      const std::vector<Placement>& placements,
                      const std::vector<AllToAllTimes>& allToAlls)
{
    ECHELON_REQUIRE(placements.size() == layers.size() && allToAlls.size() == layers.size(),
                    "every layer has a placement and times");
    Timeline timeline;
    LayerRecursion recursion;
    for (std::size_t l = 0; l < layers.size(); ++l)
    {
        std::vector<GpuWork> works =
            WorksOf({{&layers[l], &placements[l]}}, cluster, RateReading::FLUID);
        for (GpuWork& work : works)
        {
            work.egress[0] = work.ingress[0] = allToAlls[l].dispatch.Seconds();
            work.egress[2] = work.ingress[2] = allToAlls[l].combine.Seconds();
        }
        const double seconds = recursion.Run(works, AllToAllStart::TOGETHER);
        Append(timeline, works, recursion.Intervals(), seconds, 1);
    }
    return timeline;
}

Timeline
ColocatedTimeline(const std::vector<MoeLayer>& first,
                  const std::vector<MoeLayer>& second,
                  const GpuCluster& cluster,
                  const std::vector<Colocation>& colocations,
                  const TimelineOptions& options)
{
    ECHELON_REQUIRE(first.size() == second.size() && colocations.size() == first.size(),
                    "layers of both models run side by side, each with its colocation");
    Timeline timeline;
    LayerRecursion recursion;
    for (std::size_t l = 0; l < first.size(); ++l)
    {
        const std::vector<GpuWork> works =
            WorksOf({{&first[l], &colocations[l].first}, {&second[l], &colocations[l].second}},
                    cluster,
                    options.reading);
        const double seconds = recursion.Run(works, options.start);
        Append(timeline, works, recursion.Intervals(), seconds, 2);
    }
    return timeline;
}

Time
AllToAllTime(const TrafficMatrix& dispatch,
             const GpuCluster& cluster,
             const Placement& placement,
             RateReading reading)
{
    const std::vector<Time> nothing(dispatch.Size());
    const MoeLayer layer{dispatch, nothing, nothing, nothing};
    double longest = 0;
    for (const GpuWork& work : WorksOf({{&layer, &placement}}, cluster, reading))
    {
        longest = std::max({longest, work.egress[0], work.ingress[0]});
    }
    return Time::FromSeconds(longest);
}

double
ColocatedSeconds(const MoeLayer& first,
                 const MoeLayer& second,
                 const GpuCluster& cluster,
                 const Colocation& colocation,
                 const TimelineOptions& options)
{
    LayerRecursion recursion;
    return recursion.Run(WorksOf({{&first, &colocation.first}, {&second, &colocation.second}},
                                 cluster,
                                 options.reading),
                         options.start);
}

} // namespace echelon
