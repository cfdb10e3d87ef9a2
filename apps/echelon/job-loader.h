// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A scenario's "jobs": workload, placement, repetition, arrivals.
 *
 *     std::vector<Job> jobs = LoadJobs(root.At("jobs"), topology, seed, DEFAULT_MEMORY);
 *
 * Jobs come back sorted by name, and are placed in that order, so that the order of input does not
 * matter. A job with "arrivals" becomes several, name-0, name-1, …, which take turns on as many
 * places as there is room for: job i runs where job i - places ran, when that has ended. Errors:
 * InputError. Refused besides what is wrong in itself: jobs that are too large (run-size.h), or
 * could outlast simulated time.
 */
#pragma once

#include "json-document.h"

#include "topology/topology.h"
#include "workload/task-graph.h"

#include <vector>

namespace echelon
{

inline constexpr std::size_t MAX_JOBS = 10000;
inline constexpr std::int64_t MAX_ITERATIONS = 1000000;

/// @param memory bytes that the jobs' task graphs may take.
std::vector<Job> LoadJobs(const JsonNode& node,
                          const Topology& topology,
                          std::uint64_t seed,
                          double memory);

} // namespace echelon
