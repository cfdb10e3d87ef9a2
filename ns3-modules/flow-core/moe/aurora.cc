// SPDX-License-Identifier: GPL-2.0-only
#include "moe/aurora.h"

#include "matching/birkhoff.h"
#include "moe/entry-durations.h"
#include "moe/server-traffic.h"
#include "moe/whole-bytes.h"

namespace echelon
{

TransmissionPlan
PlanAurora(const TrafficMatrix& traffic, const PlanningFabric& fabric, const OrderOptions& options)
{
    const std::uint32_t n = traffic.Size();
    const std::vector<std::int64_t> cells = EntryDurations(traffic, fabric);
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
            const Bytes before = PartOf(all, carried[cell], cells[cell]);
            carried[cell] += part.amount;
            const Bytes bytes = PartOf(all, carried[cell], cells[cell]) - before;
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

} // namespace echelon
