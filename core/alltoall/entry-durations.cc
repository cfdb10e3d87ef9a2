// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/entry-durations.h"

#include "base/tolerances.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

/// Half of what sums may reach, which leaves room for rounding up.
constexpr double LARGEST_SUM = 2e18;

/// Seconds.
static double
Duration(const MatrixEntry& entry, const PlanningFabric& fabric)
{
    return 8 * static_cast<double>(entry.bytes) /
           std::min(fabric.portRate[entry.source], fabric.portRate[entry.destination]);
}

std::vector<std::int64_t>
EntryDurations(const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    const std::uint32_t n = traffic.Size();
    const bool homogeneous = fabric.Homogeneous();
    // Picoseconds: in them a byte at a common rate takes a whole number.
    double perSecond = 1e12;
    while (!homogeneous && OneSenderBound(traffic, fabric) * perSecond > LARGEST_SUM)
    {
        perSecond /= 10;
    }
    std::vector<std::int64_t> durations(std::size_t{n} * n, 0);
    for (const MatrixEntry& entry : traffic.Entries())
    {
        if (!fabric.SameServer(entry.source, entry.destination))
        {
            const double units =
                std::ceil(Duration(entry, fabric) * perSecond - COMPLETION_SLACK_PS);
            durations[std::size_t{entry.source} * n + entry.destination] =
                homogeneous ? entry.bytes : std::max<std::int64_t>(1, std::llround(units));
        }
    }
    return durations;
}

double
OneSenderBound(const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    const std::uint32_t n = traffic.Size();
    std::vector<double> sending(n, 0.0);
    std::vector<double> receiving(n, 0.0);
    for (const MatrixEntry& entry : traffic.Entries())
    {
        if (!fabric.SameServer(entry.source, entry.destination))
        {
            sending[entry.source] += Duration(entry, fabric);
            receiving[entry.destination] += Duration(entry, fabric);
        }
    }
    return std::max(*std::max_element(sending.begin(), sending.end()),
                    *std::max_element(receiving.begin(), receiving.end()));
}

} // namespace echelon
