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
Duration(const TrafficMatrix& traffic,
         const PlanningFabric& fabric,
         std::uint32_t source,
         std::uint32_t destination)
{
    return 8 * static_cast<double>(traffic.At(source, destination)) /
           std::min(fabric.portRate[source], fabric.portRate[destination]);
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
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            const Bytes bytes = traffic.At(i, j);
            if (bytes == 0 || fabric.SameServer(i, j))
            {
                continue;
            }
            const double units = homogeneous ? 0 : Duration(traffic, fabric, i, j) * perSecond;
            durations[std::size_t{i} * n + j] =
                homogeneous
                    ? bytes
                    : std::max<std::int64_t>(1,
                                             std::llround(std::ceil(units - COMPLETION_SLACK_PS)));
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
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            if (!fabric.SameServer(i, j))
            {
                sending[i] += Duration(traffic, fabric, i, j);
                receiving[j] += Duration(traffic, fabric, i, j);
            }
        }
    }
    return std::max(*std::max_element(sending.begin(), sending.end()),
                    *std::max_element(receiving.begin(), receiving.end()));
}

} // namespace echelon
