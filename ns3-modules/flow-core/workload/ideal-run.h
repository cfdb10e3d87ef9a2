// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One iteration of a task graph on an infinitely fast network: when each task runs, and how late it
 * may end.
 *
 *     const IdealRun run = RunIdeally(graph);
 *     run.length;                                // the iteration's critical path
 *     run.latestFinish[flow.Value()] - run.finish[flow.Value()];   // the flow's slack
 *
 * Flows take no time; computations occupy their streams as in workload/dag-executor.h. The latest
 * finish is that of the critical path method (Kelley and Walker 1959) over the dependencies and the
 * order in which each stream served its tasks: a task that ends later makes the iteration longer.
 * Times are relative to the iteration's start. O((tasks + dependencies) log tasks).
 * Errors: ParameterError when the graph has a cycle.
 */
#pragma once

#include "base/time.h"
#include "workload/task-graph.h"

#include <vector>

namespace echelon
{

/// By TaskId; the times of one iteration.
struct IdealRun
{
    Time length;
    std::vector<Time> start;
    std::vector<Time> finish;
    std::vector<Time> latestFinish;
};

IdealRun RunIdeally(const TaskGraph& graph);

} // namespace echelon
