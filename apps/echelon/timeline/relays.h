// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Finds the relays of a task graph, which are the tasks without a slice in the timeline (barriers,
 * delays, flows inside a host), and the neighbours of relays and of network flows.
 *
 *     const RelayGraph graph(job.graph, topology);
 *     for (const std::uint32_t relay : graph.ToFlows()) { … }   // each after those it follows
 *     for (const Neighbour& before : graph.Before(task)) { … }
 *
 * O(tasks + dependencies).
 */
#pragma once

#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// A task at the other end of a dependency.
struct Neighbour
{
    std::uint32_t task;
    Milestone milestone;
};

/// What some tasks wait for, one list after the other in one vector.
class NeighbourLists
{
  public:
    struct Range
    {
        const Neighbour* first;
        const Neighbour* last;

        const Neighbour* begin() const
        {
            return first;
        }

        const Neighbour* end() const
        {
            return last;
        }
    };

    NeighbourLists() = default;

    /// @param isWanted by task: whether it has a list.
    NeighbourLists(const DependencyLists& dependencies, const std::vector<bool>& isWanted);

    Range operator[](std::uint32_t task) const
    {
        return {m_entries.data() + m_first[task], m_entries.data() + m_first[task + 1]};
    }

  private:
    std::vector<std::uint32_t> m_first; ///< by task, and the end
    std::vector<Neighbour> m_entries;
};

class RelayGraph
{
  public:
    /// @param graph outlives this.
    RelayGraph(const TaskGraph& graph, const Topology& topology);

    bool IsRelay(std::uint32_t task) const
    {
        return m_roles[task] == Role::RELAY;
    }

    bool IsNetworkFlow(std::uint32_t task) const
    {
        return m_roles[task] == Role::NETWORK_FLOW;
    }

    /// The relays from which one comes to a network flow through relays alone, each after the
    /// relays that it follows.
    const std::vector<std::uint32_t>& ToFlows() const
    {
        return m_toFlows;
    }

    /// Those to which one comes from a network flow, in the same order.
    const std::vector<std::uint32_t>& FromFlows() const
    {
        return m_fromFlows;
    }

    /// What one of ToFlows() or a network flow waits for.
    NeighbourLists::Range Before(std::uint32_t task) const
    {
        return m_before[task];
    }

    /// What waits for a task.
    DependencyLists::Successors After(std::uint32_t task) const
    {
        return m_graph.Dependencies().After(TaskId(task));
    }

  private:
    enum class Role : std::uint8_t
    {
        COMPUTE,
        NETWORK_FLOW,
        RELAY,
    };

    void FindRoles(const Topology& topology);
    void FindRelays();

    const TaskGraph& m_graph;
    std::vector<Role> m_roles; ///< by TaskId
    std::vector<std::uint32_t> m_toFlows;
    std::vector<std::uint32_t> m_fromFlows;
    NeighbourLists m_before;
};

} // namespace echelon
