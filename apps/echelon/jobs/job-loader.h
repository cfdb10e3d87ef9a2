// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A scenario's "jobs": workload, placement, repetition, arrivals.
 *
 *     std::vector<std::string> warnings;
 *     std::vector<Job> jobs =
 *         LoadJobs(root.At("jobs"), topology, seed, DEFAULT_MEMORY, warnings);
 *
 * Jobs come back sorted by name. The order of input decides one thing only: jobs that do not list
 * their devices are placed in it. A job with "arrivals" becomes several, name-0, name-1, …, which
 * take turns on as many places as there is room for: job i runs where job i - places ran, when that
 * has ended. Errors: InputError. Refused besides what is wrong in itself: jobs that are too large
 * (load-budget.h), or could outlast simulated time.
 */
#pragma once

#include "input/json-document.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <string>
#include <vector>

namespace echelon
{

/// Of all flows of all iterations: their sums are 64-bit integers.
inline constexpr double MAX_BYTES = 9e18;

/// @param memory bytes that the jobs' task graphs may take. @param warnings takes a line for what
/// is allowed but hardly meant.
std::vector<Job> LoadJobs(const JsonNode& node,
                          const Topology& topology,
                          std::uint64_t seed,
                          double memory,
                          std::vector<std::string>& warnings,
                          const std::string& routing = "ecmp");

} // namespace echelon
