// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The error that a run would last longer than Time can hold.
 *
 *     throw RunTooLong("the flow of job \"a\" from device 1 to device 0", 9.6e6);
 *     // what(): the flow of job "a" from device 1 to device 0 would not end before 9600000 s, and
 *     // simulated time ends at 9223372 s (106 days)
 */
#pragma once

#include <stdexcept>
#include <string>

namespace echelon
{

class RunTooLong : public std::runtime_error
{
  public:
    /// @param what the job, flow, link or device that lasts. @param seconds a lower bound of its
    /// end.
    RunTooLong(const std::string& what, double seconds);
};

} // namespace echelon
