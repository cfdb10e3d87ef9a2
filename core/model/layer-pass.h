// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A list of layers, computed forward and backward on each of some ranks, without communication.
 *
 *     LayerPass pass(graph, layers, options, devices);
 *     TaskId gradient = pass.Backward(0, layer);    // after which its gradient is complete
 *
 * Within a rank the passes depend on each other in order: F_0 … F_(n-1), B_(n-1) … B_0.
 * O(layers) per rank.
 */
#pragma once

#include "model/training-options.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

/// Data-parallel computation; see the file's comment.
class LayerPass
{
  public:
    /// Adds the computation of one micro-batch on each device, the ranks.
    LayerPass(TaskGraph& graph,
              const std::vector<LayerProfile>& layers,
              const TrainingOptions& options,
              const std::vector<DeviceId>& devices);

    TaskId Forward(std::size_t rank, std::size_t layer) const
    {
        return m_forward[rank][layer];
    }

    TaskId Backward(std::size_t rank, std::size_t layer) const
    {
        return m_backward[rank][layer];
    }

    Time ForwardTime(std::size_t layer) const
    {
        return m_forwardTime[layer];
    }

    Time BackwardTime(std::size_t layer) const
    {
        return m_backwardTime[layer];
    }

    /// The optimiser's step of a rank, if it takes time, after all of `tasks`.
    void AddOptimizer(DeviceId device, const std::vector<TaskId>& tasks);

  private:
    void AddRank(const std::vector<LayerProfile>& layers, DeviceId device);

    TaskGraph& m_graph;
    Time m_optimizer;
    std::vector<Time> m_forwardTime;
    std::vector<Time> m_backwardTime;
    std::vector<std::vector<TaskId>> m_forward;
    std::vector<std::vector<TaskId>> m_backward;
};

/// Tasks of the passes and of the optimiser on so many ranks.
double LayerPassTasks(const std::vector<LayerProfile>& layers,
                      const TrainingOptions& options,
                      std::size_t ranks);

/// The layers of the spec's model. @throws ParameterError ("model").
std::vector<LayerProfile> LayersOf(const WorkloadSpec& spec);

/// Bytes of each layer's parameters, which are also those of its gradients.
std::vector<Bytes> ParameterBytes(const std::vector<LayerProfile>& layers, Bytes valueBytes);

} // namespace echelon
