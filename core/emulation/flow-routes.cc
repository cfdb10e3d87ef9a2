// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/flow-routes.h"

#include "base/parameters.h"
#include "base/random.h"

namespace echelon
{

FlowRoutes::FlowRoutes(const Topology& topology,
                       const std::vector<Job>& jobs,
                       std::uint64_t seed,
                       const std::string& router)
    : m_topology(topology),
      m_router(EntryOf(RouterEntries(), router, "routing", "router").make(topology, m_routes))
{
    for (const Job& job : jobs)
    {
        std::vector<std::uint64_t> keys;
        for (const GroupTemplate& group : job.graph.Groups())
        {
            keys.push_back(Mix64(seed) ^ HashText(job.name + "/" + group.connection));
        }
        m_keys.push_back(std::move(keys));
    }
}

Route
FlowRoutes::RouteOf(JobId job, const FlowTemplate& flow)
{
    return flow.spine != FlowTemplate::BY_HASH
               ? m_routes.Along(m_topology,
                                m_topology.RouteVia(flow.source, flow.destination, flow.spine))
               : m_router->Choose(flow.source, flow.destination, m_keys[job.Value()][flow.group]);
}

Flow
FlowRoutes::FlowOf(JobId job, const FlowTemplate& made)
{
    Flow flow;
    flow.source = made.source;
    flow.destination = made.destination;
    flow.bytes = made.bytes;
    flow.multiplicity = made.multiplicity;
    flow.position = made.position;
    flow.route = RouteOf(job, made);
    return flow;
}

} // namespace echelon
