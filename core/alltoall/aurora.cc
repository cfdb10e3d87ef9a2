// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/aurora.h"

#include "alltoall/entry-durations.h"
#include "alltoall/entry-parts.h"
#include "alltoall/server-traffic.h"
#include "matching/birkhoff.h"

namespace echelon
{

TransmissionPlan
PlanAurora(const TrafficMatrix& traffic, const PlanningFabric& fabric, const OrderOptions& options)
{
    const std::uint32_t n = traffic.Size();
    const std::vector<std::int64_t> cells = EntryDurations(traffic, fabric);
    EntryParts parts(traffic, cells);
    TransmissionPlan plan{n, StartRule::EXCLUSIVE, {}};
    for (const WeightedMatching& matching : DecomposeIntoMatchings(n, cells, options.gap))
    {
        Stage stage = parts.StageOf(matching);
        if (!stage.transmissions.empty())
        {
            plan.stages.push_back(std::move(stage));
        }
    }
    AddInsideServers(plan, traffic, fabric);
    return plan;
}

} // namespace echelon
