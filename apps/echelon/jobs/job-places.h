// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The places of a job: the sets of devices that it, or the jobs that arrive by its description,
 * run on, and its task graph on a place.
 *
 *     PlaceJob(draft, topology, all, seed, taken, budget); // fills draft.places and draft.first
 *     TaskGraph graph = BuildGraph(draft, topology, draft.places[1]);
 *
 * Errors: InputError, also for jobs that are too large (load-budget.h).
 */
#pragma once

#include "jobs/job-draft.h"
#include "jobs/load-budget.h"
#include "network/topology.h"

#include <string>
#include <vector>

namespace echelon
{

/// What helps when simulated time does not last.
inline constexpr const char* SHORTER =
    "use fewer iterations, less data, shorter times or faster links";

/// @param all devices of the topology. @param taken by other jobs; those of this job are added.
void PlaceJob(Draft& draft,
              const Topology& topology,
              const std::vector<DeviceId>& all,
              std::uint64_t seed,
              std::vector<bool>& taken,
              LoadBudget& budget);

/// Places that spread a tensor group over several hosts are legal, and slow.
void WarnOfStraddlingGroups(const Draft& draft,
                            const Topology& topology,
                            std::vector<std::string>& warnings);

/// The graph of the job on a place.
TaskGraph BuildGraph(const Draft& draft,
                     const Topology& topology,
                     const std::vector<DeviceId>& devices);

} // namespace echelon
