// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Simulated time: an integer number of picoseconds, so that sums are exact and runs repeat bit for
 * bit.
 *
 *     Time t = Time::FromSeconds(1.5) + Time::FromPicoseconds(20);
 *     double s = t.Seconds();
 *
 * Range: 106 days (9.2e6 s) forwards and backwards. Sums, differences, products and conversions
 * that leave it throw TimeOverflow instead of coming out wrong. Conversions from a double round to
 * the nearest picosecond. At 100 Gb/s one byte takes 80 ps and at 400 Gb/s 20 ps, so common
 * transfers are exact.
 */
#pragma once

#include <boost/operators.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace echelon
{

/// A time that would lie outside the range of Time. Its text is for people; whoever knows which job
/// or flow it is about says so.
class TimeOverflow : public std::overflow_error
{
  public:
    /// @param seconds the time that would have come out.
    explicit TimeOverflow(double seconds)
        : std::overflow_error("a time does not fit into the 106 days that simulated time can last"),
          m_seconds(seconds)
    {
    }

    double Seconds() const
    {
        return m_seconds;
    }

  private:
    double m_seconds;
};

/// A point in simulated time or a duration, in integer picoseconds.
class Time : boost::totally_ordered<Time>
{
  public:
    constexpr Time() = default;

    static constexpr Time FromPicoseconds(std::int64_t ps)
    {
        return Time(ps);
    }

    /// Rounded to the nearest picosecond.
    static Time FromSeconds(double seconds)
    {
        return FromPicosecondsRounded(seconds * 1e12);
    }

    /// Rounded to the nearest picosecond, for counts that come out of a division.
    static Time FromPicosecondsRounded(double ps)
    {
        // 2^63 is a double. The negation refuses what is not a number as well.
        if (!(ps > -0x1p63 && ps < 0x1p63))
        {
            throw TimeOverflow(ps / 1e12);
        }
        return Time(std::llround(ps));
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
        return *this = *this + other;
    }

    constexpr Time& operator-=(Time other)
    {
        return *this = *this - other;
    }

    friend constexpr Time operator+(Time a, Time b)
    {
        std::int64_t sum = 0;
        if (__builtin_add_overflow(a.m_ps, b.m_ps, &sum))
        {
            throw TimeOverflow(a.Seconds() + b.Seconds());
        }
        return Time(sum);
    }

    friend constexpr Time operator-(Time a, Time b)
    {
        std::int64_t difference = 0;
        if (__builtin_sub_overflow(a.m_ps, b.m_ps, &difference))
        {
            throw TimeOverflow(a.Seconds() - b.Seconds());
        }
        return Time(difference);
    }

    friend constexpr Time operator*(Time a, std::int64_t k)
    {
        std::int64_t product = 0;
        if (__builtin_mul_overflow(a.m_ps, k, &product))
        {
            throw TimeOverflow(a.Seconds() * static_cast<double>(k));
        }
        return Time(product);
    }

    friend constexpr Time operator*(std::int64_t k, Time a)
    {
        return a * k;
    }

    friend constexpr bool operator==(Time a, Time b)
    {
        return a.m_ps == b.m_ps;
    }

    friend constexpr bool operator<(Time a, Time b)
    {
        return a.m_ps < b.m_ps;
    }

  private:
    constexpr explicit Time(std::int64_t ps)
        : m_ps(ps)
    {
    }

    std::int64_t m_ps = 0;
};

} // namespace echelon
