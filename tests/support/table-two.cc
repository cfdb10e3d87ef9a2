// SPDX-License-Identifier: GPL-2.0-only
#include "support/table-two.h"

#include "experts/gpu-work.h"

#include <algorithm>

namespace echelon
{

namespace
{

/// The busiest port's time for the first `count` of the all-to-alls Nᵃ Nᵇ Cᵃ Cᵇ together.
Time
Aggregated(const std::vector<GpuWork>& works, std::size_t count)
{
    double longest = 0;
    for (const GpuWork& work : works)
    {
        double egress = 0;
        double ingress = 0;
        for (std::size_t k = 0; k < count; ++k)
        {
            egress += work.egress[k];
            ingress += work.ingress[k];
        }
        longest = std::max({longest, egress, ingress});
    }
    return Time::FromSeconds(longest);
}

Time
Slowest(const std::vector<GpuWork>& works, std::size_t computation)
{
    double longest = 0;
    for (const GpuWork& work : works)
    {
        longest = std::max(longest, work.computation[computation]);
    }
    return Time::FromSeconds(longest);
}

} // namespace

TableTwo
TableTwoOf(const MoeLayer& first,
           const MoeLayer& second,
           const GpuCluster& cluster,
           const Colocation& colocation,
           RateReading reading)
{
    const std::vector<GpuWork> works =
        WorksOf({{&first, &colocation.first}, {&second, &colocation.second}}, cluster, reading);
    return {Slowest(works, 0),
            Slowest(works, 1),
            Slowest(works, 2),
            Slowest(works, 3),
            Slowest(works, 4),
            Slowest(works, 5),
            Aggregated(works, 1),
            Aggregated(works, 2),
            Aggregated(works, 3),
            Aggregated(works, 4)};
}

Time
TableTwoTime(const TableTwo& table)
{
    const Time fa = std::max(table.gateSecond, table.dispatchFirst) + table.feedForwardFirst;
    const Time fb = std::max(fa, table.dispatches) + table.feedForwardSecond;
    const Time aa = std::max(fb, table.upToCombineFirst) + table.aggregationFirst;
    const Time ab = std::max(aa, table.upToCombineSecond) + table.aggregationSecond;
    return ab + table.gateFirst;
}

Time
EquationOneTime(const MoeLayer& layer,
                const GpuCluster& cluster,
                const Placement& placement,
                RateReading reading)
{
    double dispatched = 0;
    double combined = 0;
    double aggregated = 0;
    for (const GpuWork& work : WorksOf({{&layer, &placement}}, cluster, reading))
    {
        dispatched =
            std::max(dispatched, work.computation[0] + std::max(work.egress[0], work.ingress[0]));
        combined =
            std::max(combined, work.computation[2] + std::max(work.egress[2], work.ingress[2]));
        aggregated = std::max(aggregated, work.computation[4]);
    }
    return Time::FromSeconds(dispatched + combined + aggregated);
}

} // namespace echelon
