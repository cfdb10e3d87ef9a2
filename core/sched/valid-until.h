// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The earliest time at which a decision no longer holds because of what flows have sent.
 *
 *     ValidUntil validUntil(view.now, controlDelay);
 *     validUntil.After(bits, rate);                   // once for each event that is foreseen
 *     out.validUntil = validUntil.Earliest();
 *
 * It is later than now by a picosecond at least, and by the control delay at least. What is decided
 * now is in force only after the control delay. A decision in between would decide the same from
 * the same rates, again and again as long as the rates in force are small. Times that do not fit
 * Time are never reached.
 */
#pragma once

#include "base/time.h"
#include "base/units.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace echelon
{

class ValidUntil
{
  public:
    ValidUntil(Time now, Time controlDelay)
        : m_now(now),
          m_least(std::max(controlDelay, Time::FromPicoseconds(1)))
    {
    }

    /// Something changes when this many bits have been sent at this rate. @pre bits >= 0.
    void After(double bits, BitRate rate)
    {
        if (rate > 0)
        {
            m_seconds = std::min(m_seconds, bits / rate);
        }
    }

    /// Rounded up to a whole picosecond.
    std::optional<Time> Earliest() const
    {
        return EndOfTransmission(m_now, std::max(m_seconds, m_least.Seconds()), 1.0);
    }

  private:
    Time m_now;
    Time m_least;
    double m_seconds = std::numeric_limits<double>::infinity();
};

} // namespace echelon
