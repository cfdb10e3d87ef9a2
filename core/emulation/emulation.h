// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One run: jobs on a fabric under a scheduler, from the first arrival to the end of the last job.
 *
 *     FluidFabric fabric(topology);
 *     RunRecord record = RunEmulation({topology, jobs, seed, controlDelay}, *scheduler, fabric);
 *
 * The loop (docs/architecture.md): the executor starts a flow when its task is ready; the
 * coordinator asks the scheduler on each arrival and departure; the fabric tells both what
 * finished. Neither knows which fabric or scheduler it drives. Job ids follow the order of `jobs`;
 * the caller sorts them by name so that the order of input does not matter. A fabric that shares by
 * itself takes the place of coordinator and scheduler, without their delays. Errors: RunTooLong
 * when a job does not end within the range of Time; ContractViolation when it cannot end (a flow
 * starves).
 */
#pragma once

#include "control/control-plane.h"
#include "fabric/fabric.h"
#include "metrics/records.h"
#include "network/topology.h"
#include "sched/scheduler.h"
#include "taskgraph/task-graph.h"

#include <functional>
#include <vector>

namespace echelon
{

/// What is run.
struct EmulationInput
{
    const Topology& topology;
    const std::vector<Job>& jobs;
    std::uint64_t seed = 1; ///< of the paths' hash (ECMP) and of the noise in compute times
    Time controlDelay{};    ///< from a change to the decision in force
    /// Called now and then with (iterations done, iterations in all), for progress displays; may be
    /// empty.
    std::function<void(std::uint64_t, std::uint64_t)> progress{};
    ControlPlane control{};
    ControlObserver* observer = nullptr; ///< of the control plane; may be null
    /// Whether the record holds what changes over time, and what follows from it: links' rates and
    /// loads, and whom critical flows waited for.
    bool keepsSeries = true;
    /// Whether it holds a row for each flow, computation and step of a critical path, and the names
    /// of groups. Otherwise what a summary needs of them is in RunRecord::totals. @pre so do
    /// series.
    bool keepsRows = true;
};

RunRecord RunEmulation(const EmulationInput& input, Scheduler& scheduler, Fabric& fabric);

} // namespace echelon
