// SPDX-License-Identifier: GPL-2.0-only
#include "base/contracts.h"
#include "model/transformer-plan.h"
#include "workload/gradient-buckets.h"
#include "workload/paradigms.h"
#include "workload/pipeline-flows.h"
#include "workload/transformer-task-count.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace echelon
{

namespace
{

std::string
Number(std::uint64_t value)
{
    return std::to_string(value);
}

/// Fills one task graph; see TransformerWorkload (workload/paradigms.h).
class TransformerBuilder
{
  public:
    TransformerBuilder(const TransformerPlan& plan,
                       const Topology& topology,
                       const std::vector<DeviceId>& devices)
        : m_plan(plan),
          m_topology(topology),
          m_devices(devices),
          m_schedule(MakePipelineSchedule(plan.pipeline)),
          m_pipeline(plan, m_schedule, devices, m_graph),
          m_tail(devices.size()),
          m_reduced(devices.size())
    {
    }

    TaskGraph Build()
    {
        for (const StageOp& op : DependencyOrder(m_plan.pipeline, m_schedule))
        {
            AddPass(op);
        }
        for (std::uint32_t stage = 0; stage < m_plan.pipeline.stages; ++stage)
        {
            for (std::uint32_t tensor = 0; tensor < m_plan.tp; ++tensor)
            {
                AddGradients(stage, tensor);
            }
        }
        AddOptimizer();
        m_pipeline.Arrange(m_topology);
        return std::move(m_graph);
    }

  private:
    std::size_t Rank(std::uint32_t stage, std::uint32_t replica, std::uint32_t tensor) const
    {
        return m_plan.Rank(stage, replica, tensor);
    }

    GroupIndex AddCoflow(std::string name, std::string connection)
    {
        return m_graph.AddGroup(
            {std::move(name), std::move(connection), Arrangement::Coflow(), 1.0});
    }

    /// `tail` of the ranks, or nothing while none of them has done anything.
    std::vector<TaskId> Ready(const std::vector<std::size_t>& ranks) const
    {
        std::vector<TaskId> ready;
        for (const std::size_t rank : ranks)
        {
            if (m_tail[rank])
            {
                ready.push_back(*m_tail[rank]);
            }
        }
        ECHELON_ENSURE(ready.empty() || ready.size() == ranks.size(),
                       "the ranks of a collective are equally far");
        return ready;
    }

    void AddAfterTail(std::size_t rank, TaskId task)
    {
        if (m_tail[rank])
        {
            m_graph.AddDependency(*m_tail[rank], task);
        }
        m_tail[rank] = task;
    }

    TaskId AddCompute(std::size_t rank, Time time, const std::string& label)
    {
        const TaskId task = m_graph.AddCompute(m_devices[rank], time, label);
        AddAfterTail(rank, task);
        return task;
    }

    std::vector<DeviceId> DevicesOf(const std::vector<std::size_t>& ranks) const
    {
        std::vector<DeviceId> devices;
        for (const std::size_t rank : ranks)
        {
            devices.push_back(m_devices[rank]);
        }
        return devices;
    }

    /// A collective in the path of the computation: the ranks go on when it is done.
    void AddTensorCollective(const StageOp& op,
                             std::uint32_t replica,
                             CollectiveKind kind,
                             const std::string& what)
    {
        if (m_plan.tp == 1)
        {
            return;
        }
        std::vector<std::size_t> ranks;
        for (std::uint32_t tensor = 0; tensor < m_plan.tp; ++tensor)
        {
            ranks.push_back(Rank(op.stage, replica, tensor));
        }
        const std::string connection = "tp s" + Number(op.stage) + " d" + Number(replica);
        const GroupIndex group = AddCoflow(connection + " " + what, connection);
        const std::vector<TaskId> done = AddCollective(
            m_graph,
            m_topology,
            {kind, DevicesOf(ranks), m_plan.ActivationBytes(), m_plan.training.collectives},
            group,
            0,
            Ready(ranks));
        for (std::size_t i = 0; i < ranks.size(); ++i)
        {
            m_tail[ranks[i]] = done[i];
        }
    }

    /// The routed tokens of a block to the experts' ranks (dispatch) or back (combine).
    void AddExpertExchange(const StageOp& op,
                           const std::vector<std::int64_t>& tokens,
                           bool dispatch,
                           const std::string& what)
    {
        const std::uint32_t ep = m_plan.ep;
        std::vector<std::vector<Bytes>> matrix(ep, std::vector<Bytes>(ep));
        for (std::uint32_t i = 0; i < ep; ++i)
        {
            for (std::uint32_t j = 0; j < ep; ++j)
            {
                matrix[i][j] = m_plan.RoutedBytes(tokens[dispatch ? j : i]);
            }
        }
        for (std::uint32_t first = 0; first < m_plan.dp; first += ep)
        {
            for (std::uint32_t tensor = 0; tensor < m_plan.tp; ++tensor)
            {
                std::vector<std::size_t> ranks;
                for (std::uint32_t i = 0; i < ep; ++i)
                {
                    ranks.push_back(Rank(op.stage, first + i, tensor));
                }
                const std::string connection =
                    "ep s" + Number(op.stage) + " d" + Number(first) + " t" + Number(tensor);
                std::string name = connection + " ";
                name.append(what).append(dispatch ? " dispatch" : " combine");
                const GroupIndex group = AddCoflow(name, connection);
                const std::vector<TaskId> done = AddExchange(ranks, matrix, group);
                for (std::uint32_t i = 0; i < ep; ++i)
                {
                    m_tail[ranks[i]] = done[i];
                }
            }
        }
    }

    /// One all-to-all. A planned one is planned once for all that repeat it.
    std::vector<TaskId> AddExchange(const std::vector<std::size_t>& ranks,
                                    const std::vector<std::vector<Bytes>>& matrix,
                                    GroupIndex group)
    {
        const CollectiveStyle& style = m_plan.training.collectives;
        const std::vector<DeviceId> devices = DevicesOf(ranks);
        if (!style.PlansAllToAlls())
        {
            return AddAllToAll(m_graph,
                               m_topology,
                               {devices, matrix, style},
                               group,
                               0,
                               Ready(ranks));
        }
        const auto [planned, isNew] = m_planned.try_emplace({ranks, matrix});
        if (isNew)
        {
            planned->second = PlanAllToAll(style.allToAll, m_topology, devices, MatrixOf(matrix));
        }
        return AddPlannedAllToAll(m_graph,
                                  devices,
                                  planned->second,
                                  group,
                                  Ready(ranks),
                                  style.lookahead);
    }

    /// Collectives around a half of a block; `before` gathers, the other reduces.
    void AddTensorSync(const StageOp& op, const std::string& what, bool before)
    {
        for (std::uint32_t replica = 0; replica < m_plan.dp; ++replica)
        {
            if (m_plan.sequenceParallel)
            {
                AddTensorCollective(op,
                                    replica,
                                    before ? CollectiveKind::ALL_GATHER
                                           : CollectiveKind::REDUCE_SCATTER,
                                    what + (before ? " all-gather" : " reduce-scatter"));
            }
            else if (!before)
            {
                AddTensorCollective(op, replica, CollectiveKind::ALL_REDUCE, what + " all-reduce");
            }
        }
    }

    /// Attention, or the feed-forward network with its experts, on all ranks of a stage.
    void AddHalf(const StageOp& op, std::uint32_t block, bool attention)
    {
        const std::string what = std::string(op.forward ? "forward" : "backward") + " m" +
                                 Number(op.microBatch) + " block" + Number(block) +
                                 (attention ? " attention" : " ffn");
        AddTensorSync(op, what, true);
        const bool routed = !attention && m_plan.ep > 1;
        std::vector<std::int64_t> tokens;
        if (routed)
        {
            tokens = m_plan.TokensOf(block);
            AddExpertExchange(op, tokens, true, what);
        }
        const Time time = attention ? m_plan.AttentionTime(op.forward)
                                    : m_plan.FfnTime(op.forward, m_plan.RoutedTokens());
        for (std::uint32_t replica = 0; replica < m_plan.dp; ++replica)
        {
            // Every rank of the expert-parallel group sends this expert's rank as many tokens.
            const Time own =
                routed ? m_plan.FfnTime(op.forward, m_plan.ep * tokens[replica % m_plan.ep]) : time;
            for (std::uint32_t tensor = 0; tensor < m_plan.tp; ++tensor)
            {
                const std::size_t rank = Rank(op.stage, replica, tensor);
                RecordGradient(op, rank, AddCompute(rank, own, what));
            }
        }
        if (routed)
        {
            AddExpertExchange(op, tokens, false, what);
        }
        AddTensorSync(op, what, false);
    }

    void AddLayer(const StageOp& op, const StageLayer& layer)
    {
        m_layer = layer;
        if (layer.kind == StageLayer::Kind::BLOCK)
        {
            AddHalf(op, layer.block, op.forward);
            AddHalf(op, layer.block, !op.forward);
            return;
        }
        const bool output = layer.kind == StageLayer::Kind::OUTPUT;
        const std::string label = std::string(op.forward ? "forward" : "backward") + " m" +
                                  Number(op.microBatch) + (output ? " output" : " embedding");
        for (std::size_t rank = Rank(op.stage, 0, 0); rank < Rank(op.stage + 1, 0, 0); ++rank)
        {
            if (output)
            {
                RecordGradient(op, rank, AddCompute(rank, m_plan.OutputTime(op.forward), label));
            }
            else if (m_tail[rank])
            {
                RecordGradient(op, rank, *m_tail[rank]);
            }
        }
    }

    /// One micro-batch through one chunk of a stage, on all replicas and tensor ranks.
    void AddPass(const StageOp& op)
    {
        const std::vector<TaskId>& arrived = m_pipeline.ArrivedFor(op);
        for (std::size_t i = 0; i < arrived.size(); ++i)
        {
            std::optional<TaskId>& tail = m_tail[Rank(op.stage, 0, 0) + i];
            tail = tail ? Join(m_graph, {*tail, arrived[i]}) : arrived[i];
        }
        std::vector<StageLayer> layers = m_plan.ChunkLayers(op.VirtualStage(m_plan.pipeline));
        if (!op.forward)
        {
            std::reverse(layers.begin(), layers.end());
        }
        for (const StageLayer& layer : layers)
        {
            AddLayer(op, layer);
        }
        m_pipeline.Send(op, m_tail);
    }

    /// Remembers the computation after which a layer's gradient is complete on a rank.
    void RecordGradient(const StageOp& op, std::size_t rank, TaskId task)
    {
        if (!op.forward && op.microBatch + 1 == m_plan.pipeline.microBatches)
        {
            m_gradients.insert_or_assign({rank, LayerKey(m_layer)}, task);
        }
    }

    /// Layers in forward order.
    static std::uint32_t LayerKey(const StageLayer& layer)
    {
        switch (layer.kind)
        {
        case StageLayer::Kind::EMBEDDING:
            return 0;
        case StageLayer::Kind::BLOCK:
            return 1 + layer.block;
        default:
            return ~0U;
        }
    }

    /// All gradient buckets of one stage and tensor rank: shared ones over all replicas, experts'
    /// over those that hold the same experts.
    void AddGradients(std::uint32_t stage, std::uint32_t tensor)
    {
        std::vector<Bytes> shared;
        std::vector<Bytes> experts;
        for (const StageLayer& layer : m_plan.StageLayers(stage))
        {
            shared.push_back(m_plan.SharedBytes(layer));
            experts.push_back(m_plan.ExpertBytes(layer));
        }
        const std::string name = "s" + Number(stage) + " t" + Number(tensor);
        AddBuckets(stage, RanksOf(stage, tensor, 0, 1), shared, "dp " + name);
        for (std::uint32_t first = 0; first < m_plan.ep && m_plan.ep > 1; ++first)
        {
            AddBuckets(stage,
                       RanksOf(stage, tensor, first, m_plan.ep),
                       experts,
                       "dp experts " + name + " e" + Number(first));
        }
    }

    /// The replicas first, first + stride, … of a stage and tensor rank.
    std::vector<std::size_t> RanksOf(std::uint32_t stage,
                                     std::uint32_t tensor,
                                     std::uint32_t first,
                                     std::uint32_t stride) const
    {
        std::vector<std::size_t> ranks;
        for (std::uint32_t replica = first; replica < m_plan.dp; replica += stride)
        {
            ranks.push_back(Rank(stage, replica, tensor));
        }
        return ranks;
    }

    void AddBuckets(std::uint32_t stage,
                    const std::vector<std::size_t>& ranks,
                    const std::vector<Bytes>& bytes,
                    const std::string& connection)
    {
        const std::vector<StageLayer> layers = m_plan.StageLayers(stage);
        const std::vector<std::vector<TaskId>> reduced = AddGradientBuckets(
            m_graph,
            m_topology,
            {CollectiveKind::ALL_REDUCE, DevicesOf(ranks), bytes, connection, connection},
            m_plan.training,
            [&](std::size_t i, std::size_t layer) {
                return m_gradients.at({ranks[i], LayerKey(layers[layer])});
            });
        for (std::size_t i = 0; i < ranks.size(); ++i)
        {
            std::vector<TaskId>& all = m_reduced[ranks[i]];
            all.insert(all.end(), reduced[i].begin(), reduced[i].end());
        }
    }

    void AddOptimizer()
    {
        if (m_plan.training.optimizer == Time())
        {
            return;
        }
        for (std::size_t rank = 0; rank < m_devices.size(); ++rank)
        {
            const TaskId step = AddCompute(rank, m_plan.training.optimizer, "optimizer");
            for (const TaskId reduced : m_reduced[rank])
            {
                m_graph.AddDependency(reduced, step);
            }
        }
    }

    const TransformerPlan& m_plan;
    const Topology& m_topology;
    const std::vector<DeviceId>& m_devices;
    std::vector<std::vector<StageOp>> m_schedule;
    TaskGraph m_graph;
    PipelineFlows m_pipeline;
    std::vector<std::optional<TaskId>> m_tail; ///< by rank: the last task in its order
    /// By ranks and matrix.
    std::map<std::pair<std::vector<std::size_t>, std::vector<std::vector<Bytes>>>, PlannedAllToAll>
        m_planned;
    StageLayer m_layer{StageLayer::Kind::BLOCK, 0}; ///< being added
    std::map<std::pair<std::size_t, std::uint32_t>, TaskId> m_gradients;
    std::vector<std::vector<TaskId>> m_reduced; ///< by rank
};

} // namespace

static RankLayout
Layout(const WorkloadSpec& spec)
{
    const TransformerPlan plan(spec);
    return {plan.tp * plan.dp * plan.pipeline.stages, plan.tp};
}

static double
Tasks(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    return CountTransformerTasks(TransformerPlan(spec), topology, devices);
}

static TaskGraph
Build(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    const TransformerPlan plan(spec);
    return TransformerBuilder(plan, topology, devices).Build();
}

WorkloadEntry
TransformerWorkload()
{
    return {
        "transformer",
        "tensor, pipeline, data and expert parallelism; pipeline groups by micro-batch, the rest "
        "coflows",
        ModelNeed::TRANSFORMER,
        TransformerPlanParameters(true),
        Layout,
        Tasks,
        Build};
}

WorkloadEntry
ExpertParallelWorkload()
{
    return {"expert-parallel",
            "mixture of experts: a coflow per dispatch and per combine all-to-all",
            ModelNeed::TRANSFORMER,
            TransformerPlanParameters(false),
            Layout,
            Tasks,
            Build};
}

} // namespace echelon
