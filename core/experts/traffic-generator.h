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

} // namespace echelon
