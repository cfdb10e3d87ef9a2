// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collective-tasks.h"
#include "model/training-options.h"
#include "taskgraph/task-budget.h"
#include "workload/moe-inference-model.h"
#include "workload/paradigms.h"

#include <array>
#include <optional>
#include <string>

namespace echelon
{

namespace
{

/// Names of a layer's parts in the order in which they run.
using PartNames = std::array<const char*, 5>;

constexpr PartNames FORWARD{"gate", "dispatch", "ffn", "combine", "aggregation"};
constexpr PartNames BACKWARD{"aggregation", "combine", "ffn", "dispatch", "gate"};

bool
StartsTogether(const WorkloadSpec& spec)
{
    return spec.parameters.GetText("start") == "together";
}

/// Tasks of all layers; `exchanges` are those of one all-to-all for each layer and model.
double
TasksOf(const WorkloadSpec& spec, double exchanges)
{
    const double experts = CountOf(spec.parameters, "experts", 2);
    const double layers = CountOf(spec.parameters, "layers");
    const double models = CountOf(spec.parameters, "models");
    const double passes = spec.parameters.GetBoolean("backward") ? 2 : 1;
    // Gate, network and aggregation on every rank; a barrier behind each of two all-to-alls, one
    // before if they start together, and one behind the layer.
    const double barriers = models * 2 * (StartsTogether(spec) ? 2 : 1) + 1;
    return passes * (layers * (models * 3 * experts + barriers) + 2 * exchanges);
}

/// Adds layer after layer.
class InferenceBuilder
{
  public:
    InferenceBuilder(TaskGraph& graph,
                     const Topology& topology,
                     const std::vector<DeviceId>& devices,
                     const MoeInferenceModel& model,
                     const CollectiveStyle& style)
        : m_graph(graph),
          m_topology(topology),
          m_devices(devices),
          m_model(model),
          m_style(style),
          m_last(devices.size())
    {
    }

    void AddLayer(std::size_t layer)
    {
        m_layer = layer;
        const std::size_t models = m_model.layers.size();
        std::vector<TaskId> over(models);
        for (std::size_t m = 0; m < models; ++m)
        {
            Compute(m, 0, LayerOf(m).gate, m_before);
            over[m] = Exchange(m, 1, LayerOf(m).dispatch);
        }
        for (std::size_t m = 0; m < models; ++m)
        {
            Compute(m, 2, LayerOf(m).feedForward, over[m]);
            over[m] = Exchange(m, 3, LayerOf(m).dispatch.Transposed());
        }
        for (std::size_t m = 0; m < models; ++m)
        {
            Compute(m, 4, LayerOf(m).aggregation, over[m]);
        }
        m_before = Join(m_graph, m_last);
    }

  private:
    const MoeLayer& LayerOf(std::size_t model) const
    {
        return m_model.layers[model][m_layer];
    }

    /// "dispatch 3", "dispatch b 3 backward".
    std::string NameOf(std::size_t model, std::size_t part) const
    {
        const bool backward = m_layer >= m_model.forwardLayers;
        const std::size_t index = backward ? 2 * m_model.forwardLayers - 1 - m_layer : m_layer;
        std::string name = (backward ? BACKWARD : FORWARD)[part];
        if (m_model.layers.size() == 2)
        {
            name += model == 0 ? " a" : " b";
        }
        return name + " " + std::to_string(index) + (backward ? " backward" : "");
    }

    /// On every rank after what it computed before, and after `awaited`.
    void Compute(std::size_t model,
                 std::size_t part,
                 const std::vector<Time>& times,
                 const std::optional<TaskId>& awaited)
    {
        const Placement& rankOf = m_model.PlaceOf(model, m_layer);
        const std::string label = NameOf(model, part);
        std::vector<Time> byRank(times.size());
        for (std::size_t expert = 0; expert < times.size(); ++expert)
        {
            byRank[rankOf[expert]] = times[expert];
        }
        for (std::size_t rank = 0; rank < m_devices.size(); ++rank)
        {
            const TaskId task = m_graph.AddCompute(m_devices[rank], byRank[rank], label);
            if (m_started)
            {
                m_graph.AddDependency(m_last[rank], task);
            }
            if (awaited)
            {
                m_graph.AddDependency(*awaited, task);
            }
            m_last[rank] = task;
        }
        m_started = true;
    }

