// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One iteration of a task graph on an infinitely fast network between hosts: when each task runs,
 * and how late it may end.
 *
 *     const IdealRun run = RunIdeally(graph, topology);
 *     run.length;                                // the iteration's critical path
 *     run.latestFinish[flow.Value()] - run.finish[flow.Value()];   // the flow's slack
 *
 * Flows between hosts take no time. Flows inside a host belong to the job's profile, as
 * computations do, because no scheduler of the network can make them shorter. The flows of one
 * group and position that start together on a host end when the busiest of their scale-up ports has
 * carried them all, as MADD would do for a coflow alone. Different groups do not slow each other
 * down there. So a tensor-parallel collective inside a host takes its time, and of one that
 * straddles hosts only the hops inside hosts take time.
 *
 * The executor of real runs (taskgraph/dag-executor.h) runs the iteration, so that computations
 * occupy their streams in the same way. The latest finish is that of the critical path method
 * (Kelley and Walker 1959) over the dependencies and the order in which each stream served its
 * tasks: a task that ends later makes the iteration longer. Times are relative to the iteration's
 * start. O((tasks + dependencies) log tasks). Errors: ParameterError when the graph has a cycle.
 */
#pragma once

#include "base/time.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

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

IdealRun RunIdeally(const TaskGraph& graph, const Topology& topology);

} // namespace echelon
