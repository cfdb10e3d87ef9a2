// SPDX-License-Identifier: GPL-2.0-only
#include "workload/transformer-task-count.h"

#include "workload/gradient-buckets.h"

namespace echelon
{

namespace
{

class TransformerCount
{
  public:
    TransformerCount(const TransformerPlan& plan,
                     const Topology& topology,
                     const std::vector<DeviceId>& devices)
        : m_plan(plan),
          m_topology(topology),
          m_devices(devices),
          m_style(plan.training.collectives),
          m_passes(2.0 * plan.pipeline.microBatches)
    {
    }

    double Count() const
    {
        double tasks = Computations() + Pipeline();
        for (std::uint32_t stage = 0; stage < m_plan.pipeline.stages; ++stage)
        {
            for (const StageLayer& layer : m_plan.StageLayers(stage))
            {
                tasks += layer.kind == StageLayer::Kind::BLOCK && m_plan.ep > 1
                             ? m_passes * Exchanges(layer.block)
                             : 0;
            }
            for (std::uint32_t tensor = 0; tensor < m_plan.tp; ++tensor)
            {
                tasks += Gradients(stage, tensor);
            }
            tasks += TensorCollectives(stage);
        }
        return tasks;
    }

  private:
    double Blocks() const
    {
        return static_cast<double>(m_plan.dims.layers);
    }

    /// Two halves of every block, the output layer and the optimiser, on the ranks of a stage.
    double Computations() const
    {
        const double ranks = static_cast<double>(m_plan.dp) * m_plan.tp;
        const double steps = m_plan.training.optimizer == Time() ? 0 : m_plan.pipeline.stages;
        return ranks * (m_passes * (2 * Blocks() + 1) + steps);
    }

    /// Flows between stages, and the barriers of those that receive them after other work: all but
    /// the first receipts of the later stages.
    double Pipeline() const
    {
        const double ranks = static_cast<double>(m_plan.dp) * m_plan.tp;
        const double receipts = m_passes * (m_plan.pipeline.VirtualStages() - 1.0);
        return ranks * (2 * receipts - (m_plan.pipeline.stages - 1.0));
    }

    double TensorCollectives(std::uint32_t stage) const
    {
        if (m_plan.tp == 1)
        {
            return 0;
        }
        const double halves = m_passes * 2 * Blocks() / m_plan.pipeline.stages;
        const Bytes bytes = m_plan.ActivationBytes();
        double sum = 0;
        for (std::uint32_t replica = 0; replica < m_plan.dp; ++replica)
        {
            const std::size_t first = m_plan.Rank(stage, replica, 0);
            CollectiveTasks tasks(
                m_topology,
                {m_devices.begin() + static_cast<std::ptrdiff_t>(first),
                 m_devices.begin() + static_cast<std::ptrdiff_t>(first + m_plan.tp)},
                m_style);
            sum += m_plan.sequenceParallel ? tasks.Of(CollectiveKind::ALL_GATHER, bytes) +
                                                 tasks.Of(CollectiveKind::REDUCE_SCATTER, bytes)
                                           : tasks.Of(CollectiveKind::ALL_REDUCE, bytes);
        }
        return halves * sum;
    }

    /// Dispatch and combine of a block in all groups of a stage, in one pass of a micro-batch.
    double Exchanges(std::uint32_t block) const
    {
        const double ep = m_plan.ep;
        double flows = 0;
        for (const std::int64_t tokens : m_plan.TokensOf(block))
        {
            flows += (ep - 1) * EntryFlows(m_plan.RoutedBytes(tokens), m_style);
        }
        return 2 * (m_plan.dp / ep) * m_plan.tp * AllToAllTasks(flows, m_plan.ep, m_style, true);
    }

    double Gradients(std::uint32_t stage, std::uint32_t tensor) const
    {
        std::vector<Bytes> shared;
        std::vector<Bytes> experts;
        for (const StageLayer& layer : m_plan.StageLayers(stage))
        {
            shared.push_back(m_plan.SharedBytes(layer));
            experts.push_back(m_plan.ExpertBytes(layer));
        }
        double sum = Buckets(stage, tensor, shared, 0, 1);
        for (std::uint32_t first = 0; first < m_plan.ep && m_plan.ep > 1; ++first)
        {
            sum += Buckets(stage, tensor, experts, first, m_plan.ep);
        }
        return sum;
    }

    double Buckets(std::uint32_t stage,
                   std::uint32_t tensor,
                   const std::vector<Bytes>& bytes,
                   std::uint32_t first,
                   std::uint32_t stride) const
    {
        std::vector<DeviceId> ranks;
        for (std::uint32_t replica = first; replica < m_plan.dp; replica += stride)
        {
            ranks.push_back(m_devices[m_plan.Rank(stage, replica, tensor)]);
        }
        CollectiveTasks tasks(m_topology, ranks, m_style);
        return GradientBucketTasks(tasks,
                                   {CollectiveKind::ALL_REDUCE, ranks, bytes, "", ""},
                                   m_plan.training);
    }

    const TransformerPlan& m_plan;
    const Topology& m_topology;
    const std::vector<DeviceId>& m_devices;
    const CollectiveStyle& m_style;
    double m_passes; ///< of micro-batches through a block, forward and backward
};

} // namespace

double
CountTransformerTasks(const TransformerPlan& plan,
                      const Topology& topology,
                      const std::vector<DeviceId>& devices)
{
    return TransformerCount(plan, topology, devices).Count();
}

} // namespace echelon
