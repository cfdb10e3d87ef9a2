// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Where the time of iterations went: sums over the steps of their critical paths.
 *
 *     std::vector<PathTimes> jobs = PathTimesByJob(record);
 *     jobs[0].waiting;              // for bandwidth, over all iterations of job 0
 *
 * The critical path of an iteration leads from the task that ended last back to its cause, and so
 * on (taskgraph/dag-executor.h). Its steps follow one another without gaps, so their times add up
 * to the duration of the iteration, in integer picoseconds. A flow's step consists of what it would
 * take alone on its path (Fabric::UncontendedTimes), and of waiting.
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
