// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/rollout-plan.h"

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

RolloutPlan
PlanRollout(const EmulationInput& input,
            Framing framing,
            double fairShare,
            RolloutScheduler& rollout)
{
    std::vector<Job> profiled = input.jobs;
    for (Job& job : profiled)
    {
        job.variation = {};
    }
    EmulationInput ahead{input.topology, profiled, input.seed, input.controlDelay, {}};
    ahead.keepsSeries = false;
    const std::vector<RolloutMember> members =
        RolloutMembers(static_cast<std::uint32_t>(input.jobs.size()));
    RolloutPlan plan;
    for (const RolloutMember& member : members)
    {
        const std::unique_ptr<Scheduler> scheduler = WithFairShare(member.make(), fairShare);
        FluidFabric fabric(input.topology, framing);
        const RunRecord record = RunEmulation(ahead, *scheduler, fabric);
        const double cost = rollout.Objective() == RolloutObjective::ITERATION_TIME
                                ? IterationTime(input, record)
                                : Summarise(record, input.topology).groups.tardinessSum;
        plan.costs.push_back({member.name, cost});
        if (cost < plan.costs[plan.selected].seconds)
        {
            plan.selected = plan.costs.size() - 1;
        }
    }
    rollout.Select(members[plan.selected]);
    return plan;
}

} // namespace echelon
