// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * When a run can end at the earliest, so that one that lasts longer than Time can hold is refused
 * before it starts.
 *
 *     const LeastEnd end = LeastEndOf(topology, jobs, seed);
 *     if (end.seconds > Time::Max().Seconds()) { … }         // no scheduler and no fabric helps
 *
 * The bound is the largest of these, each of which holds under every scheduler and on every fabric:
 *
 *  - a job ends no sooner than its start plus its iterations times the longest chain of its tasks,
 *    each flow alone on its path and without headers. It starts at its arrival, or when the job
 *    ends that it comes after;
 *  - a link is busy for as long as everything that crosses it takes at its rate;
 *  - a stream of a device is busy for as long as all its computations take.
 *
 * Computations of jobs whose times are drawn at random count as 0. LeastEndOf: O(tasks × hops +
 * dependencies) in time and, for the largest job, memory; MostSeconds: O(tasks). Seconds are
 * doubles, which hold what Time does not.
 */
#pragma once

#include "base/ids.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// A lower bound of a run's end, and what it follows from.
struct LeastEnd
{
    double seconds = 0;
    JobId job;                    ///< that ends then, or has the largest task on link or device
    std::optional<LinkId> link{}; ///< what is busy until then
    std::optional<DeviceId> device{};
};

LeastEnd LeastEndOf(const Topology& topology,
                    const std::vector<Job>& jobs,
                    std::uint64_t seed,
                    const std::string& router = "ecmp");

/// All tasks of all jobs one after the other, at the slowest link's rate, after the last arrival:
/// never less than LeastEndOf, and quickly found.
double MostSeconds(const Topology& topology, const std::vector<Job>& jobs);

} // namespace echelon
