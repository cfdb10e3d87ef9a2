// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A job's "compute_noise" and "stragglers": how far real compute times are from the profile.
 *
 *     ComputeVariation v = LoadComputeVariation(job, "a", devices, seed);   // devices[rank]
 *
 * Stragglers are named by rank, or drawn: `count` of them, stream "stragglers/<job>" of the seed.
 * Errors: InputError.
 */
#pragma once

#include "input/json-document.h"
#include "taskgraph/compute-variation.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echelon
{

ComputeVariation LoadComputeVariation(const JsonNode& job,
                                      const std::string& name,
                                      const std::vector<DeviceId>& devices,
                                      std::uint64_t seed);

} // namespace echelon
