// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Carries out one layer of two models with strict priority of the earlier all-to-all.
 *
 *     Time attained = PriorityRunTime(a, b, cluster, colocation, {});
 *     // no less than ColocatedTimeline({a}, {b}, cluster, {colocation}, {}).total
 *
 * The timeline of layer-timeline.h lets every port work on its own, which bounds all schedules that
 * serve the all-to-alls in the order Nᵃ Nᵇ Cᵃ Cᵇ from below. Here every byte needs its sender's and
 * its receiver's port at once: in this order each all-to-all divides what the earlier ones leave of
 * the ports max-min fairly, weighted by the bytes that pairs have left. An all-to-all that is alone
 * and starts together takes the time of its busiest port (Theorem 4.2 of Li et al., arXiv
 * 2410.17043). Bytes of a later one wait if one of their ports is taken. Start conditions are those
 * of the timeline: a pair exchanges when both have done the computation before (or, if all-to-alls
 * start together, when all have).
 * O(n³) per event; at most as many events as pairs and computations.
 */
#pragma once

#include "experts/moe-layer.h"
#include "support/layer-timeline.h"

namespace echelon
{

/// Duration of the layer. @pre as many experts as GPUs; placements are permutations.
Time PriorityRunTime(const MoeLayer& first,
                     const MoeLayer& second,
                     const GpuCluster& cluster,
                     const Colocation& colocation,
                     const TimelineOptions& options);

} // namespace echelon
