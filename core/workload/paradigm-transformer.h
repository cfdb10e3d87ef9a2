// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Transformer training with tensor, pipeline, data and expert parallelism, as Megatron-LM runs it.
 *
 *     WorkloadSpec spec{"transformer", ParameterSet(TransformerParameters()), model};
 *     spec.parameters.Set("tp", "8");
 *     TaskGraph graph = BuildTransformer(spec, topology, devices);   // devices[rank]
 *
 * Rank = (stage × dp + replica) × tp + tensor rank. Groups and their arrangements (Pan et al.,
 * HotNets 2022, Table 1):
 * - tensor parallel: one coflow per collective, two per block and direction and micro-batch (an
 *   all-reduce after attention and after the feed-forward network; with sequence parallelism an
 *   all-gather before and a reduce-scatter after each).
 * - pipeline: one group per pair of consecutive devices and direction, one flow per micro-batch
 *   (and chunk), in the order in which they are produced. A flow is due when the consumer starts
 *   on it in the ideal run (taskgraph/derived-arrangement.h), where a stage's profile is its
 *   computation and its collectives inside hosts. With equal stages GPipe's is Eq 6: d_j = r + j T,
 *   T = a stage's time for one micro-batch, collectives included.
 * - data parallel: one coflow per gradient bucket, stage and tensor rank, while the backward pass
 *   of the last micro-batch goes on.
 * - expert parallel (ep > 1): one coflow per all-to-all, two per block and direction.
 *
 * Left out: the embedding's and the output layer's collectives (2 of 4 layers + 2 per
 * micro-batch), the synchronisation of tied embeddings between the first and the last stage, the
 * all-gather of saved inputs in the sequence-parallel backward pass, and waiting for send buffers.
 * Formulas: docs/reference/workloads.md. Errors: ParameterError. O(tasks), about 1 µs each.
 */
#pragma once

#include "model/workload-spec.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

std::vector<ParameterSpec> TransformerParameters();
RankLayout TransformerLayout(const WorkloadSpec& spec);
double TransformerTasks(const WorkloadSpec& spec,
                        const Topology& topology,
                        const std::vector<DeviceId>& devices);
TaskGraph BuildTransformer(const WorkloadSpec& spec,
                           const Topology& topology,
                           const std::vector<DeviceId>& devices);

/// The same with tp = pp = 1: every rank holds a replica of all but the experts.
std::vector<ParameterSpec> ExpertParallelParameters();
RankLayout ExpertParallelLayout(const WorkloadSpec& spec);
TaskGraph BuildExpertParallel(const WorkloadSpec& spec,
                              const Topology& topology,
                              const std::vector<DeviceId>& devices);

} // namespace echelon
