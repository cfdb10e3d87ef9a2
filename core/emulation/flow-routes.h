// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The flows of task graphs as a run sends them, with the routes that they take.
 *
 *     FlowRoutes routes(topology, jobs, seed);
 *     Flow flow = routes.FlowOf(JobId(0), task.flow);     // without id and group
 *
 * The router is asked with the hash of the seed, the job's name and the group's connection as the
 * key. So a connection keeps its path in every iteration and under every scheduler. A flow with a
 * spine of its own goes over that one. FlowOf takes O(hops), a group takes 8 bytes, each distinct
 * route about 150, and the routes asked for last, which are not asked for again, 200 kB.
 */
#pragma once

#include "base/ids.h"
#include "flow/flow.h"
#include "network/router-registry.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace echelon
{

class FlowRoutes
{
  public:
    /// @param topology outlives this. @param router of RouterEntries().
    FlowRoutes(const Topology& topology,
               const std::vector<Job>& jobs,
               std::uint64_t seed,
               const std::string& router = "ecmp");

    /// @pre the flow is between different devices.
    Route RouteOf(JobId job, const FlowTemplate& flow);

    /// Without its id and group. @pre the flow is between different devices.
    Flow FlowOf(JobId job, const FlowTemplate& made);

  private:
    /// What the router answered.
    struct Answer
    {
        DeviceId source; ///< equal to the destination: nothing yet
        DeviceId destination;
        std::uint64_t key = 0;
        Route route{};
    };

    static constexpr std::size_t ANSWERS = 8192;

    const Topology& m_topology;
    RouteTable m_routes;
    std::unique_ptr<Router> m_router;
    std::vector<std::vector<std::uint64_t>> m_keys; ///< by JobId and GroupIndex
    std::vector<Answer> m_answers;                  ///< by hash; a later one replaces an earlier
};

} // namespace echelon
