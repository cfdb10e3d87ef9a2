// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What the readers of traffic share: the options that complete a file, and what comes out of it.
 *
 *     RoutingOptions options;
 *     options.gpus = 8;
 *     options.Given(); // "--gpus"
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "base/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// "blocks": token t of T on GPU floor(t n / T). "round-robin": on GPU t mod n. "samples": all
/// tokens of sample s on GPU s mod n; only for formats that have samples.
const std::vector<std::string>& TokenPlacements();

/// What a routing trace leaves open. Options given here override what the file says.
struct RoutingOptions
{
    std::optional<std::uint32_t> gpus;
    std::optional<std::uint32_t> experts;
    std::optional<std::uint32_t> topK;
    std::optional<std::uint32_t> hidden;       ///< elements of a token
    std::optional<std::uint32_t> elementBytes; ///< 2 when nobody says
    std::optional<std::string> tokenPlacement; ///< one of TokenPlacements(); "blocks"
    bool deduplicate = false;                  ///< a token goes to each host once
    std::uint32_t gpusPerHost = 1;             ///< of the topology that the traffic meets

    /// One of the options that are given, or "" if none is: matrices take none. The topology is not
    /// one of them.
    std::string Given() const;
};

/// What came out of a gate besides the matrix.
struct LoadedRouting
{
    std::int64_t tokens = 0; ///< 0: the file gives loads, not tokens
    std::uint32_t experts = 0;
    std::uint32_t topK = 0;
    Bytes tokenBytes = 0;
    bool deduplicated = false;
    std::vector<std::int64_t> tokensOfExpert;
    std::vector<std::int64_t> tokensOnGpu; ///< that its experts compute
    std::string placement;                 ///< where tokens start and experts live, for people
};

struct LoadedTraffic
{
    TrafficMatrix matrix;
    std::string format; ///< "csv", "json-matrix", "json-routing", "json-loads", "routing-trace"
    std::optional<LoadedRouting> routing{};
};

/// Most participants of an all-to-all that is read.
inline constexpr std::uint32_t MAX_PLAN_GPUS = 4096;
/// Limits beyond which a file is refused.
inline constexpr std::uint32_t MAX_HIDDEN = 1 << 24;
inline constexpr std::uint32_t MAX_ELEMENT_BYTES = 16;

} // namespace echelon
