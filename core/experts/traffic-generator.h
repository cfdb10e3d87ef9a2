// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The one list of generators of all-to-all traffic: name, purpose, parameters, function.
 *
 *     TrafficMatrix m = GenerateTraffic("zipf", 64, seed);
 *     TrafficMatrix h = GenerateTraffic("one-hot", 64, seed, {{"hot", "0.8"}, {"bytes", "1GB"}});
 *
 * One expert per GPU; own tokens (the diagonal) are drawn where a generator has them and dropped.
 * Every generator draws from a random stream of its own: the same name, size, seed and parameters
 * give the same matrix. `bytes` is what a GPU sends, its own tokens included, in the
 * mean. O(n²). To add one: an entry in traffic-generator.cc; `echelon plan --generate`, `echelon
 * list traffic` and the tests of all generators follow.
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "base/parameters.h"
#include "experts/moe-layer.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace echelon
{

/// Entries before they are rounded to whole bytes; row after row.
using RawTraffic = std::vector<double>;

/// One line of the registry.
struct TrafficEntry
{
    std::string name;
    std::string help; ///< one line
    std::vector<ParameterSpec> parameters;
    RawTraffic (*generate)(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values);
};

/// All generators, in the order of `echelon list traffic`.
const std::vector<TrafficEntry>& TrafficEntries();

/// @throws ParameterError ("generate") when there is no such generator.
const TrafficEntry& TrafficEntryOf(const std::string& name);

/// Parameters that are not given keep their defaults.
/// @pre gpus >= 1. @throws ParameterError for parameters that do not exist or are out of range.
TrafficMatrix GenerateTraffic(
    const std::string& name,
    std::uint32_t gpus,
    std::uint64_t seed,
    const std::vector<std::pair<std::string, std::string>>& parameters = {});

/**
 * Layers with the measures of LIMoE B/32 and B/16, as far as these are known. The traffic itself is
 * not public.
 *
 *     MoeLayer layer = LimoeLikeLayer(LimoeModel::B32, 3, seed);      // layer 3, 8 experts
 *
 * Known from Li et al. (arXiv 2410.17043, Section 8) and its figures: 8 experts; the busiest port
 * moves 2.1 to 3.2 GB per all-to-all; communication at 100 Gb/s is about 82 % of a layer; all
 * computing takes about 75 ms (B/32) or 111 ms (B/16). Hence the busiest port's bytes: uniform in
 * 2.1…2.25 GB for B/32 and 3.0…3.2 GB for B/16, drawn per layer.
 *
 * These are assumed here, for want of data: an expert's popularity is lognormal (sigma 0.5), a
 * GPU's tokens deviate from it by a lognormal factor (sigma 0.4), and GPUs start with equally many
 * tokens. 80 % of the computing is the feed-forward of the busiest expert, that of others is in
 * proportion to their tokens, and gate and aggregation take 10 % each, equal everywhere. Every
 * model and layer has a stream of its own, "limoe/<model>/<layer>".
 */
enum class LimoeModel : std::uint8_t
{
    B32,
    B16,
};

/// @param experts one per GPU, >= 2.
MoeLayer LimoeLikeLayer(LimoeModel model,
                        std::uint32_t layer,
                        std::uint64_t seed,
                        std::uint32_t experts = 8);

} // namespace echelon
