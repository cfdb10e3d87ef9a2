// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Which expert of a second model shares a GPU with which of the first, on GPUs that are alike.
 *
 *     Pairing p = PairByBottleneck(a.dispatch, b.dispatch);    // least |Nᵃ + Nᵇ|: Theorem 6.1
 *     Colocation c = ColocationOf(p, PlaceInOrder(8));
 *
 * Source: Li et al. (arXiv 2410.17043), Section 6. The weight of a pair is the larger of the bytes
 * that its GPU sends and receives, w_ij = max(a_i + b_j, a_{n+i} + b_{n+j}) with sums of rows (i)
 * and columns (n + i); a perfect matching with the least largest weight is found by binary search
 * over the weights and Hopcroft–Karp, O(n² √n log n). Ties go to the lower id.
 */
#pragma once

#include "experts/moe-layer.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// pairing[i]: the second model's expert that shares a GPU with expert i of the first.
using Pairing = std::vector<std::uint32_t>;

/// Least bytes of the busiest port when both dispatches are added up.
Pairing PairByBottleneck(const TrafficMatrix& first, const TrafficMatrix& second);

/// REC: uniformly random, stream "pairing".
Pairing PairAtRandom(std::uint32_t experts, std::uint64_t seed);

/// Pair i on GPU gpuOfPair[i].
Colocation ColocationOf(const Pairing& pairing, const Placement& gpuOfPair);

} // namespace echelon
