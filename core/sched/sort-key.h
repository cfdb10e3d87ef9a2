// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Keys for ordering by computed times and volumes, so that rounding noise decides nothing.
 *
 *     ranking.Sort(view, [&](std::uint32_t g) { return TimeKey(bottleneckSeconds[g]); }, order);
 *
 * What a group has left is a difference of doubles, so two groups that are equal by construction
 * (replicas, tensor ranks) differ in the last digits, and a comparison of the digits would order
 * them by accident. Equal keys are then ordered by id, as every scheduler states. O(1).
 */
#pragma once

#include <cmath>

namespace echelon
{

/// A time in whole nanoseconds, far below what any decision is about. Infinity stays infinite.
inline double
TimeKey(double seconds)
{
    return std::round(seconds * 1e9);
}

/// A volume to 24 binary digits, which is a nanosecond or less of a transfer that takes 10 ms.
inline float
VolumeKey(double bits)
{
    return static_cast<float>(bits);
}

} // namespace echelon
