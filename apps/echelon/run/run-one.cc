// SPDX-License-Identifier: GPL-2.0-only
#include "run/run-one.h"

#include "emulation/emulation.h"
#include "fabric/fair-switch-fabric.h"
#include "scenario/fabric-registry.h"
#include "sched/scheduler-registry.h"
#include "sched/starvation-guard.h"

#include <chrono>

namespace echelon
{

namespace
{

std::unique_ptr<Fabric>
MakeFabric(const Scenario& scenario, const SchedulerChoice& choice, bool recordsLoads)
{
    const ParameterSet& parameters = scenario.fabric.parameters;
    if (SharesByPorts(scenario, choice))
    {
        return std::make_unique<FairSwitchFabric>(
            scenario.topology,
            Framing{parameters.GetBytes("segment"), parameters.GetBytes("header")});
    }
    return FabricEntryOf(scenario.fabric.kind)->make(scenario.topology, parameters, recordsLoads);
}

} // namespace

bool
SharesByPorts(const Scenario& scenario, const SchedulerChoice& choice)
{
    const ControlPlane& control = scenario.control;
    const bool isUndisturbed = choice.controlDelay == Time() && control.minimumInterval == Time() &&
                               control.reportDelay == Time() && control.reportLoss == 0 &&
                               !control.lostAt;
    return scenario.fabric.kind == "fluid" && choice.name == "fair" && isUndisturbed &&
           choice.parameters.GetNumber("fair_share") == 0 &&
           FairSwitchFabric::Fits(scenario.topology);
}

RunOutcome
RunOne(const Scenario& scenario,
       const SchedulerChoice& choice,
       const ProgressCallback& progress,
       ResultFiles files)
{
    const auto before = std::chrono::steady_clock::now();
    auto scheduler = SchedulerEntryOf(choice.name).make(choice.parameters);
    RunOutcome outcome;
    const EmulationInput input{scenario.topology,
                               scenario.jobs,
                               scenario.seed,
                               choice.controlDelay,
                               progress,
                               scenario.control,
                               nullptr,
                               WritesTables(files),
                               WritesTables(files)};
    const double fairShare = choice.parameters.GetNumber("fair_share");
    if (auto* const portfolio = dynamic_cast<PortfolioScheduler*>(scheduler.get()))
    {
        const ParameterSet& framing = scenario.fabric.parameters;
        outcome.plan = PlanPortfolio(input,
                                     {framing.GetBytes("segment"), framing.GetBytes("header")},
                                     fairShare,
                                     *portfolio);
    }
    scheduler = WithFairShare(std::move(scheduler), fairShare);
    const auto fabric = MakeFabric(scenario, choice, input.keepsSeries);
    outcome.record = RunEmulation(input, *scheduler, *fabric);
    outcome.summary = Summarise(outcome.record, scenario.topology);
    outcome.fabric = fabric->Counts();
    outcome.scheduler = scheduler->Counts();
    outcome.scheduler.calls += outcome.fabric.sharings;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - before;
    outcome.wallSeconds = wall.count();
    return outcome;
}

} // namespace echelon
