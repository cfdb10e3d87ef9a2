// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Splits a duration into whole picoseconds in proportion to given weights. The parts add up
 * exactly.
 *
 *     Apportion({0.2, 0.1}, Time::FromPicoseconds(10));     // 7 ps and 3 ps
 *
 * Method: largest remainders (Hamilton's method). Of equal remainders the earlier part gets the
 * picosecond. No part is off by a picosecond or more. If all weights are 0, the first part gets
 * everything. Complexity: O(n log n) for n parts.
 */
#pragma once

#include "base/time.h"

#include <vector>

namespace echelon
{

/// @pre There is at least one weight, all are finite and not negative, and so is the whole.
std::vector<Time> Apportion(const std::vector<double>& weights, Time whole);

} // namespace echelon
