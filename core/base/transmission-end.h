// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * When a transmission that starts now ends, if it ends within the range of Time.
 *
 *     EndOfTransmission(now, bits, rate);    // now + TransmissionTime(bits, rate), or nothing
 *
 * It is for predictions at the present rates, which may change before they come true: a flow that
 * would take a year at the rate of a picosecond is no error. O(1).
 */
#pragma once

#include "base/time.h"
#include "base/tolerances.h"
#include "base/units.h"

#include <optional>

namespace echelon
{

/// Rounded up to a whole picosecond. Nothing without a rate. @pre start and bits are not negative.
inline std::optional<Time>
EndOfTransmission(Time start, double bits, BitRate rate)
{
    // What rounding adds must fit as well.
    const double longest = (Time::Max() - start).Seconds() * (1 - ROUNDING);
    if (!(bits <= rate * longest) || rate <= 0)
    {
        return std::nullopt;
    }
    return start + TransmissionTime(bits, rate);
}

} // namespace echelon
