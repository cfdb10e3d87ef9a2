// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Figures in tables for people.
 *
 *     DurationText(0.0123456);      // "12.35 ms"
 *     FixedText(1.0, 3, " %");      // "1.000 %"
 *     CountText(84000000);          // "84,000,000"
 */
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace echelon
{

std::string FixedText(double value, int decimals, const char* unit);

/// A whole number in groups of three digits; from 10^15 on "1.2e+20".
std::string CountText(double count);

/// Four significant digits: differences between schedulers are often below one per cent.
std::string DurationText(double seconds);

/// The first cell to the left of its column, the others to the right; longer cells push on.
/// @pre at least as many widths as cells.
std::string TableLine(const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths);

} // namespace echelon
