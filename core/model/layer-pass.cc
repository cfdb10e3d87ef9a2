// SPDX-License-Identifier: GPL-2.0-only
#include "model/layer-pass.h"

#include <optional>

namespace echelon
{

LayerPass::LayerPass(TaskGraph& graph,
                     const std::vector<LayerProfile>& layers,
                     const TrainingOptions& options,
                     const std::vector<DeviceId>& devices)
    : m_graph(graph),
      m_optimizer(options.optimizer)
{
    for (const LayerProfile& layer : layers)
    {
        const double flops = static_cast<double>(options.microBatch) * layer.forwardFlops;
        m_forwardTime.push_back(options.compute.Forward(flops, layer.forward));
        m_backwardTime.push_back(options.compute.Backward(flops, layer.forward, layer.backward));
    }
    for (const DeviceId device : devices)
    {
        AddRank(layers, device);
    }
}

void
LayerPass::AddRank(const std::vector<LayerProfile>& layers, DeviceId device)
{
    std::optional<TaskId> previous;
    const auto add = [&](Time time, const std::string& label) {
        const TaskId task = m_graph.AddCompute(device, time, label);
        if (previous)
        {
            m_graph.AddDependency(*previous, task);
        }
        previous = task;
        return task;
    };
    std::vector<TaskId> forward;
    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        forward.push_back(add(m_forwardTime[i], "forward " + layers[i].name));
    }
    std::vector<TaskId> backward(layers.size());
    for (std::size_t i = layers.size(); i-- > 0;)
    {
        backward[i] = add(m_backwardTime[i], "backward " + layers[i].name);
    }
    m_forward.push_back(std::move(forward));
    m_backward.push_back(std::move(backward));
}

void
LayerPass::AddOptimizer(DeviceId device, const std::vector<TaskId>& tasks)
{
    if (m_optimizer == Time())
    {
        return;
    }
    const TaskId step = m_graph.AddCompute(device, m_optimizer, "optimizer");
    for (const TaskId task : tasks)
    {
        m_graph.AddDependency(task, step);
    }
}

double
LayerPassTasks(const std::vector<LayerProfile>& layers,
               const TrainingOptions& options,
               std::size_t ranks)
{
    const double steps = options.optimizer == Time() ? 0 : 1;
    return static_cast<double>(ranks) * (2.0 * static_cast<double>(layers.size()) + steps);
}

std::vector<LayerProfile>
LayersOf(const WorkloadSpec& spec)
{
    if (!spec.model)
    {
        throw ParameterError("model", "the workload needs a model", "name a file of workloads/");
    }
    CheckModel(*spec.model);
    return LayersOf(*spec.model);
}

std::vector<Bytes>
ParameterBytes(const std::vector<LayerProfile>& layers, Bytes valueBytes)
{
    std::vector<Bytes> bytes;
    for (const LayerProfile& layer : layers)
    {
        bytes.push_back(valueBytes * layer.parameters);
    }
    return bytes;
}

} // namespace echelon