    /// An all-to-all after what the ranks computed last. @returns when it is over on all of them.
    TaskId Exchange(std::size_t model, std::size_t part, const TrafficMatrix& byExpert)
    {
        const TrafficMatrix traffic = byExpert.Permuted(m_model.PlaceOf(model, m_layer));
        std::vector<std::vector<Bytes>> rows(traffic.Size(), std::vector<Bytes>(traffic.Size()));
        for (std::uint32_t i = 0; i < traffic.Size(); ++i)
        {
            for (std::uint32_t j = 0; j < traffic.Size(); ++j)
            {
                rows[i][j] = traffic.At(i, j);
            }
        }
        std::vector<TaskId> ready = m_last;
        if (m_model.timeline.start == AllToAllStart::TOGETHER)
        {
            ready.assign(m_last.size(), Join(m_graph, m_last));
        }
        const std::string name = NameOf(model, part);
        const GroupIndex group = m_graph.AddGroup({name, "moe", Arrangement::Coflow(), 1.0});
        return Join(m_graph,
                    AddAllToAll(m_graph, m_topology, {m_devices, rows, m_style}, group, 0, ready));
    }

    TaskGraph& m_graph;
    const Topology& m_topology;
    const std::vector<DeviceId>& m_devices;
    const MoeInferenceModel& m_model;
    const CollectiveStyle& m_style;
    std::size_t m_layer = 0;
    std::vector<TaskId> m_last; ///< by rank: its last computation, once there is one
    bool m_started = false;
    std::optional<TaskId> m_before; ///< when the layer before was over
};

} // namespace

static RankLayout
Layout(const WorkloadSpec& spec)
{
    const std::uint32_t experts = CheckMoeModel(spec.parameters);
    const CollectiveStyle style = CollectiveStyleOf(spec.parameters);
    // The traffic itself takes memory, so jobs that are too large must not get so far: every pair
    // talks, with one flow.
    const double exchange =
        AllToAllTasks(static_cast<double>(experts) * (experts - 1), experts, style, true);
    CheckTaskBudget(TasksOf(spec,
                            exchange * CountOf(spec.parameters, "layers") *
                                CountOf(spec.parameters, "models")));
    return {experts, 1};
}

static double
Tasks(const WorkloadSpec& spec, const Topology& /*topology*/, const std::vector<DeviceId>& devices)
{
    const CollectiveStyle style = CollectiveStyleOf(spec.parameters);
    double exchanges = 0;
    for (const std::vector<MoeLayer>& layers : MoeForwardLayers(spec))
    {
        for (const MoeLayer& layer : layers)
        {
            double flows = 0;
            for (std::uint32_t i = 0; i < layer.dispatch.Size(); ++i)
            {
                for (std::uint32_t j = 0; j < layer.dispatch.Size(); ++j)
                {
                    flows += i == j ? 0 : EntryFlows(layer.dispatch.At(i, j), style);
                }
            }
            exchanges += AllToAllTasks(flows, devices.size(), style, true);
        }
    }
    return TasksOf(spec, exchanges);
}

static TaskGraph
Build(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    const MoeInferenceModel model = MoeInferenceModelOf(spec, topology, devices);
    const CollectiveStyle style = CollectiveStyleOf(spec.parameters);
    TaskGraph graph;
    InferenceBuilder builder(graph, topology, devices, model, style);
    for (std::size_t layer = 0; layer < model.places.size(); ++layer)
    {
        builder.AddLayer(layer);
    }
    return graph;
}

WorkloadEntry
MoeInferenceWorkload()
{
    return {"moe-inference",
            "mixture-of-experts layers of one model or two; a group per dispatch and per combine",
            ModelNeed::NONE,
            Joined(MoeModelParameters(), CollectiveParameters()),
            Layout,
            Tasks,
            Build};
}

} // namespace echelon
