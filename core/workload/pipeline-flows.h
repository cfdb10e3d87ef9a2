// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The flows between the stages of a pipeline, and their groups.
 *
 *     PipelineFlows flows(plan, schedule, devices, graph);
 *     flows.Send(op, tail);             // after tail[rank], the last tasks of a pass
 *     flows.ArrivedFor(next);           // before the pass that goes on with it
 *     flows.Arrange(topology);          // when the graph is whole
 *
 * One group for each pair of consecutive devices and direction, with one flow for each micro-batch
 * and chunk, in the order in which the stage produces them. A flow is due when its consumer starts
 * on it in the ideal run (taskgraph/derived-arrangement.h). O(log passes) for each flow.
 */
#pragma once

#include "model/transformer-plan.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace echelon
{

class PipelineFlows
{
  public:
    /// Adds the groups to the graph. Everything given outlives it.
    PipelineFlows(const TransformerPlan& plan,
                  const std::vector<std::vector<StageOp>>& schedule,
                  const std::vector<DeviceId>& devices,
                  TaskGraph& graph);

    /// Sends what the ranks of a stage have computed on to the next, unless the pass is the last in
    /// its direction.
    /// @param tail by rank, the task after which its output is complete.
    void Send(const StageOp& op, const std::vector<std::optional<TaskId>>& tail);

    /// What has been sent to a pass, by the ranks of its stage; empty for the first in its
    /// direction.
    const std::vector<TaskId>& ArrivedFor(const StageOp& op);

    /// Micro-batches are due when their consumers start on them, if nothing but the stages' own
    /// profiles holds these up.
    void Arrange(const Topology& topology) const;

  private:
    /// A virtual stage, a direction and a micro-batch.
    using PassKey = std::tuple<std::uint32_t, bool, std::uint32_t>;

    /// Where the output of a pass travels.
    struct Hop
    {
        PassKey consumer;
        std::uint32_t stage;    ///< the consumer's
        std::uint32_t position; ///< of the flow in its group
        GroupIndex firstGroup;  ///< of the first pair of devices; those of the others follow
    };

    PassKey KeyOf(const StageOp& op) const
    {
        return {op.VirtualStage(m_plan.pipeline), op.forward, op.microBatch};
    }

    /// @returns the first of the groups, one for each pair of devices of two stages.
    GroupIndex AddGroups(std::uint32_t from, std::uint32_t to, bool forward);

    const TransformerPlan& m_plan;
    const std::vector<DeviceId>& m_devices;
    TaskGraph& m_graph;
    std::map<PassKey, Hop> m_hops; ///< by the pass that produces
    std::map<PassKey, std::vector<TaskId>> m_arrived;
    std::vector<GroupIndex> m_groups;
};

} // namespace echelon
