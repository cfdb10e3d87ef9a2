// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Figures in tables for people.
 *
 *     DurationText(0.0123456);      // "12.35 ms"
 *     FixedText(1.0, 3, " %");      // "1.000 %"
 */
#pragma once

#include <string>

namespace echelon
{

std::string FixedText(double value, int decimals, const char* unit);

/// Four significant digits: differences between schedulers are often below one per cent.
std::string DurationText(double seconds);

} // namespace echelon
