// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What all routing formats have in common once read: a layout of tokens and experts over GPUs, and
 * the all-to-all that follows.
 *
 *     LoadedTraffic t = RoutedTrafficOf("routing-trace", routing, samples, settings, Fail);
 *
 * `fail` is called with problem and hint, and throws, when the traffic cannot be counted.
 */
#pragma once

#include "experts/token-routing.h"
#include "traffic/loaded-traffic.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// RoutingOptions with everything said.
struct RoutingSettings
{
    std::uint32_t gpus = 0;
    Bytes tokenBytes = 0;
    std::string tokenPlacement;                 ///< one of TokenPlacements(), or "given"
    std::optional<std::uint32_t> gpusPerHost{}; ///< of deduplication; none: a copy per expert
    std::vector<std::uint32_t> gpuOfToken{};    ///< for "given"
    std::vector<std::uint32_t> gpuOfExpert{};   ///< empty: in blocks
};

using RoutingFailure = std::function<void(const std::string& problem, const std::string& hint)>;

/// @param samples tokens of each; may be empty unless the placement is "samples".
LoadedTraffic RoutedTrafficOf(const std::string& format,
                              const TokenRouting& routing,
                              const std::vector<std::size_t>& samples,
                              const RoutingSettings& settings,
                              const RoutingFailure& fail);

/// @param loads copies for each expert. @param scaling how they were made from those of the file,
/// "" if they are the same.
LoadedTraffic LoadedTrafficOf(const std::vector<std::int64_t>& loads,
                              const std::string& scaling,
                              std::uint32_t topK,
                              const RoutingSettings& settings,
                              const RoutingFailure& fail);

} // namespace echelon
