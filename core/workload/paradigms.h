// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The training paradigms: each says of a job how many devices it needs, how many tasks it has, and
 * makes its task graph.
 *
 *     const WorkloadEntry fsdp = FsdpWorkload();
 *     WorkloadSpec spec{"fsdp", ParameterSet(fsdp.parameters), model};
 *     TaskGraph graph = fsdp.build(spec, topology, devices);          // devices[rank]
 *
 * Errors: ParameterError.
 */
#pragma once

#include "model/workload-spec.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <string>
#include <vector>

namespace echelon
{

/// What a workload needs to know of the model.
enum class ModelNeed
{
    NONE,        ///< no model: collective, tasks, flows
    ANY,         ///< a transformer or a list of layers
    TRANSFORMER, ///< dimensions of a transformer
};

/// One line of the registry.
struct WorkloadEntry
{
    std::string name;
    std::string help; ///< one line, with the arrangement
    ModelNeed model = ModelNeed::NONE;
    std::vector<ParameterSpec> parameters{};
    /// Null when the workload is explicit in its file ("tasks", "flows").
    RankLayout (*layout)(const WorkloadSpec& spec) = nullptr;
    /// Tasks of the graph that `build` makes.
    double (*tasks)(const WorkloadSpec& spec,
                    const Topology& topology,
                    const std::vector<DeviceId>& devices) = nullptr;
    TaskGraph (*build)(const WorkloadSpec& spec,
                       const Topology& topology,
                       const std::vector<DeviceId>& devices) = nullptr;
};

/**
 * Transformer training with tensor, pipeline, data and expert parallelism, as Megatron-LM runs it.
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
 * Formulas: docs/reference/workloads.md. O(tasks), about 1 µs each.
 */
WorkloadEntry TransformerWorkload();

/// The same with tp = pp = 1: every rank holds a replica of all but the experts.
WorkloadEntry ExpertParallelWorkload();

/**
 * Data parallelism with all-reduce: gradient buckets travel while the backward pass goes on.
 *
 * Every rank computes one micro-batch forward and backward. A bucket (MakeBuckets) is all-reduced
 * once all ranks have its gradients: one coflow each, d_j = r (Pan et al., HotNets 2022, Table 1).
 * O(dp × layers + flows).
 */
WorkloadEntry DataParallelWorkload();

/**
 * Data parallelism with parameter servers: workers push gradients and pull parameters.
 *
 * Each bucket (MakeBuckets) is split evenly over the servers. A server's part can be pulled once
 * all workers have pushed it (synchronous SGD: Li et al., OSDI 2014). Per bucket one coflow pushes
 * and another pulls, d_j = r in each (Pan et al., HotNets 2022, Table 1).
 * O(workers × (layers + buckets × servers)).
 */
WorkloadEntry ParameterServerWorkload();

/**
 * Fully sharded data parallelism (FSDP, ZeRO-3): parameters are gathered layer by layer.
 *
 * The units are a transformer's blocks, with the embedding in the first and the output layer in the
 * last; or the layers of a list that have parameters, with those after them that have none. The
 * all-gathers C_0 … C_(2n-1), n forward and n backward, are one group: d_C0 = r, then + the time of
 * each forward pass, then of each backward pass (Pan et al., HotNets 2022, Eq 7, with the units'
 * own times and one deviation: Arrangement::Fsdp). Reduce-scatters are one coflow per bucket.
 * All-gather i is issued when pass i - 1 - prefetch is done (and, in order, all-gather i - 1).
 * Sources: Rajbhandari et al., SC 2020; Zhao et al., VLDB 2023.
 * O(dp × layers + flows).
 */
WorkloadEntry FsdpWorkload();

/**
 * Mixture-of-experts layers of one model, or of two that share the GPUs: gate, dispatch,
 * feed-forward (FFN), combine, aggregation.
 *
 * Start conditions are those of experts/gpu-work.h (Li et al., arXiv 2410.17043, Equation 1
 * and Table 2): a rank computes Gᵃ Gᵇ Fᵃ Fᵇ Aᵃ Aᵇ one at a time, a computation waits for its whole
 * all-to-all, a layer for the whole layer before. Ports serve all-to-alls as the fabric and the
 * flow scheduler share them, where the timeline has the order Nᵃ Nᵇ Cᵃ Cᵇ.
 * Groups: one per dispatch and per combine; coflows, or with a planned order EchelonFlows of its
 * stages (collective/planned-all-to-all.h). Experts are placed layer by layer; moving their
 * parameters is not part of the work. With `backward` a training step without its gradients'
 * reduction, as every expert is on one rank.
 * O(tasks), and planning (workload/moe-inference-model.h).
 */
WorkloadEntry MoeInferenceWorkload();

/**
 * One collective alone, for micro-studies and validation.
 *
 * One coflow. For the meaning of `bytes` see collective-schedule.h.
 */
WorkloadEntry CollectiveWorkload();

} // namespace echelon
