// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Arrangements of any task graph, found by running it on an infinitely fast network between hosts.
 *
 *     auto arrangements = DeriveArrangements(graph, topology);     // by GroupIndex
 *     UseDerivedArrangements(graph, topology);                     // replaces those declared
 *     UseDerivedArrangements(graph, topology, groups);             // only those of these groups
 *
 * The *need* of a flow is the time at which the first computation that depends on it, through
 * flows, delays and barriers, starts in the ideal run (taskgraph/ideal-run.h). If there is none, it
 * is the end of the iteration. The need of a position is the smallest of its flows' needs, and no
 * larger than that of a later position, because the ideal finish times of a group ascend. The
 * offset of a position is its need less that of the first position. But no flow is due before it
 * can be there: an offset is no smaller than the difference of the times at which the positions'
 * first flows start in the ideal run, and no smaller than an earlier offset. So the shape of a
 * paradigm and its distances follow from the dependencies alone. For a coflow all offsets are 0.
 * For a pipeline they are j × T, where T is a stage's profile: its computation and its collectives
 * inside hosts.
 *
 * If the offsets of a group come out as declared, it keeps its declared shape. Flows inside a
 * device do not count, and a position without flows is due with the one before. O((tasks +
 * dependencies) log tasks). Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in
 * Distributed Deep Learning Training with Echelon Formation" (HotNets 2022), Section 3: ideal
 * finish times of an infinitely fast network; docs/algorithms/echelonflow.md. Errors:
 * ParameterError when the graph has a cycle.
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

/// Derives the arrangements of these groups only; the others keep what they were declared with.
void UseDerivedArrangements(TaskGraph& graph,
                            const Topology& topology,
                            const std::vector<GroupIndex>& groups);

} // namespace echelon
