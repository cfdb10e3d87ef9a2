// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Reads a list of things that are numbered from 0, such as GPUs or ranks, as numbers and ranges.
 *
 *     std::vector<std::size_t> gpus = LoadIndices(node, 16, "device");   // [0, 5, "8-15"]
 *
 * Errors: InputError if an item is no number or range, lies outside, or is listed twice. O(count +
 * listed).
 */
#pragma once

#include "input/json-document.h"

#include <cstddef>
#include <string>
#include <vector>

namespace echelon
{

/// @param count how many there are. @param noun of one of them, for messages.
std::vector<std::size_t> LoadIndices(const JsonNode& list,
                                     std::size_t count,
                                     const std::string& noun);

} // namespace echelon
