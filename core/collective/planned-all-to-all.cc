// SPDX-License-Identifier: GPL-2.0-only
#include "collective/planned-all-to-all.h"

#include "alltoall/relay-stocks.h"
#include "base/contracts.h"
#include "base/parameters.h"
#include "taskgraph/task-budget.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>

namespace echelon
{

namespace
{

/// One task whose milestone comes when all the given ones' have come.
std::optional<TaskId>
JoinAll(TaskGraph& graph, const std::vector<TaskId>& tasks, Milestone milestone)
{
    if (tasks.size() <= 1)
    {
        return tasks.empty() ? std::nullopt : std::optional<TaskId>(tasks.front());
    }
    const TaskId joined = graph.AddBarrier();
    for (const TaskId task : tasks)
    {
        graph.AddDependency(task, joined, milestone);
    }
    return joined;
}

/// The stages in which one port takes part, and until when later ones wait.
class PortOrder
{
  public:
    /// What a transmission of this stage waits for at the port to be sent, if anything.
    std::optional<TaskId> GateOf(TaskGraph& graph,
                                 std::size_t stage,
                                 std::uint32_t lookahead,
                                 Milestone milestone)
    {
        if (stage != m_stage)
        {
            Close(graph, lookahead, milestone);
            m_stage = stage;
        }
        return m_gate;
    }

    void Add(TaskId task)
    {
        m_open.push_back(task);
    }

    /// The port's first stages wait for this.
    void SetReady(TaskId ready)
    {
        m_gate = ready;
    }

  private:
    /// The port's open stage ends; those older than the last `lookahead` become part of the gate.
    void Close(TaskGraph& graph, std::uint32_t lookahead, Milestone milestone)
    {
        const std::optional<TaskId> done = JoinAll(graph, m_open, milestone);
        m_open.clear();
        if (!done)
        {
            return;
        }
        m_recent.push_back(*done);
        if (m_recent.size() <= lookahead)
        {
            return;
        }
        // Without lookahead the stage that ends has itself waited for the gate.
        m_gate = lookahead == 0 || !m_gate ? m_recent.front()
                                           : JoinAll(graph, {*m_gate, m_recent.front()}, milestone);
        m_recent.pop_front();
    }

    std::size_t m_stage = 0;
    std::vector<TaskId> m_open;  ///< of m_stage
    std::deque<TaskId> m_recent; ///< one per stage: the last ones that nobody waits for
    std::optional<TaskId> m_gate;
};

/// Fills the graph with one plan.
class PlanBuilder
{
  public:
    PlanBuilder(TaskGraph& graph,
                const std::vector<DeviceId>& ranks,
                const PlannedAllToAll& planned,
                GroupIndex group,
                const std::vector<TaskId>& ready,
                std::uint32_t lookahead)
        : m_graph(graph),
          m_ranks(ranks),
          m_servers(planned.servers),
          m_racks(planned.racks),
          m_plan(planned.plan),
          m_group(group),
          m_ready(ready),
          m_lookahead(lookahead),
          m_milestone(m_plan.rule == StartRule::EXCLUSIVE ? Milestone::SENT : planned.senderAwaits),
          m_sending(ranks.size()),
          m_receiving(ranks.size()),
          m_ends(ranks.size()),
          m_stocks(planned.plan)
    {
        for (std::size_t rank = 0; rank < ready.size(); ++rank)
        {
            m_sending[rank].SetReady(ready[rank]);
            m_receiving[rank].SetReady(ready[rank]);
        }
    }

    std::vector<TaskId> Build()
    {
        for (std::size_t stage = 0; stage < m_plan.stages.size(); ++stage)
        {
            std::vector<TaskId> tasks;
            for (const Transmission& transmission : m_plan.stages[stage].transmissions)
            {
                tasks.push_back(Add(transmission, stage));
            }
            // What a stage brings, later stages may forward.
            for (std::size_t i = 0; i < tasks.size(); ++i)
            {
                m_stocks.Bring(m_plan.stages[stage].transmissions[i], tasks[i]);
            }
        }
        CheckTaskBudget(static_cast<double>(m_graph.Tasks().size()));
        std::vector<TaskId> done;
        for (std::size_t rank = 0; rank < m_ranks.size(); ++rank)
        {
            const std::vector<TaskId>& ends = m_ends[rank];
            if (ends.empty() && !m_ready.empty())
            {
                done.push_back(m_ready[rank]);
                continue;
            }
            const std::optional<TaskId> joined = JoinAll(m_graph, ends, Milestone::DONE);
            done.push_back(joined ? *joined : m_graph.AddBarrier());
        }
        return done;
    }

  private:
    TaskId Add(const Transmission& transmission, std::size_t stage)
    {
        const auto [source, destination] =
            std::make_pair(transmission.source, transmission.destination);
        FlowTemplate flow{m_group,
                          m_ranks[source],
                          m_ranks[destination],
                          transmission.bytes,
                          static_cast<std::uint32_t>(stage)};
        flow.spine = transmission.spine.value_or(FlowTemplate::BY_HASH);
        const TaskId task = m_graph.AddFlow(flow);
        const bool inside = m_servers[source] == m_servers[destination];
        const bool inSenderOrder = !inside && m_plan.rule != StartRule::UNORDERED;
        const bool inReceiverOrder = !inside && m_plan.rule == StartRule::EXCLUSIVE;
        Follow(task, source, m_sending[source], inSenderOrder, stage);
        Follow(task, destination, m_receiving[destination], inReceiverOrder, stage);
        if (inReceiverOrder && transmission.spine && !m_racks.empty() &&
            m_racks[source] != m_racks[destination])
        {
            TakeTurn(task, m_up[{m_racks[source], *transmission.spine}], stage);
            TakeTurn(task, m_down[{m_racks[destination], *transmission.spine}], stage);
        }
        m_stocks.Take(transmission,
                      [this, task](TaskId arrival) { m_graph.AddDependency(arrival, task); });
        return task;
    }

