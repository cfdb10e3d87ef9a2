// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Two models on GPUs of different kinds: which two experts share which GPU.
 *
 *     Colocation c = ColocateDecoupled(a, b, cluster, {});   // the paper's heuristic
 *     Colocation d = ColocateBySearch(a, b, cluster, {});    // never worse, nearly always optimal
 *     Colocation e = ColocateExactly(a, b, cluster, {});     // n up to about 8
 *     double seconds = ColocatedSeconds(a, b, cluster, d, {});
 *
 * The objective is the duration of one layer, ColocatedTimeline. Choosing both permutations is a
 * three-dimensional matching and NP-hard (Li et al., arXiv 2410.17043, Section 7).
 *
 * - Decoupled, the paper's: pair the experts as if GPUs were alike (expert-pairing.h), then match
 *   pairs to GPUs so that the largest weight is least; the weight of a pair on a GPU is the layer's
 *   time if this GPU were alone. O(n³ + n² √n log n).
 * - Search, ours: from several starts (decoupled, sorted, re-matched) exchange experts and pairs of
 *   GPUs, two at a time, then three, while the objective or, when it is equal, the sum of what the
 *   GPUs take alone falls. From the decoupled solution too, so never worse. Polynomial per round:
 *   O(n³) evaluations of O(n).
 * - Exact: branch and bound over pairs for one GPU after the other; starts from the search's.
 *
 * Deviations: the paper does not say what "inference time" of a pair on a GPU is, nor how ties are
 * broken; here as above, and by the lower id.
 */
#pragma once

#include "moe/layer-timeline.h"
#include "moe/moe-layer.h"

#include <cstdint>

namespace echelon
{

/// Duration of one layer. O(n²).
double ColocatedSeconds(const MoeLayer& first,
                        const MoeLayer& second,
                        const GpuCluster& cluster,
                        const Colocation& colocation,
                        const TimelineOptions& options);

Colocation ColocateDecoupled(const MoeLayer& first,
                             const MoeLayer& second,
                             const GpuCluster& cluster,
                             const TimelineOptions& options);

Colocation ColocateBySearch(const MoeLayer& first,
                            const MoeLayer& second,
                            const GpuCluster& cluster,
                            const TimelineOptions& options);

Colocation ColocateExactly(const MoeLayer& first,
                           const MoeLayer& second,
                           const GpuCluster& cluster,
                           const TimelineOptions& options);

/// Random pairs on random GPUs: RGA and REC together; streams "pairing" and "placement".
Colocation ColocateAtRandom(std::uint32_t experts, std::uint64_t seed);

} // namespace echelon
