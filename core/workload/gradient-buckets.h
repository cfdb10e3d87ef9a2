// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The collectives of gradients, bucket by bucket, while the backward pass goes on.
 *
 *     const GradientCollectives gradients{CollectiveKind::ALL_REDUCE, devices, bytes, "dp", "dp"};
 *     auto reduced = AddGradientBuckets(graph, topology, gradients, options, gradientOf);
 *     reduced[rank];       // per bucket, the task after which the rank has its part
 *
 * A bucket (MakeBuckets) travels once all ranks have its gradients, as one coflow; if the options
 * ask for order, also once the bucket before it is done on that rank. A single rank reduces
 * nothing. O(ranks × buckets) and what the collectives cost.
 */
#pragma once

#include "collective/collective-tasks.h"
#include "model/training-options.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace echelon
{

/// Which gradients are reduced over which ranks.
struct GradientCollectives
{
    CollectiveKind kind;
    std::vector<DeviceId> ranks;
    std::vector<Bytes> bytes; ///< by layer
    std::string name;         ///< of the groups, in front of "bucket0", "bucket1", …
    std::string connection;   ///< of the groups
};

/// @param gradientOf (rank, layer): the task after which the gradient of the layer is complete.
/// @returns by rank, the last task of each bucket.
std::vector<std::vector<TaskId>> AddGradientBuckets(
    TaskGraph& graph,
    const Topology& topology,
    const GradientCollectives& gradients,
    const TrainingOptions& options,
    const std::function<TaskId(std::size_t, std::size_t)>& gradientOf);

/// How many tasks they have. @param tasks of the same ranks and style.
double GradientBucketTasks(CollectiveTasks& tasks,
                           const GradientCollectives& gradients,
                           const TrainingOptions& options);

} // namespace echelon
