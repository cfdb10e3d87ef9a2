// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One run: jobs on a fabric under a scheduler, from the first arrival to the end of the last job.
 *
 *     FluidFabric fabric(topology);
 *     RunRecord record = RunEmulation({topology, jobs, seed}, *scheduler, fabric);
 *
 * The executor starts a flow when its task is ready, the coordinator asks the scheduler on each
 * arrival and departure, and the fabric tells both what has finished (docs/architecture.md). They
 * do not know which fabric or scheduler they drive. Job ids follow the order of `jobs`; the caller
 * sorts them by name so that the order of input does not matter. A fabric that shares its links by
 * itself takes the place of coordinator and scheduler, without their delays. Errors: RunTooLong
 * when a job does not end within the range of Time; RunStalled when flows wait for links that are
 * down for good; ContractViolation when a job cannot end for another reason (a flow starves).
 */
#pragma once

#include "emulation/emulation-input.h"
#include "fabric/fabric.h"
#include "metrics/records.h"
#include "sched/scheduler.h"

namespace echelon
{

RunRecord RunEmulation(const EmulationInput& input, Scheduler& scheduler, Fabric& fabric);

} // namespace echelon
