// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Arrangements of any task graph, found by running it on an infinitely fast network.
 *
 *     std::vector<Arrangement> arrangements = DeriveArrangements(graph);   // by GroupIndex
 *     UseDerivedArrangements(graph);          // in place of those that the workload declared
 *
 * A flow's *need* is the time at which, in the ideal run (workload/ideal-run.h), the first
 * computation starts that depends on it through flows, delays and barriers; without one, the end of
 * the iteration. The need of a position is the smallest of its flows, and no larger than that of a
 * later position, because a group's ideal finish times ascend. Its offset is its need less that of
 * position 0. So the shape of a paradigm and its distances come out of the dependencies alone: all
 * offsets are 0 for a coflow, and j × T of the consumer for a pipeline.
 *
 * A group whose offsets come out as declared keeps its declared shape. Flows inside a device and
 * positions without flows do not count. O((tasks + dependencies) log tasks).
 * Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in Distributed Deep Learning
 * Training with Echelon Formation" (HotNets 2022), Section 3: ideal finish times of an infinitely
 * fast network; docs/algorithms/echelonflow.md. Errors: ParameterError when the graph has a cycle.
 */
#pragma once

#include "flow/arrangement.h"
#include "workload/task-graph.h"

#include <vector>

namespace echelon
{

/// By GroupIndex.
std::vector<Arrangement> DeriveArrangements(const TaskGraph& graph);

void UseDerivedArrangements(TaskGraph& graph);

} // namespace echelon
