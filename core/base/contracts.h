// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Contract checks that stay on in release builds.
 *
 *     ECHELON_REQUIRE(rate >= 0, "a rate is not negative");       // the caller's fault
 *     ECHELON_ENSURE(load <= capacity, "no link over capacity");  // our fault
 *
 * A broken contract throws ContractViolation; the command line reports it as an internal error
 * (exit code 70).
 */
#pragma once

#include <stdexcept>
#include <string>

namespace echelon
{

/// A precondition or postcondition inside Echelon does not hold: a defect of the program.
class ContractViolation : public std::logic_error
{
  public:
    using std::logic_error::logic_error;
};

[[noreturn]] inline void
FailContract(const char* kind, const char* condition, const char* what, const char* file, int line)
{
    throw ContractViolation(std::string(kind) + " broken: " + what + " (" + condition + ") at " +
                            file + ":" + std::to_string(line));
}

} // namespace echelon

#define ECHELON_CONTRACT(kind, condition, what)                                                    \
    do                                                                                             \
    {                                                                                              \
        if (!(condition))                                                                          \
        {                                                                                          \
            ::echelon::FailContract(kind, #condition, what, __FILE__, __LINE__);                   \
        }                                                                                          \
    } while (false)

#define ECHELON_REQUIRE(condition, what) ECHELON_CONTRACT("precondition", condition, what)
#define ECHELON_ENSURE(condition, what) ECHELON_CONTRACT("postcondition", condition, what)
