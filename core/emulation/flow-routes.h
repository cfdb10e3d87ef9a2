// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The paths that the flows of a run take.
 *
 *     const FlowRoutes routes(topology, jobs, seed);
 *     Path path = routes.PathOf(JobId(0), task.flow);
 *
 * If a topology offers several paths, the hash of the seed, the job's name and the group's
 * connection chooses one (ECMP). So a connection keeps its path in every iteration and under every
 * scheduler. PathOf takes O(hops), and a group takes 8 bytes.
 */
#pragma once

#include "base/ids.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <vector>

namespace echelon
{

class FlowRoutes
{
  public:
    /// @param topology outlives this.
    FlowRoutes(const Topology& topology, const std::vector<Job>& jobs, std::uint64_t seed);

    /// @pre the flow is between different devices.
    Path PathOf(JobId job, const FlowTemplate& flow) const;

  private:
    const Topology& m_topology;
    std::vector<std::vector<std::uint64_t>> m_keys; ///< by JobId and GroupIndex
};

} // namespace echelon
