// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The baseline that shares a GPU between two experts of the *same* model: the hottest with the
 * coldest, the second hottest with the second coldest, and so on.
 *
 *     PackedLayer packed = PackLina(layer);                      // n / 2 pairs
 *     GpuCluster half = HalfOf(cluster, 0);                      // GPUs 0, 2, 4, …
 *     Timeline t = ExclusiveTimeline({packed.layer}, half, {PlaceInOrder(n / 2)}, {});
 *
 * This is Lina (Li et al., USENIX ATC 2023) as Li et al. (arXiv 2410.17043, Section 8) describe it:
 * two models on n GPUs get n / 2 each, and the times are reported per model. The paper does not say
 * more, so these are assumed: an expert's heat is the bytes that it receives; a pair's computations
 * follow each other; what two experts of a pair send to each other uses no network; a model has
 * every second GPU, so both get every kind; and pairs are placed by the lower expert's id, whatever
 * the kind of the GPUs. Ties by id.
 */
#pragma once

#include "experts/moe-layer.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echelon
{

struct PackedLayer
{
    MoeLayer layer;                                  ///< of pairs instead of experts
    std::vector<std::array<std::uint32_t, 2>> pairs; ///< experts, the lower id first; by lower id
};

/// @pre an even number of experts.
PackedLayer PackLina(const MoeLayer& layer);

/// Every second GPU, from `first` (0 or 1). @pre at least two GPUs.
GpuCluster HalfOf(const GpuCluster& cluster, std::uint32_t first);

} // namespace echelon
