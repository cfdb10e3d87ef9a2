// SPDX-License-Identifier: GPL-2.0-only
#include "moe/gpu-work.h"

#include "base/contracts.h"

#include <algorithm>
#include <utility>

namespace echelon
{

std::vector<GpuWork>
WorksOf(const std::vector<PlacedLayer>& placed, const GpuCluster& cluster, RateReading reading)
{
    const std::uint32_t n = cluster.Size();
    ECHELON_REQUIRE(!placed.empty() && placed.size() <= 2, "a GPU holds one or two models");
    std::vector<GpuWork> works(n);
    for (std::size_t model = 0; model < placed.size(); ++model)
    {
        const MoeLayer& layer = *placed[model].layer;
        const Placement& gpuOf = *placed[model].placement;
        ECHELON_REQUIRE(layer.Experts() == n && gpuOf.size() == n, "every expert has its own GPU");
        for (std::uint32_t i = 0; i < n; ++i)
        {
            GpuWork& work = works[gpuOf[i]];
            const double speed = cluster.speed[gpuOf[i]];
            work.computation[model] = layer.gate[i].Seconds() / speed;
            work.computation[2 + model] = layer.feedForward[i].Seconds() / speed;
            work.computation[4 + model] = layer.aggregation[i].Seconds() / speed;
            for (std::uint32_t j = 0; j < n; ++j)
            {
                const double bits = 8 * static_cast<double>(layer.dispatch.At(i, j));
                const BitRate from = cluster.rate[gpuOf[i]];
                const BitRate to = cluster.rate[gpuOf[j]];
                const bool oneSender = reading == RateReading::ONE_SENDER;
                work.egress[model] += bits / (oneSender ? std::min(from, to) : from);
                works[gpuOf[j]].ingress[model] += bits / (oneSender ? std::min(from, to) : to);
            }
        }
    }
    // The combine is the transposed dispatch.
    for (GpuWork& work : works)
    {
        for (std::size_t model = 0; model < placed.size(); ++model)
        {
            work.egress[2 + model] = work.ingress[model];
            work.ingress[2 + model] = work.egress[model];
        }
    }
    return works;
}

double
LayerRecursion::Run(const std::vector<GpuWork>& works, AllToAllStart start)
{
    m_intervals.resize(works.size());
    m_egressFree.assign(works.size(), 0.0);
    m_ingressFree.assign(works.size(), 0.0);
    Compute(works, 0, 0);
    Exchange(works, 0, start);
    Compute(works, 1, 0);
    Exchange(works, 1, start);
    Compute(works, 2, m_ends[0]);
    Exchange(works, 2, start);
    Compute(works, 3, m_ends[1]);
    Exchange(works, 3, start);
    Compute(works, 4, m_ends[2]);
    Compute(works, 5, m_ends[3]);
    double end = 0;
    for (const GpuIntervals& gpu : m_intervals)
    {
        end = std::max(end, gpu.computation[5].end);
    }
    return end;
}

void
LayerRecursion::Compute(const std::vector<GpuWork>& works,
                        std::size_t computation,
                        double notBefore)
{
    for (std::size_t g = 0; g < works.size(); ++g)
    {
        GpuIntervals& gpu = m_intervals[g];
        const double before = computation == 0 ? 0 : gpu.computation[computation - 1].end;
        const double from = std::max(before, notBefore);
        gpu.computation[computation] = {from, from + works[g].computation[computation]};
    }
}

void
LayerRecursion::Exchange(const std::vector<GpuWork>& works,
                         std::size_t allToAll,
                         AllToAllStart start)
{
    double last = 0;
    for (const GpuIntervals& gpu : m_intervals)
    {
        last = std::max(last, gpu.computation[allToAll].end);
    }
    // A barrier: over when the last GPU has computed and the last port has done its part.
    double& end = m_ends[allToAll];
    end = last;
    for (std::size_t g = 0; g < works.size(); ++g)
    {
        const double ready =
            start == AllToAllStart::TOGETHER ? last : m_intervals[g].computation[allToAll].end;
        Interval& part = m_intervals[g].allToAll[allToAll];
        part = {ready, ready};
        bool first = true;
        for (const auto& [seconds, free] :
             {std::pair{works[g].egress[allToAll], &m_egressFree[g]},
              std::pair{works[g].ingress[allToAll], &m_ingressFree[g]}})
        {
            if (seconds > 0)
            {
                const double from = std::max(*free, ready);
                *free = from + seconds;
                part.start = first ? from : std::min(part.start, from);
                part.end = std::max(part.end, *free);
                first = false;
            }
        }
        end = std::max(end, part.end);
    }
}

} // namespace echelon
