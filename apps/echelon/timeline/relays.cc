// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/relays.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

NeighbourLists::NeighbourLists(const DependencyLists& dependencies,
                               const std::vector<bool>& isWanted)
    : m_first(isWanted.size() + 1, 0)
{
    for (const Dependency& dependency : dependencies)
    {
        m_first[dependency.after.Value() + 1] += isWanted[dependency.after.Value()] ? 1 : 0;
    }
    std::partial_sum(m_first.begin(), m_first.end(), m_first.begin());
    m_entries.resize(m_first.back());
    std::vector<std::uint32_t> next = m_first;
    for (const Dependency& dependency : dependencies)
    {
        if (isWanted[dependency.after.Value()])
        {
            m_entries[next[dependency.after.Value()]++] = {dependency.before.Value(),
                                                           dependency.milestone};
        }
    }
}

RelayGraph::RelayGraph(const TaskGraph& graph, const Topology& topology)
    : m_graph(graph)
{
    FindRoles(topology);
    FindRelays();
    std::vector<bool> isWanted(m_roles.size(), false);
    for (std::uint32_t task = 0; task < m_roles.size(); ++task)
    {
        isWanted[task] = IsNetworkFlow(task);
    }
    for (const std::uint32_t relay : m_toFlows)
    {
        isWanted[relay] = true;
    }
    m_before = NeighbourLists(graph.Dependencies(), isWanted);
}

void
RelayGraph::FindRoles(const Topology& topology)
{
    m_roles.reserve(m_graph.Tasks().size());
    for (const Task& task : m_graph.Tasks())
    {
        const bool leavesHost =
            task.kind == TaskKind::FLOW &&
            topology.HostOf(task.flow.source) != topology.HostOf(task.flow.destination);
        m_roles.push_back(task.kind == TaskKind::COMPUTE ? Role::COMPUTE
                          : leavesHost                   ? Role::NETWORK_FLOW
                                                         : Role::RELAY);
    }
}

void
RelayGraph::FindRelays()
{
    const std::vector<TaskId> order = m_graph.TopologicalOrder();
    std::vector<bool> isBehind(m_roles.size(), false); // a network flow
    for (const TaskId task : order)
    {
        const bool isRelayBehind = IsRelay(task.Value()) && isBehind[task.Value()];
        if (isRelayBehind)
        {
            m_fromFlows.push_back(task.Value());
        }
        if (isRelayBehind || IsNetworkFlow(task.Value()))
        {
            for (const Successor& after : After(task.Value()))
            {
                isBehind[after.Task().Value()] = true;
            }
        }
    }
    std::vector<bool> isAhead(m_roles.size(), false); // relays before a network flow
    for (auto task = order.rbegin(); task != order.rend(); ++task)
    {
        const auto after = After(task->Value());
        if (IsRelay(task->Value()) &&
            std::any_of(after.begin(), after.end(), [&](const Successor& next) {
                return IsNetworkFlow(next.Task().Value()) || isAhead[next.Task().Value()];
            }))
        {
            isAhead[task->Value()] = true;
            m_toFlows.push_back(task->Value());
        }
    }
    std::reverse(m_toFlows.begin(), m_toFlows.end());
}

} // namespace echelon
