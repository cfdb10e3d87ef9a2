// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Data parallelism with parameter servers: workers push gradients and pull parameters.
 *
 *     WorkloadSpec spec{"parameter-server", ParameterSet(ParameterServerParameters()), model};
 *     TaskGraph graph = BuildParameterServer(spec, topology, devices);   // workers, then servers
 *
 * Each bucket (MakeBuckets) is split evenly over the servers. A server's part can be pulled once
 * all workers have pushed it (synchronous SGD: Li et al., OSDI 2014). Per bucket one coflow pushes
 * and another pulls, d_j = r in each (Pan et al., HotNets 2022, Table 1).
 * Errors: ParameterError. O(workers × (layers + buckets × servers)).
 */
#pragma once

#include "model/workload-spec.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

std::vector<ParameterSpec> ParameterServerParameters();
RankLayout ParameterServerLayout(const WorkloadSpec& spec);
double ParameterServerTasks(const WorkloadSpec& spec,
                            const Topology& topology,
                            const std::vector<DeviceId>& devices);
TaskGraph BuildParameterServer(const WorkloadSpec& spec,
                               const Topology& topology,
                               const std::vector<DeviceId>& devices);

} // namespace echelon
