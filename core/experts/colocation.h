// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Two models on GPUs of different kinds: which two experts share which GPU.
 *
 *     Colocation c = ColocateDecoupled(a, b, cluster, {});   // the paper's heuristic
 *     Colocation d = ColocateBySearch(a, b, cluster, {});    // never worse, nearly always optimal
 *     Colocation e = ColocateExactly(a, b, cluster, {});     // n up to about 8
 *
 * The objective is the duration of one layer (experts/gpu-work.h). Choosing both permutations is a
 * three-dimensional matching and NP-hard (Li et al., arXiv 2410.17043, Section 7).
 *
 * - Decoupled is the paper's: pair the experts as if GPUs were alike (PairByBottleneck), then match
 *   pairs to GPUs so that the largest weight is least. The weight of a pair on a GPU is the layer's
 *   time if this GPU were alone. O(n² √n log n).
 * - Search is ours. It has several starts: decoupled, and both models sorted, alike or opposed. It
 *   exchanges experts or pairs between two GPUs, rotates them over three (up to 32 GPUs), or
 *   re-matches one of GPUs, first and second experts with the other two fixed. It goes on as long
 * as the objective falls or, if that is equal, the sum of squares of what GPUs take alone. Up to 16
 *   GPUs it also tries two exchanges at once. One start is the decoupled solution, so it is never
 *   worse. Rounds take O(n²) to O(n⁴) evaluations of O(n).
 * - Exact is branch and bound over pairs for one GPU after the other, beginning with the search's.
 *
 * Deviations: the paper does not say what "inference time" of a pair on a GPU is, nor how ties are
 * broken; here as above, and by the lower id.
 */
#pragma once

#include "experts/gpu-work.h"
#include "experts/moe-layer.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// A way to colocate two models.
using Colocate = Colocation(const MoeLayer& first,
                            const MoeLayer& second,
                            const GpuCluster& cluster,
                            const TimelineOptions& options);

Colocate ColocateDecoupled;
Colocate ColocateBySearch;

/// Skewed traffic takes up to a second on 8 GPUs in the fluid reading, and on 6 GPUs with one
/// sender per receiver. Each further GPU takes ten to a hundred times as long.
Colocate ColocateExactly;

/// For which ColocateExactly takes up to a second.
constexpr std::uint32_t
MostGpusToColocateExactly(RateReading reading)
{
    return reading == RateReading::FLUID ? 8 : 6;
}

/// Random pairs on random GPUs: RGA and REC together; streams "pairing" and "placement".
Colocation ColocateAtRandom(std::uint32_t experts, std::uint64_t seed);

/// pairing[i]: the second model's expert that shares a GPU with expert i of the first.
using Pairing = std::vector<std::uint32_t>;

/// On GPUs that are alike: least bytes of the busiest port when both dispatches are added up,
/// Theorem 6.1 of Li et al. The weight of a pair is the larger of the bytes that its GPU sends and
/// receives, w_ij = max(a_i + b_j, a_{n+i} + b_{n+j}) with sums of rows (i) and columns (n + i); a
/// perfect matching with the least largest weight is found by binary search over the weights and
/// Hopcroft–Karp, O(n² √n log n). Ties go to the lower id.
Pairing PairByBottleneck(const TrafficMatrix& first, const TrafficMatrix& second);

/// REC: uniformly random, stream "pairing".
Pairing PairAtRandom(std::uint32_t experts, std::uint64_t seed);

/// Pair i on GPU gpuOfPair[i].
Colocation ColocationOf(const Pairing& pairing, const Placement& gpuOfPair);

} // namespace echelon
