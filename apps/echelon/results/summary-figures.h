// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Which figures the summary of a scenario will hold, known before anything runs.
 *
 *     RequireFigures(scenario);
 *     // a.json: /expect/~1runs~1fair~1makespan: "/runs/fair" has no "makespan"
 *     //         (did you mean "makespan_s"?)
 *
 * The keys are those that the summary is written with (summary-document.h). Linear in the
 * expectations, times the numbers of jobs and schedulers. Errors: InputError at the expectation.
 */
#pragma once

#include "scenario/scenario.h"

namespace echelon
{

/// Every expectation that is checked after the run names a number of the summary.
void RequireFigures(const Scenario& scenario);

} // namespace echelon
