// SPDX-License-Identifier: GPL-2.0-only
#include "moe/aurora.h"

#include "matching/birkhoff.h"
#include "moe/server-traffic.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

namespace
{

/// Row and column sums of cells may not exceed this in the decomposition; half of it leaves room
/// for rounding up.
constexpr double LARGEST_SUM = 2e18;

/// Seconds that an entry lasts when nothing else is under way at its two ports.
double
Duration(const TrafficMatrix& traffic,
         const PlanningFabric& fabric,
         std::uint32_t source,
         std::uint32_t destination)
{
    return 8 * static_cast<double>(traffic.At(source, destination)) /
           std::min(fabric.portRate[source], fabric.portRate[destination]);
}

/// What an entry of the matrix is to the decomposition: its bytes, or the units of time it lasts.
std::vector<std::int64_t>
Cells(const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    const std::uint32_t n = traffic.Size();
    const bool homogeneous = fabric.Homogeneous();
    // Picoseconds, in which common rates take whole numbers per byte, if these fit.
    double unit = 1e-12;
    while (!homogeneous && OneSenderBound(traffic, fabric) / unit > LARGEST_SUM)
    {
        unit *= 10;
    }
    std::vector<std::int64_t> cells(std::size_t{n} * n, 0);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            if (traffic.At(i, j) > 0)
            {
                const double units = std::ceil(Duration(traffic, fabric, i, j) / unit);
                cells[std::size_t{i} * n + j] =
                    homogeneous ? traffic.At(i, j) : static_cast<std::int64_t>(units);
            }
        }
    }
    return cells;
}

/// The bytes of an entry that are sent when `carried` of its `cell` units are; all at the end.
Bytes
BytesUpTo(Bytes bytes, std::int64_t carried, std::int64_t cell)
{
    __extension__ using Wide = __int128;
    return static_cast<Bytes>(static_cast<Wide>(bytes) * carried / cell);
}

} // namespace

TransmissionPlan
PlanAurora(const TrafficMatrix& traffic, const PlanningFabric& fabric, const OrderOptions& options)
{
    const std::uint32_t n = traffic.Size();
    const std::vector<std::int64_t> cells = Cells(BetweenServers(traffic, fabric), fabric);
    std::vector<std::int64_t> carried(cells.size(), 0);
    TransmissionPlan plan{n, StartRule::EXCLUSIVE, {}};
    for (const WeightedMatching& matching : DecomposeIntoMatchings(n, cells, options.gap))
    {
        Stage stage;
        for (const MatchedCell& part : matching.cells)
        {
            const std::size_t cell = std::size_t{part.row} * n + part.column;
            const Bytes all = traffic.At(part.row, part.column);
            // Rounding what has been sent so far, not the parts, sends every byte once.
            const Bytes before = BytesUpTo(all, carried[cell], cells[cell]);
            carried[cell] += part.amount;
            const Bytes bytes = BytesUpTo(all, carried[cell], cells[cell]) - before;
            if (bytes > 0)
            {
                stage.transmissions.push_back({part.row, part.column, bytes, part.column});
            }
        }
        if (!stage.transmissions.empty())
        {
            plan.stages.push_back(std::move(stage));
        }
    }
    AddInsideServers(plan, traffic, fabric);
    return plan;
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
