// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The traffic of an all-to-all from any of the formats that `echelon plan` reads
 * (docs/reference/plan.md).
 *
 *     LoadedTraffic t = LoadTraffic("traffic.csv", DiskFiles(), {});
 *     RoutingOptions o;  o.gpus = 8;  o.experts = 64;  o.topK = 6;  o.hidden = 2048;
 *     LoadedTraffic r = LoadTraffic("layer1.txt", DiskFiles(), o);
 *
 * Which format is told by the content: an object is JSON, a first line with a tab and no comma is a
 * routing trace, all else CSV. Errors: InputError for the file, UsageError for options that it
 * lacks or that do not belong to it.
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "base/units.h"
#include "input/file-source.h"
#include "traffic/traffic-csv.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// "blocks": token t of T on GPU floor(t n / T). "round-robin": on GPU t mod n. "samples": all
/// tokens of sample s on GPU s mod n; only for formats that have samples.
const std::vector<std::string>& TokenPlacements();

/// What a routing trace leaves open. What is given here goes before what the file says.
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

    /// An option that is given, "" when none is: matrices take none. The topology is none of them.
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

/// Limits beyond which a file is refused.
inline constexpr std::uint32_t MAX_HIDDEN = 1 << 24;
inline constexpr std::uint32_t MAX_ELEMENT_BYTES = 16;

LoadedTraffic LoadTraffic(const std::string& file,
                          const FileSource& source,
                          const RoutingOptions& options);

} // namespace echelon
