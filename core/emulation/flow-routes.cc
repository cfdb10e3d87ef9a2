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
      m_router(EntryOf(RouterEntries(), router, "routing", "router").make(topology, m_routes)),
      m_answers(ANSWERS)
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
    if (flow.spine != FlowTemplate::BY_HASH)
    {
        return m_routes.Along(m_topology,
                              m_topology.RouteVia(flow.source, flow.destination, flow.spine));
    }
    // Inside a host there is one path, whatever the key.
    const bool isInside = m_topology.HostOf(flow.source) == m_topology.HostOf(flow.destination);
    const std::uint64_t key = isInside ? 0 : m_keys[job.Value()][flow.group];
    const std::uint64_t ends = std::uint64_t{flow.source.Value()} << 32 | flow.destination.Value();
    Answer& answer = m_answers[Mix64(key ^ ends) % ANSWERS];
    if (answer.source != flow.source || answer.destination != flow.destination || answer.key != key)
    {
        answer = {flow.source,
                  flow.destination,
                  key,
                  m_router->Choose(flow.source, flow.destination, key)};
    }
    return answer.route;
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
