// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What all training paradigms share: compute speed, sizes, collectives, gradient buckets.
 *
 *     TrainingOptions options = TrainingOptionsOf(spec.parameters);
 *     std::vector<GradientBucket> buckets = MakeBuckets(gradientBytesOfLayers, options.bucket);
 *
 * Errors: ParameterError naming the parameter.
 */
#pragma once

#include "collective/collectives.h"
#include "model/compute-time.h"
#include "model/workload-spec.h"

#include <string>
#include <vector>

namespace echelon
{

/// Parsed values of TrainingParameters().
struct TrainingOptions
{
    ComputeModel compute;
    Bytes valueBytes = 2;
    std::int64_t microBatch = 1; ///< samples
    CollectiveStyle collectives;
    Bytes bucket = 0;
    bool inOrder = true;
    Time optimizer;
};

/// compute, value_bytes, micro_batch, collectives, bucket, in_order, optimizer_time.
std::vector<ParameterSpec> TrainingParameters();

TrainingOptions TrainingOptionsOf(const ParameterSet& parameters);

/// `first` and then `second`.
std::vector<ParameterSpec> Joined(std::vector<ParameterSpec> first,
                                  const std::vector<ParameterSpec>& second);

/// Gradients of layers [first, last]: they travel once the backward pass of `first` is done.
struct GradientBucket
{
    std::size_t first;
    std::size_t last;
    Bytes bytes; ///< > 0
};

/**
 * Whole layers, collected from the last to the first until a bucket holds at least `limit` bytes,
 * as PyTorch DDP collects whole parameters. Layers without gradients join the bucket that is open.
 */
std::vector<GradientBucket> MakeBuckets(const std::vector<Bytes>& gradients, Bytes limit);

/// Per rank, a task that waits for `tasks`: the task itself if there is one, else a barrier.
TaskId Join(TaskGraph& graph, const std::vector<TaskId>& tasks);

} // namespace echelon
