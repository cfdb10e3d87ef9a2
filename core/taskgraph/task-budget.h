// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The limit on how many tasks one iteration of a job may have.
 *
 *     CheckTaskBudget(2.0 * ranks * (ranks - 1));
 */
#pragma once

namespace echelon
{

/// About what a task takes at most: 80 bytes in the graph, with its dependencies, and 350 in a run
/// of one iteration, measured on training jobs of which half the tasks are flows.
inline constexpr double BYTES_PER_TASK = 500;

/// The most tasks that one iteration of a job may have: 10 GB.
inline constexpr double MAX_TASKS = 2e7;

/// @throws ParameterError ("kind") when an iteration would have more than MAX_TASKS tasks; says how
/// many, and how much memory they would take.
void CheckTaskBudget(double tasks);

} // namespace echelon