    /// `task` takes its turn at a port, or waits for no more than the rank.
    void Follow(TaskId task, std::uint32_t rank, PortOrder& port, bool inOrder, std::size_t stage)
    {
        m_ends[rank].push_back(task);
        if (inOrder)
        {
            TakeTurn(task, port, stage);
        }
        else if (!m_ready.empty())
        {
            m_graph.AddDependency(m_ready[rank], task);
        }
    }

    void TakeTurn(TaskId task, PortOrder& port, std::size_t stage)
    {
        if (const auto gate = port.GateOf(m_graph, stage, m_lookahead, m_milestone))
        {
            m_graph.AddDependency(*gate, task, m_milestone);
        }
        port.Add(task);
    }

    TaskGraph& m_graph;
    const std::vector<DeviceId>& m_ranks;
    const std::vector<std::uint32_t>& m_servers;
    const std::vector<std::uint32_t>& m_racks;
    const TransmissionPlan& m_plan;
    GroupIndex m_group;
    const std::vector<TaskId>& m_ready;
    std::uint32_t m_lookahead;
    Milestone m_milestone;                                     ///< of what goes before at a port
    std::vector<PortOrder> m_sending;                          ///< by rank
    std::vector<PortOrder> m_receiving;                        ///< by rank
    using SpineLink = std::pair<std::uint32_t, std::uint32_t>; ///< rack, spine
    std::map<SpineLink, PortOrder> m_up;
    std::map<SpineLink, PortOrder> m_down;
    std::vector<std::vector<TaskId>> m_ends; ///< by rank: all that it sends and receives
    RelayStocks<TaskId> m_stocks;
};

/// See PlannedAllToAll::arrangement.
Arrangement
ArrangementOf(const TransmissionPlan& plan, const PlanningFabric& fabric)
{
    // Bits so far: sent and received between servers, and the same inside servers.
    std::vector<std::array<double, 4>> bits(plan.ranks, {0, 0, 0, 0});
    std::vector<Time> ends;
    double longest = 0;
    for (const Stage& stage : plan.stages)
    {
        for (const Transmission& t : stage.transmissions)
        {
            const bool inside = fabric.SameServer(t.source, t.destination);
            for (const bool sends : {true, false})
            {
                const std::uint32_t rank = sends ? t.source : t.destination;
                double& sum = bits[rank][(inside ? 2 : 0) + (sends ? 0 : 1)];
                sum += 8.0 * static_cast<double>(t.bytes);
                longest =
                    std::max(longest, sum / (inside ? fabric.scaleUpRate : fabric.portRate[rank]));
            }
        }
        // Later stages end later, so that deadlines tell them apart where no port is busier.
        const Time end = Time::FromSeconds(longest);
        ends.push_back(ends.empty() ? end : std::max(end, ends.back() + Time::FromPicoseconds(1)));
    }
    if (ends.size() <= 1)
    {
        return Arrangement::Coflow();
    }
    const Time first = ends.front();
    for (Time& end : ends)
    {
        end = end - first;
    }
    return Arrangement::Explicit(std::move(ends));
}

} // namespace

PlannedAllToAll
PlannedOn(TransmissionPlan plan, const PlanningFabric& fabric)
{
    ECHELON_REQUIRE(plan.ranks == fabric.Ranks(), "the plan is for the fabric's ranks");
    Arrangement arrangement = ArrangementOf(plan, fabric);
    const bool carriesOne =
        fabric.spines > 0 && fabric.Homogeneous() && fabric.SlowestUplink() == fabric.portRate[0];
    return {std::move(plan),
            fabric.server,
            Milestone::DONE,
            std::move(arrangement),
            carriesOne ? fabric.rack : std::vector<std::uint32_t>()};
}

PlannedAllToAll
PlanAllToAll(const std::string& order,
             const Topology& topology,
             const std::vector<DeviceId>& ranks,
             const TrafficMatrix& traffic,
             const OrderOptions& options)
{
    double bytes = 0;
    for (const Bytes row : traffic.RowSums())
    {
        bytes += static_cast<double>(row);
    }
    if (bytes > static_cast<double>(TrafficMatrix::MAX_BYTES))
    {
        throw ParameterError("all_to_all",
                             "the all-to-all moves more than 4e18 bytes, too much for a plan",
                             "use less data, or unordered");
    }
    const PlanningFabric fabric = PlanningFabric::Of(topology, ranks);
    return PlannedOn(MakePlan(order, traffic, fabric, options), fabric);
}

std::vector<TaskId>
AddPlannedAllToAll(TaskGraph& graph,
                   const std::vector<DeviceId>& ranks,
                   const PlannedAllToAll& planned,
                   GroupIndex group,
                   const std::vector<TaskId>& ready,
                   std::uint32_t lookahead)
{
    ECHELON_REQUIRE(ranks.size() == planned.plan.ranks, "a plan's ranks are the all-to-all's");
    ECHELON_REQUIRE(ready.empty() || ready.size() == ranks.size(), "one ready task per rank");
    graph.SetArrangement(group, planned.arrangement);
    if (planned.plan.stages.empty() && !ready.empty())
    {
        return ready;
    }
    return PlanBuilder(graph, ranks, planned, group, ready, lookahead).Build();
}

} // namespace echelon
