// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/greedy-max-weight.h"

#include "alltoall/entry-durations.h"
#include "alltoall/transmission-plan.h"
#include "matching/assignment.h"

#include <algorithm>

namespace echelon
{

/// The durations of the entries, coarser where their sums would be too large; no entry becomes 0.
static std::vector<std::int64_t>
Weights(const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    std::vector<std::int64_t> weights = EntryDurations(traffic, fabric);
    const std::int64_t largest = *std::max_element(weights.begin(), weights.end());
    std::int64_t unit = 1;
    while (largest / unit >= LARGEST_ASSIGNMENT_SUM / traffic.Size() - 1)
    {
        unit *= 2;
    }
    for (std::int64_t& weight : weights)
    {
        weight = (weight + unit - 1) / unit;
    }
    return weights;
}

TransmissionPlan
PlanGreedyMaxWeight(const TrafficMatrix& traffic,
                    const PlanningFabric& fabric,
                    const OrderOptions& /*options*/)
{
    const std::uint32_t n = traffic.Size();
    std::vector<std::int64_t> weights = Weights(traffic, fabric);
    auto left = static_cast<std::size_t>(
        std::count_if(weights.begin(), weights.end(), [](std::int64_t w) { return w > 0; }));
    TransmissionPlan plan{n, StartRule::EXCLUSIVE, {}};
    std::vector<std::int64_t> potentials; // of the stage before: a start for the next
    while (left > 0)
    {
        const std::vector<std::uint32_t> columnOf = MaximumAssignment(n, weights, potentials);
        Stage stage;
        for (std::uint32_t row = 0; row < n; ++row)
        {
            const std::uint32_t column = columnOf[row];
            std::int64_t& weight = weights[std::size_t{row} * n + column];
            if (weight > 0)
            {
                stage.transmissions.push_back({row, column, traffic.At(row, column), column});
                weight = 0;
            }
        }
        left -= stage.transmissions.size();
        plan.stages.push_back(std::move(stage));
    }
    AddInsideServers(plan, traffic, fabric);
    return plan;
}

} // namespace echelon
