// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Exit codes of the command line (sysexits.h where one fits). Scripts depend on them.
 *
 *     return EXIT_BAD_INPUT;
 *
 * 75, interrupted, is in signals.h.
 */
#pragma once

namespace echelon
{

inline constexpr int EXIT_DONE = 0;
inline constexpr int EXIT_EXPECTATION_FAILED = 1; ///< an "expect" of the scenario does not hold
inline constexpr int EXIT_BAD_USAGE = 64;         ///< options, and output that cannot be written
inline constexpr int EXIT_BAD_INPUT = 65;
inline constexpr int EXIT_INTERNAL = 70;

} // namespace echelon
