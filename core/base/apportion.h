// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Parts of a time in whole picoseconds that add up to it.
 *
 *     ClosedParts({0.2, 0.1}, Time::FromPicoseconds(10));     // 7 ps and 3 ps
 *
 * In proportion to the weights, by largest remainders (Hamilton's method; ties: the earlier part).
 * No part is off by a picosecond or more. Without any weight the first part has all. O(parts ×
 * log).
 */
#pragma once

#include "base/time.h"

#include <vector>

namespace echelon
{

/// @pre weights are finite and not negative; there is one; the whole is not negative.
std::vector<Time> ClosedParts(const std::vector<double>& weights, Time whole);

} // namespace echelon
