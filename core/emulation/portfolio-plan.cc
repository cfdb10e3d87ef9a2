// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/portfolio-plan.h"

#include "metrics/summary.h"
#include "sched/starvation-guard.h"

namespace echelon
{

namespace
{

/// Σ over jobs of weight × mean iteration time.
double
IterationTime(const EmulationInput& input, const RunRecord& record)
{
    double sum = 0;
    for (const IterationRecord& iteration : record.iterations)
    {
        const Job& job = input.jobs[iteration.job.Value()];
        sum += job.weight * (iteration.end - iteration.start).Seconds() / job.iterations;
    }
    return sum;
}

} // namespace

PortfolioPlan
PlanPortfolio(const EmulationInput& input,
              Framing framing,
              double fairShare,
              PortfolioScheduler& portfolio)
{
    std::vector<Job> profiled = input.jobs;
    for (Job& job : profiled)
    {
        job.variation = {};
    }
    EmulationInput ahead{input.topology, profiled, input.seed, input.controlDelay, {}};
    ahead.keepsSeries = false;
    const std::vector<PortfolioMember> members =
        PortfolioMembers(static_cast<std::uint32_t>(input.jobs.size()));
    PortfolioPlan plan;
    for (const PortfolioMember& member : members)
    {
        const std::unique_ptr<Scheduler> scheduler = WithFairShare(member.make(), fairShare);
        FluidFabric fabric(input.topology, framing);
        const RunRecord record = RunEmulation(ahead, *scheduler, fabric);
        const double cost = portfolio.Objective() == PortfolioObjective::ITERATION_TIME
                                ? IterationTime(input, record)
                                : Summarise(record, input.topology).groups.tardinessSum;
        plan.costs.push_back({member.name, cost});
        if (cost < plan.costs[plan.selected].seconds)
        {
            plan.selected = plan.costs.size() - 1;
        }
    }
    portfolio.Select(members[plan.selected]);
    return plan;
}

} // namespace echelon
