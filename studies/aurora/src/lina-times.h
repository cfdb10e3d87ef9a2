// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One of two models under Lina: two of its experts on each GPU of its half of the cluster.
 *
 *     Timeline t = LinaOrdered(layer, cluster, 0, {RateReading::FLUID, START});
 *     Timeline u = LinaUnordered(layer, cluster, 1, seed);
 *
 * Ordered: all-to-alls as short as they can be. Unordered: in random order, with head-of-line
 * blocking and receivers that share their port.
 */
#pragma once

#include "support/layer-timeline.h"

#include <cstdint>

namespace study
{

/// @param half 0 or 1.
echelon::Timeline LinaOrdered(const echelon::MoeLayer& layer,
                              const echelon::GpuCluster& cluster,
                              std::uint32_t half,
                              const echelon::TimelineOptions& options);

echelon::Timeline LinaUnordered(const echelon::MoeLayer& layer,
                                const echelon::GpuCluster& cluster,
                                std::uint32_t half,
                                std::uint64_t seed);

} // namespace study
