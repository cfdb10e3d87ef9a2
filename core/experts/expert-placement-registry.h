// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The list of ways to place experts: name, purpose, and how, for one model and for two.
 *
 *     Placement p = ExpertPlacementEntryOf("aurora").place(layer, cluster, {});
 *     Colocation c = ExpertPlacementEntryOf("aurora-search").colocate(a, b, cluster, {});
 *
 * Lina's packing is not in the list, because it needs other layers and half of the GPUs.
 */
#pragma once

#include "experts/gpu-work.h"
#include "experts/moe-layer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echelon
{

struct ExpertPlacementOptions
{
    TimelineOptions timeline{};
    std::uint64_t seed = 1; ///< of random placements
};

/// One line of the registry.
struct ExpertPlacementEntry
{
    std::string name;
    std::string help; ///< one line
    /// Both throw ParameterError ("placement") when the placement takes too long for the cluster.
    Placement (*place)(const MoeLayer& layer,
                       const GpuCluster& cluster,
                       const ExpertPlacementOptions& options);
    Colocation (*colocate)(const MoeLayer& first,
                           const MoeLayer& second,
                           const GpuCluster& cluster,
                           const ExpertPlacementOptions& options);
};

/// "aurora", "aurora-search", "exact", "in-order", "random".
const std::vector<ExpertPlacementEntry>& ExpertPlacementEntries();

/// @throws ParameterError ("placement") when there is none of this name.
const ExpertPlacementEntry& ExpertPlacementEntryOf(const std::string& name);

} // namespace echelon
