// SPDX-License-Identifier: GPL-2.0-only
#include "workload/pipeline-flows.h"

#include "taskgraph/derived-arrangement.h"

#include <string>

namespace echelon
{

PipelineFlows::PipelineFlows(const TransformerPlan& plan,
                             const std::vector<std::vector<StageOp>>& schedule,
                             const std::vector<DeviceId>& devices,
                             TaskGraph& graph)
    : m_plan(plan),
      m_devices(devices),
      m_graph(graph)
{
    const PipelineShape& shape = plan.pipeline;
    // By the stage that produces, the one that consumes, and the direction.
    std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, std::vector<Hop*>> hops;
    for (const std::vector<StageOp>& ops : schedule)
    {
        for (const StageOp& op : ops)
        {
            const std::uint32_t g = op.VirtualStage(shape);
            const std::uint32_t next = op.forward ? g + 1 : g - 1;
            if (next < shape.VirtualStages())
            {
                const std::uint32_t to = next % shape.stages;
                std::vector<Hop*>& before = hops[{op.stage, to, op.forward}];
                Hop& hop = m_hops[KeyOf(op)];
                hop = {{next, op.forward, op.microBatch},
                       to,
                       static_cast<std::uint32_t>(before.size()),
                       0};
                before.push_back(&hop);
            }
        }
    }
    for (const auto& [pair, hopsOfPair] : hops)
    {
        const auto [from, to, forward] = pair;
        const GroupIndex first = AddGroups(from, to, forward);
        for (Hop* hop : hopsOfPair)
        {
            hop->firstGroup = first;
        }
    }
}

GroupIndex
PipelineFlows::AddGroups(std::uint32_t from, std::uint32_t to, bool forward)
{
    const auto first = static_cast<GroupIndex>(m_graph.Groups().size());
    const std::string stages = std::string("pp ") + (forward ? "forward" : "backward") + " s" +
                               std::to_string(from) + "->s" + std::to_string(to);
    for (std::uint32_t replica = 0; replica < m_plan.dp; ++replica)
    {
        for (std::uint32_t tensor = 0; tensor < m_plan.tp; ++tensor)
        {
            const std::string name =
                stages + " d" + std::to_string(replica) + " t" + std::to_string(tensor);
            // The arrangement is found when the graph is whole.
            m_groups.push_back(m_graph.AddGroup({name, name, Arrangement::Coflow(), 1.0}));
        }
    }
    return first;
}

void
PipelineFlows::Send(const StageOp& op, const std::vector<std::optional<TaskId>>& tail)
{
    const auto found = m_hops.find(KeyOf(op));
    if (found == m_hops.end())
    {
        return;
    }
    const Hop& hop = found->second;
    std::vector<TaskId>& arrived = m_arrived[hop.consumer];
    for (std::uint32_t pair = 0; pair < m_plan.dp * m_plan.tp; ++pair)
    {
        const std::size_t source = m_plan.Rank(op.stage, 0, 0) + pair;
        const TaskId flow = m_graph.AddFlow({hop.firstGroup + pair,
                                             m_devices[source],
                                             m_devices[m_plan.Rank(hop.stage, 0, 0) + pair],
                                             m_plan.PipelineBytes(),
                                             hop.position,
                                             1});
        m_graph.AddDependency(*tail[source], flow);
        arrived.push_back(flow);
    }
}

const std::vector<TaskId>&
PipelineFlows::ArrivedFor(const StageOp& op)
{
    return m_arrived[KeyOf(op)];
}

void
PipelineFlows::Arrange(const Topology& topology) const
{
    if (!m_groups.empty())
    {
        UseDerivedArrangements(m_graph, topology, m_groups);
    }
}

} // namespace echelon
