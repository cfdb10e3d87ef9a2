// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One collective alone, for micro-studies and validation.
 *
 *     WorkloadSpec spec{"collective", ParameterSet(CollectiveWorkloadParameters())};
 *     TaskGraph graph = BuildCollective(spec, topology, devices);   // devices[rank]
 *
 * One coflow. For the meaning of `bytes` see collective-schedule.h. Errors: ParameterError.
 */
#pragma once

#include "model/workload-spec.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

std::vector<ParameterSpec> CollectiveWorkloadParameters();
RankLayout CollectiveLayout(const WorkloadSpec& spec);
double CollectiveWorkloadTasks(const WorkloadSpec& spec,
                               const Topology& topology,
                               const std::vector<DeviceId>& devices);
TaskGraph BuildCollective(const WorkloadSpec& spec,
                          const Topology& topology,
                          const std::vector<DeviceId>& devices);

} // namespace echelon
