// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/relays.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

NeighbourLists::NeighbourLists(std::size_t tasks,
                               const std::vector<std::uint32_t>& owners,
                               const std::vector<Neighbour>& entries)
    : m_first(tasks + 1, 0),
      m_entries(entries.size())
{
    for (const std::uint32_t owner : owners)
    {
        ++m_first[owner + 1];
    }
    std::partial_sum(m_first.begin(), m_first.end(), m_first.begin());
    std::vector<std::size_t> next = m_first;
    for (std::size_t i = 0; i < entries.size(); ++i)
    {
        m_entries[next[owners[i]]++] = entries[i];
    }
}

std::vector<RelayGraph::Role>
RelayGraph::RolesOf(const TaskGraph& graph, const Topology& topology)
{
    std::vector<Role> roles;
    roles.reserve(graph.Tasks().size());
    for (const Task& task : graph.Tasks())
    {
        const bool leavesHost =
            task.kind == TaskKind::FLOW &&
            topology.HostOf(task.flow.source) != topology.HostOf(task.flow.destination);
        roles.push_back(task.kind == TaskKind::COMPUTE ? Role::COMPUTE
                        : leavesHost                   ? Role::NETWORK_FLOW
                                                       : Role::RELAY);
    }
    return roles;
}

NeighbourLists
RelayGraph::ListsOf(const TaskGraph& graph, const std::vector<Role>& roles, bool before)
{
    std::vector<std::uint32_t> owners;
    std::vector<Neighbour> entries;
    for (const Dependency& dependency : graph.Dependencies())
    {
        const std::uint32_t owner = (before ? dependency.after : dependency.before).Value();
        if (roles[owner] != Role::COMPUTE)
        {
            owners.push_back(owner);
            entries.push_back(
                {(before ? dependency.before : dependency.after).Value(), dependency.milestone});
        }
    }
    return {roles.size(), owners, entries};
}

RelayGraph::RelayGraph(const TaskGraph& graph, const Topology& topology)
    : m_roles(RolesOf(graph, topology)),
      m_before(ListsOf(graph, m_roles, true)),
      m_after(ListsOf(graph, m_roles, false))
{
    std::vector<std::uint32_t> relays = SortRelays();
    m_fromFlows = NextToFlows(relays, m_before);
    std::reverse(relays.begin(), relays.end());
    m_toFlows = NextToFlows(relays, m_after);
    std::reverse(m_toFlows.begin(), m_toFlows.end());
}

std::vector<std::uint32_t>
RelayGraph::SortRelays() const
{
    std::vector<std::uint32_t> sorted;
    std::vector<std::uint32_t> waiting(m_roles.size(), 0);
    for (std::uint32_t task = 0; task < m_roles.size(); ++task)
    {
        if (!IsRelay(task))
        {
            continue;
        }
        for (const Neighbour& before : m_before[task])
        {
            waiting[task] += IsRelay(before.task) ? 1 : 0;
        }
        if (waiting[task] == 0)
        {
            sorted.push_back(task);
        }
    }
    for (std::size_t next = 0; next < sorted.size(); ++next)
    {
        for (const Neighbour& after : m_after[sorted[next]])
        {
            if (IsRelay(after.task) && --waiting[after.task] == 0)
            {
                sorted.push_back(after.task);
            }
        }
    }
    return sorted;
}

std::vector<std::uint32_t>
RelayGraph::NextToFlows(const std::vector<std::uint32_t>& relays,
                        const NeighbourLists& towards) const
{
    std::vector<std::uint32_t> found;
    std::vector<bool> isFound(m_roles.size(), false);
    for (const std::uint32_t relay : relays)
    {
        for (const Neighbour& neighbour : towards[relay])
        {
            if (IsNetworkFlow(neighbour.task) || isFound[neighbour.task])
            {
                isFound[relay] = true;
                found.push_back(relay);
                break;
            }
        }
    }
    return found;
}

} // namespace echelon
