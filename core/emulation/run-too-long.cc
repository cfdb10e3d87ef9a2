// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/run-too-long.h"

#include "base/time.h"

#include <cstdio>

namespace echelon
{

namespace
{

std::string
SecondsText(double seconds)
{
    char text[32];
    // Whole seconds as long as they are easily read.
    std::snprintf(text, sizeof text, seconds < 1e10 ? "%.0f s" : "%.3g s", seconds);
    return text;
}

} // namespace

RunTooLong::RunTooLong(const std::string& what, double seconds)
    : std::runtime_error(what + " would not end before " + SecondsText(seconds) +
                         ", and simulated time ends at " + SecondsText(Time::Max().Seconds()) +
                         " (106 days)")
{
}

} // namespace echelon
