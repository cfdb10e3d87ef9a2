// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One run: a scenario under one of its schedulers.
 *
 *     const auto ideal = std::make_shared<const IdealRuns>(scenario.jobs, scenario.topology);
 *     RunOutcome outcome = RunOne(scenario, scenario.schedulers[0], ideal);
 *     std::cout << outcome.summary.makespan;
 *
 * At most one run on the packet fabric per process: ns-3's simulator is process-wide.
 */
#pragma once

#include "emulation/ideal-runs.h"
#include "fabric/fabric.h"
#include "metrics/records.h"
#include "metrics/summary.h"
#include "run/recorded-run.h"
#include "scenario/scenario.h"
#include "sched/scheduler.h"

#include <functional>
#include <memory>

namespace echelon
{

/// What a run leaves, and what it cost.
struct RunOutcome
{
    RunRecord record;
    RunSummary summary;
    FabricCounts fabric;
    SchedulerCounts scheduler;
    Preparation preparation; ///< of the scheduler
    double wallSeconds = 0;
};

/// Whether the run needs no rates of single flows: max-min fairness whose decisions take
/// effect at once, and always, on a fluid fabric.
bool SharesByItself(const Scenario& scenario, const SchedulerChoice& choice);

/// Called with (iterations done, iterations in all).
using ProgressCallback = std::function<void(std::uint64_t, std::uint64_t)>;

/// @param idealRuns of the scenario's jobs. @param files that will be written of the outcome: what
/// none of them needs may be missing.
RunOutcome RunOne(const Scenario& scenario,
                  const SchedulerChoice& choice,
                  const std::shared_ptr<const IdealRuns>& idealRuns,
                  const ProgressCallback& progress = {},
                  ResultFiles files = ResultFiles::ALL);

} // namespace echelon
