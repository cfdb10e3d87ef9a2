// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/aurora.h"

#include "alltoall/entry-durations.h"
#include "alltoall/transmission-plan.h"
#include "matching/birkhoff.h"

namespace echelon
{

TransmissionPlan
PlanAurora(const TrafficMatrix& traffic, const PlanningFabric& fabric, const OrderOptions& options)
{
    const std::uint32_t n = traffic.Size();
    const std::vector<std::int64_t> cells = EntryDurations(traffic, fabric);
    EntryParts parts(traffic, cells);
    std::vector<Stage> stages;
    for (const WeightedMatching& matching : DecomposeIntoMatchings(n, cells, options.gap))
    {
        stages.push_back(parts.StageOf(matching));
    }
    TransmissionPlan plan{n, StartRule::EXCLUSIVE, WithoutEmpty(std::move(stages))};
    AddInsideServers(plan, traffic, fabric);
    return plan;
}

} // namespace echelon
