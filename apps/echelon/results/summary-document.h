// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The entries of summary.json (docs/reference/results.md) that one run contributes.
 *
 *     OrderedJson run = SummaryToJson(outcome.summary, scenario, choice);
 *     OrderedJson engine = EngineToJson(outcome, choice);
 *
 * Times are in seconds. O(jobs × iterations).
 */
#pragma once

#include "run/run-one.h"

namespace echelon
{

using OrderedJson = nlohmann::ordered_json;

/// An entry of summary.json's "runs".
OrderedJson SummaryToJson(const RunSummary& summary,
                          const Scenario& scenario,
                          const SchedulerChoice& choice);

/// An entry of summary.json's "engine"; the memory is this process's largest so far.
OrderedJson EngineToJson(const RunOutcome& outcome, const SchedulerChoice& choice);

} // namespace echelon
