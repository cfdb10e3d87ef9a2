// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Simulated time: an integer number of picoseconds, so that sums are exact and runs repeat bit for
 * bit.
 *
 *     Time t = Time::FromSeconds(1.5) + Time::FromPicoseconds(20);
 *     double s = t.Seconds();
 *
 * Range: about 106 days. Conversions from a double round to the nearest picosecond.
 * At 100 Gb/s one byte takes 80 ps and at 400 Gb/s 20 ps, so common transfers are exact.
 */
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace echelon
{

/// A point in simulated time or a duration, in integer picoseconds.
class Time
{
  public:
    constexpr Time() = default;

    static constexpr Time FromPicoseconds(std::int64_t ps)
    {
        return Time(ps);
    }

    /// @param seconds finite; rounded to the nearest picosecond.
    static Time FromSeconds(double seconds)
    {
        return Time(std::llround(seconds * 1e12));
    }

    static constexpr Time Max()
    {
        return Time(std::numeric_limits<std::int64_t>::max());
    }

    constexpr std::int64_t Picoseconds() const
    {
        return m_ps;
    }

    constexpr double Seconds() const
    {
        return static_cast<double>(m_ps) / 1e12;
    }

    constexpr Time& operator+=(Time other)
    {
        m_ps += other.m_ps;
        return *this;
    }

    constexpr Time& operator-=(Time other)
    {
        m_ps -= other.m_ps;
        return *this;
    }

    friend constexpr Time operator+(Time a, Time b)
    {
        return Time(a.m_ps + b.m_ps);
    }

    friend constexpr Time operator-(Time a, Time b)
    {
        return Time(a.m_ps - b.m_ps);
    }

    friend constexpr Time operator*(Time a, std::int64_t k)
    {
        return Time(a.m_ps * k);
    }

    friend constexpr Time operator*(std::int64_t k, Time a)
    {
        return a * k;
    }

    friend constexpr bool operator==(Time a, Time b)
    {
        return a.m_ps == b.m_ps;
    }

    friend constexpr bool operator!=(Time a, Time b)
    {
        return a.m_ps != b.m_ps;
    }

    friend constexpr bool operator<(Time a, Time b)
    {
        return a.m_ps < b.m_ps;
    }

    friend constexpr bool operator<=(Time a, Time b)
    {
        return a.m_ps <= b.m_ps;
    }

    friend constexpr bool operator>(Time a, Time b)
    {
        return a.m_ps > b.m_ps;
    }

    friend constexpr bool operator>=(Time a, Time b)
    {
        return a.m_ps >= b.m_ps;
    }

  private:
    constexpr explicit Time(std::int64_t ps)
        : m_ps(ps)
    {
    }

    std::int64_t m_ps = 0;
};

} // namespace echelon
