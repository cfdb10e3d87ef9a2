// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Arrangements of any task graph, found by running it on an infinitely fast network between hosts.
 *
 *     std::vector<Arrangement> arrangements = DeriveArrangements(graph, topology);  // by
 * GroupIndex UseDerivedArrangements(graph, topology);          // in place of those that were
 * declared UseDerivedArrangements(graph, topology, groups);  // of these groups alone
 *
 * A flow's *need* is the time at which, in the ideal run (taskgraph/ideal-run.h), the first
 * computation starts that depends on it through flows, delays and barriers; without one, the end of
 * the iteration. The need of a position is the smallest of its flows, and no larger than that of a
 * later position, because a group's ideal finish times ascend. Its offset is its need less that of
 * the first position, but no flow is due before it can be there: an offset is no smaller than the
 * difference of the times at which the positions' first flows start in the ideal run, or than an
 * earlier offset. So the shape of a paradigm and its distances come out of the dependencies alone:
 * all offsets are 0 for a coflow, and j × T for a pipeline, where T is a stage's profile: its
 * computation and its collectives inside hosts.
 *
 * A group whose offsets come out as declared keeps its declared shape. Flows inside a device do not
 * count; a position without flows is due with the one before. O((tasks + dependencies) log tasks).
 * Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in Distributed Deep Learning
 * Training with Echelon Formation" (HotNets 2022), Section 3: ideal finish times of an infinitely
 * fast network; docs/algorithms/echelonflow.md. Errors: ParameterError when the graph has a cycle.
 */
#pragma once

#include "flow/arrangement.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

/// By GroupIndex.
std::vector<Arrangement> DeriveArrangements(const TaskGraph& graph, const Topology& topology);

void UseDerivedArrangements(TaskGraph& graph, const Topology& topology);

/// Of these groups alone; the others keep what they were declared with.
void UseDerivedArrangements(TaskGraph& graph,
                            const Topology& topology,
                            const std::vector<GroupIndex>& groups);

} // namespace echelon
