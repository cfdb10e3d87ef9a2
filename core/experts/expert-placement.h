// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Which GPU an expert gets when one model has the GPUs to itself.
 *
 *     Placement p = PlaceSorted(layer, cluster);          // Theorem 5.1, O(n log n)
 *     Placement q = PlaceOptimally(layer, cluster, {});   // least Equation 1, where 5.1 fails too
 *     Placement r = PlaceAtRandom(8, seed);               // RGA
 *
 * Theorem 5.1 of Li et al. (arXiv 2410.17043) matches experts by tokens with GPUs by performance,
 * both in descending order. Deviations, and what the paper leaves open:
 * 1. "Tokens" of an expert are the larger of the bytes that it receives and that its tokens send:
 *    what its busier port carries, in the dispatch and in the combine.
 * 2. "Performance" is the rate, then the speed: the paper assumes that more compute never comes
 *    with less bandwidth.
 * 3. Ties in traffic go to the longer FFN, then gate, then aggregation, then to the lower id.
 * 4. The theorem holds in the fluid reading when one order of the experts is descending in gate,
 *    busier port, FFN and aggregation alike, and one order of the GPUs in rate and speed. With
 *    general matrices there need not be one: docs/algorithms/expert-placement.md. PlaceOptimally is
 *    exact whatever the matrix.
 */
#pragma once

#include "experts/gpu-work.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace echelon
{

/// max(bytes sent, bytes received) of each expert in a dispatch.
std::vector<Bytes> BusierPorts(const TrafficMatrix& dispatch);

/// Indices by descending weight; ties by index.
template <class T>
std::vector<std::uint32_t>
DescendingOrder(const std::vector<T>& weights)
{
    std::vector<std::uint32_t> order(weights.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&weights](std::uint32_t a, std::uint32_t b) {
        return weights[b] < weights[a];
    });
    return order;
}

/// GPUs from the fastest: by rate, then speed, then id.
std::vector<std::uint32_t> GpusByPerformance(const GpuCluster& cluster);

Placement PlaceSorted(const MoeLayer& layer, const GpuCluster& cluster);

/// A placement with the least duration of ExclusiveTimeline, up to rounding to picoseconds. In the
/// fluid reading it sets thresholds on all but one of the maxima and solves a bottleneck matching
/// on the last: O(n^4) matchings at worst, n² times that if all-to-alls start together, and far
/// fewer by bounds. With one sender per receiver it tries all n! placements.
/// @pre FLUID, or at most MOST_GPUS_TO_ENUMERATE GPUs.
Placement PlaceOptimally(const MoeLayer& layer,
                         const GpuCluster& cluster,
                         const TimelineOptions& options);

constexpr std::uint32_t MOST_GPUS_TO_ENUMERATE = 9;

/// In the fluid reading as PlaceOptimally. With one sender per receiver it starts from PlaceSorted
/// and from the fluid optimum, and exchanges two experts or, up to 16 GPUs, rotates three, as long
/// as the duration falls: O(n²) or O(n³) durations of O(n²) a round. Never longer than PlaceSorted.
Placement PlaceBySearch(const MoeLayer& layer,
                        const GpuCluster& cluster,
                        const TimelineOptions& options);

/// Expert i on GPU i.
Placement PlaceInOrder(std::uint32_t experts);

/// A uniformly random permutation, stream "placement".
Placement PlaceAtRandom(std::uint32_t experts, std::uint64_t seed);

} // namespace echelon
