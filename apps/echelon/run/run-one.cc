// SPDX-License-Identifier: GPL-2.0-only
#include "run/run-one.h"

#include "emulation/emulation.h"
#include "fabric/fair-fabric.h"
#include "scenario/fabric-registry.h"
#include "sched/scheduler-registry.h"

#include <chrono>

namespace echelon
{

static std::unique_ptr<Fabric>
MakeFabric(const Scenario& scenario, const SchedulerChoice& choice, bool recordsLoads)
{
    const ParameterSet& parameters = scenario.fabric.parameters;
    if (SharesByItself(scenario, choice))
    {
        return std::make_unique<FairFabric>(scenario.topology, GoodputFactorOf(parameters));
    }
    return FabricEntryOf(scenario.fabric.kind)->make(scenario.topology, parameters, recordsLoads);
}

bool
SharesByItself(const Scenario& scenario, const SchedulerChoice& choice)
{
    const ControlPlane& control = choice.control;
    const bool isUndisturbed = control.controlDelay == Time() &&
                               control.minimumInterval == Time() && control.reportDelay == Time() &&
                               control.reportLoss == 0 && !control.lostAt;
    return scenario.fabric.kind == "fluid" && SchedulerEntryOf(choice.name).isMaxMin &&
           isUndisturbed && control.fairShare == 0;
}

RunOutcome
RunOne(const Scenario& scenario,
       const SchedulerChoice& choice,
       const std::shared_ptr<const IdealRuns>& idealRuns,
       const ProgressCallback& progress,
       ResultFiles files)
{
    const auto before = std::chrono::steady_clock::now();
    const auto scheduler = SchedulerEntryOf(choice.name).make(choice.parameters);
    RunOutcome outcome;
    const EmulationInput input{scenario.topology,
                               scenario.jobs,
                               scenario.seed,
                               progress,
                               choice.control,
                               nullptr,
                               WritesTables(files),
                               WritesTables(files),
                               scenario.routing,
                               scenario.events,
                               idealRuns};
    const auto fabric = MakeFabric(scenario, choice, input.keepsSeries);
    outcome.record = RunEmulation(input, *scheduler, *fabric);
    outcome.preparation = scheduler->Prepared();
    outcome.summary = Summarise(outcome.record, scenario.topology);
    outcome.fabric = fabric->Counts();
    outcome.scheduler = scheduler->Counts();
    outcome.scheduler.calls += outcome.fabric.sharings;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - before;
    outcome.wallSeconds = wall.count();
    return outcome;
}

} // namespace echelon
