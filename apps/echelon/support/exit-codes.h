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

#include <stdexcept>

namespace echelon
{

inline constexpr int EXIT_DONE = 0;
inline constexpr int EXIT_EXPECTATION_FAILED = 1; ///< an "expect" of the scenario does not hold
inline constexpr int EXIT_BAD_USAGE = 64;         ///< options, and output that cannot be written
inline constexpr int EXIT_BAD_INPUT = 65;
inline constexpr int EXIT_INTERNAL = 70;

/**
 * An option that does not fit: reported in one line, exit code 64.
 *
 *     throw UsageError("--gap: must be at least 0 and below 1");
 */
class UsageError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

} // namespace echelon
