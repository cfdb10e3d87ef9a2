// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Makes records of the steps of a critical path.
 *
 *     std::vector<PathStepRecord> path = PathSteps(chain, graph.Tasks(), lastFlows, alone);
 *
 * The executor knows which task each step is (taskgraph/dag-executor.h). A flow's step besides says
 * how long the flow waited, beyond what it takes alone. O(steps).
 */
#pragma once

#include "fabric/fabric.h"
#include "metrics/records.h"
#include "taskgraph/dag-executor.h"
#include "taskgraph/task-graph.h"

#include <functional>
#include <vector>

namespace echelon
{

/// The flow that last carried out a task.
struct LastFlow
{
    FlowId flow;
    Time leaves; ///< its last bit, the source
};

/// In order, without their job, iteration and number.
/// @param lastFlows by TaskId. @param alone how long a flow takes that is alone on its path.
std::vector<PathStepRecord> PathSteps(const std::vector<ChainStep>& chain,
                                      const std::vector<Task>& tasks,
                                      const std::vector<LastFlow>& lastFlows,
                                      const std::function<SoloTimes(const FlowTemplate&)>& alone);

} // namespace echelon
