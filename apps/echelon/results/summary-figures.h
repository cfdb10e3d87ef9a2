// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Which figures the summary of a scenario will hold, known before anything runs.
 *
 *     RequireFigures(root.At("expect").Object(), scenario);
 *     // a.json: /expect/~1runs~1fair~1makespan: "/runs/fair" has no "makespan"
 *     //         (did you mean "makespan_s"?)
 *
 * The keys are those that the summary is written with. Linear in the expectations, times the
 * numbers of jobs and schedulers. Errors: InputError at the pointer.
 */
#pragma once

#include "input/json-document.h"
#include "scenario/scenario.h"

namespace echelon
{

/// Every expectation names a number of the summary.
/// @param node the object that the scenario's expectations were loaded from.
void RequireFigures(const JsonNode& node, const Scenario& scenario);

} // namespace echelon
