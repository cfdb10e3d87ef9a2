// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Where the time of iterations went: sums over the steps of their critical paths.
 *
 *     std::vector<PathTimes> jobs = PathTimesByJob(record);
 *     jobs[0].waiting;              // for bandwidth, over all iterations of job 0
 *
 * The critical path of an iteration is the chain of tasks back from the one that ended last, each
 * with the task that let it start (taskgraph/dag-executor.h). Its steps follow one another without
 * gaps, so the times of an iteration's steps add up to its duration, in integer picoseconds. A
 * flow's step is what it would take alone on its path (Fabric::Alone), and waiting.
 * Definitions: docs/reference/metrics.md. Complexity: O(steps).
 */
#pragma once

#include "metrics/records.h"

#include <vector>

namespace echelon
{

PathTimes TimesOf(const PathStepRecord& step);

/// By JobId.
std::vector<PathTimes> PathTimesByJob(const RunRecord& record);

/// "compute", "flow", "delay", "device".
const char* ToText(PathStepRecord::Kind kind);

} // namespace echelon
