// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Data parallelism with all-reduce: gradient buckets travel while the backward pass goes on.
 *
 *     WorkloadSpec spec{"data-parallel", ParameterSet(DataParallelParameters()), model};
 *     TaskGraph graph = BuildDataParallel(spec, topology, devices);   // devices[rank], dp of them
 *
 * Every rank computes one micro-batch forward and backward. A bucket (MakeBuckets) is all-reduced
 * once all ranks have its gradients: one coflow each, d_j = r (Pan et al., HotNets 2022, Table 1).
 * Errors: ParameterError. O(dp × layers + flows).
 */
#pragma once

#include "model/workload-spec.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

std::vector<ParameterSpec> DataParallelParameters();
RankLayout DataParallelLayout(const WorkloadSpec& spec);
double DataParallelTasks(const WorkloadSpec& spec,
                         const Topology& topology,
                         const std::vector<DeviceId>& devices);
TaskGraph BuildDataParallel(const WorkloadSpec& spec,
                            const Topology& topology,
                            const std::vector<DeviceId>& devices);

} // namespace echelon
