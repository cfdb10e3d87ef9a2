// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Loads a job's "arrivals", which make many jobs of one description.
 *
 *     std::optional<Arrivals> arrivals = LoadArrivals(job, "train", begin, seed);
 *     arrivals->times;              // one job each, in order
 *
 * Processes: "poisson" with a mean interval (exponential intervals from `begin` on, stream
 * "arrivals/<job>" of the seed), and "trace" with times after `begin`. Errors: InputError.
 */
#pragma once

#include "base/time.h"
#include "input/json-document.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

struct Arrivals
{
    std::vector<Time> times;           ///< ascending, not empty
    std::optional<std::size_t> places; ///< at most this many at once
};

/// @returns nothing for a job without "arrivals".
std::optional<Arrivals> LoadArrivals(const JsonNode& job,
                                     const std::string& name,
                                     Time begin,
                                     std::uint64_t seed);

/// "name-07": the i-th of n jobs, numbered so that names and arrivals have the same order.
std::string NumberedName(const std::string& name, std::size_t i, std::size_t n);

/// Writes the times into "arrivals", as a trace after time 0 that gives the same jobs.
void ResolveArrivals(const JsonNode& job, const Arrivals& arrivals, std::size_t places);

} // namespace echelon
