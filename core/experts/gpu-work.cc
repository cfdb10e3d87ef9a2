// SPDX-License-Identifier: GPL-2.0-only
#include "experts/gpu-work.h"

#include "base/contracts.h"

#include <algorithm>
#include <utility>

namespace echelon
{

std::vector<GpuWork>
WorksOf(const std::vector<PlacedLayer>& placed, const GpuCluster& cluster, RateReading reading)
{
    std::vector<const MoeLayer*> layers;
    for (const PlacedLayer& each : placed)
    {
        layers.push_back(each.layer);
    }
    const FluidWorks fluid(layers, cluster);
    const std::uint32_t n = cluster.Size();
    std::vector<GpuWork> works(n);
    for (std::size_t model = 0; model < placed.size(); ++model)
    {
        const TrafficMatrix& dispatch = placed[model].layer->dispatch;
        const Placement& gpuOf = *placed[model].placement;
        ECHELON_REQUIRE(gpuOf.size() == n, "every expert has a GPU");
        for (std::uint32_t i = 0; i < n; ++i)
        {
            fluid.Add(works[gpuOf[i]], model, i, gpuOf[i]);
        }
        if (reading == RateReading::FLUID)
        {
            continue;
        }
        for (const std::uint32_t gpu : gpuOf)
        {
            works[gpu].egress[model] = works[gpu].ingress[model] = 0;
        }
        for (std::uint32_t i = 0; i < n; ++i)
        {
            for (std::uint32_t j = 0; j < n; ++j)
            {
                const double seconds = 8 * static_cast<double>(dispatch.At(i, j)) /
                                       std::min(cluster.rate[gpuOf[i]], cluster.rate[gpuOf[j]]);
                works[gpuOf[i]].egress[model] += seconds;
                works[gpuOf[j]].ingress[model] += seconds;
            }
        }
        // The combine is the transposed dispatch.
        for (GpuWork& work : works)
        {
            work.egress[2 + model] = work.ingress[model];
            work.ingress[2 + model] = work.egress[model];
        }
    }
    return works;
}

FluidWorks::FluidWorks(const std::vector<const MoeLayer*>& layers, const GpuCluster& cluster)
    : m_size(cluster.Size())
{
    ECHELON_REQUIRE(!layers.empty() && layers.size() <= 2, "a GPU holds one or two models");
    ECHELON_REQUIRE(cluster.speed.size() == m_size, "every GPU has a rate and a speed");
    for (const MoeLayer* layer : layers)
    {
        ECHELON_REQUIRE(layer->Experts() == m_size, "as many experts as GPUs");
        const std::vector<Bytes> sent = layer->dispatch.RowSums();
        const std::vector<Bytes> received = layer->dispatch.ColumnSums();
        std::vector<Share> shares;
        shares.reserve(std::size_t{m_size} * m_size);
        for (std::uint32_t expert = 0; expert < m_size; ++expert)
        {
            for (std::uint32_t gpu = 0; gpu < m_size; ++gpu)
            {
                const double speed = cluster.speed[gpu];
                shares.push_back({{layer->gate[expert].Seconds() / speed,
                                   layer->feedForward[expert].Seconds() / speed,
                                   layer->aggregation[expert].Seconds() / speed},
                                  8 * static_cast<double>(sent[expert]) / cluster.rate[gpu],
                                  8 * static_cast<double>(received[expert]) / cluster.rate[gpu]});
            }
        }
        m_shares.push_back(std::move(shares));
    }
}

GpuWork
FluidWorks::OfPair(std::uint32_t first, std::uint32_t second, std::uint32_t gpu) const
{
    GpuWork work;
    Add(work, 0, first, gpu);
    Add(work, 1, second, gpu);
    return work;
}

GpuWork
FluidWorks::OfExpert(std::size_t model, std::uint32_t expert, std::uint32_t gpu) const
{
    GpuWork work;
    Add(work, model, expert, gpu);
    return work;
}

void
FluidWorks::Add(GpuWork& work, std::size_t model, std::uint32_t expert, std::uint32_t gpu) const
{
    const Share& share = m_shares[model][std::size_t{expert} * m_size + gpu];
    for (std::size_t kind = 0; kind < share.computation.size(); ++kind)
    {
        work.computation[2 * kind + model] += share.computation[kind];
    }
    work.egress[model] += share.sends;
    work.ingress[model] += share.receives;
    // The combine is the transposed dispatch.
    work.egress[2 + model] += share.receives;
    work.ingress[2 + model] += share.sends;
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

MoeLayer
BackwardOf(const MoeLayer& layer, double factor)
{
    ECHELON_REQUIRE(factor >= 0, "a time is not negative");
    const auto scaled = [factor](std::vector<Time> times) {
        for (Time& time : times)
        {
            time = Time::FromSeconds(time.Seconds() * factor);
        }
        return times;
    };
    return {layer.dispatch,
            scaled(layer.aggregation),
            scaled(layer.feedForward),
            scaled(layer.gate)};
}

} // namespace echelon
