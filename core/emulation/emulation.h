// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One run: jobs on a fabric under a scheduler, from the first arrival to the end of the last job.
 *
 *     FluidFabric fabric(topology);
 *     RunRecord record = RunEmulation({topology, jobs, seed}, *scheduler, fabric);
 *
 * The loop (docs/architecture.md): the executor starts a flow when its task is ready; the
 * coordinator asks the scheduler on each arrival and departure; the fabric tells both what
 * finished. Neither knows which fabric or scheduler it drives. Job ids follow the order of `jobs`;
 * the caller sorts them by name so that the order of input does not matter. A fabric that shares by
 * itself takes the place of coordinator and scheduler, without their delays. Errors: RunTooLong
 * when a job does not end within the range of Time; RunStalled when flows wait for links that are
 * down for good; ContractViolation when a job cannot end otherwise (a flow starves).
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
