// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Mixture-of-experts layers of one model, or of two that share the GPUs: gate, dispatch,
 * feed-forward (FFN), combine, aggregation.
 *
 *     WorkloadSpec spec{"moe-inference", ParameterSet(MoeInferenceParameters())};
 *     spec.parameters.Set("models", "2");
 *     TaskGraph graph = BuildMoeInference(spec, topology, devices);   // devices[rank]
 *
 * Start conditions are those of experts/gpu-work.h (Li et al., arXiv 2410.17043, Equation 1
 * and Table 2): a rank computes Gᵃ Gᵇ Fᵃ Fᵇ Aᵃ Aᵇ one at a time, a computation waits for its whole
 * all-to-all, a layer for the whole layer before. Ports serve all-to-alls as the fabric and the
 * flow scheduler share them, where the timeline has the order Nᵃ Nᵇ Cᵃ Cᵇ.
 * Groups: one per dispatch and per combine; coflows, or with a planned order EchelonFlows of its
 * stages (collective/planned-all-to-all.h). Experts are placed layer by layer; moving their
 * parameters is not part of the work. With `backward` a training step without its gradients'
 * reduction, as every expert is on one rank.
 * Errors: ParameterError. O(tasks), and planning (workload/moe-inference-model.h).
 */
#pragma once

#include "model/workload-spec.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

std::vector<ParameterSpec> MoeInferenceParameters();
RankLayout MoeInferenceLayout(const WorkloadSpec& spec);
double MoeInferenceTasks(const WorkloadSpec& spec,
                         const Topology& topology,
                         const std::vector<DeviceId>& devices);
TaskGraph BuildMoeInference(const WorkloadSpec& spec,
                            const Topology& topology,
                            const std::vector<DeviceId>& devices);

} // namespace echelon
