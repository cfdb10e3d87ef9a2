// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Fully sharded data parallelism (FSDP, ZeRO-3): parameters are gathered layer by layer.
 *
 *     WorkloadSpec spec{"fsdp", ParameterSet(FsdpParameters()), model};
 *     TaskGraph graph = BuildFsdp(spec, topology, devices);   // devices[rank], dp of them
 *
 * The units are a transformer's blocks, with the embedding in the first and the output layer in the
 * last; or the layers of a list that have parameters, with those after them that have none. The
 * all-gathers C_0 … C_(2n-1), n forward and n backward, are one group: d_C0 = r, then + the time of
 * each forward pass, then of each backward pass (Pan et al., HotNets 2022, Eq 7, with the units'
 * own times and one deviation: Arrangement::Fsdp). Reduce-scatters are one coflow per bucket.
 * All-gather i is issued when pass i - 1 - prefetch is done (and, in order, all-gather i - 1).
 * Sources: Rajbhandari et al., SC 2020; Zhao et al., VLDB 2023. Errors: ParameterError.
 * O(dp × layers + flows).
 */
#pragma once

#include "model/workload-spec.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

std::vector<ParameterSpec> FsdpParameters();
RankLayout FsdpLayout(const WorkloadSpec& spec);
double FsdpTasks(const WorkloadSpec& spec,
                 const Topology& topology,
                 const std::vector<DeviceId>& devices);
TaskGraph BuildFsdp(const WorkloadSpec& spec,
                    const Topology& topology,
                    const std::vector<DeviceId>& devices);

} // namespace echelon
