// SPDX-License-Identifier: GPL-2.0-only
// A Time holds the whole numbers of picoseconds from -2^63 to 2^63 - 1. Whatever is computed with
// times either is right, held here against 128-bit integers, or throws TimeOverflow.
#include "base/time.h"

#include "base/random.h"
#include "base/units.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <optional>

namespace echelon
{

namespace
{

__extension__ using Wide = __int128;

constexpr std::int64_t LEAST = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t LARGEST = std::numeric_limits<std::int64_t>::max();

/// The picoseconds of what `compute` returns; empty when it throws TimeOverflow.
template <typename Compute>
std::optional<std::int64_t>
Result(Compute compute)
{
    try
    {
        return compute().Picoseconds();
    }
    catch (const TimeOverflow&)
    {
        return std::nullopt;
    }
}

std::optional<std::int64_t>
InRange(Wide exact)
{
    return exact >= LEAST && exact <= LARGEST
               ? std::optional<std::int64_t>(static_cast<std::int64_t>(exact))
               : std::nullopt;
}

/// Any number of bits, either sign: half of the sums and products are out of range.
std::int64_t
AnyInteger(RandomStream& stream)
{
    const std::int64_t magnitude =
        static_cast<std::int64_t>(std::exp2(stream.Uniform() * 62.99)) + stream.Below(3);
    return stream.Below(2) == 0 ? magnitude : -magnitude;
}

TEST(Time, SumsDifferencesAndProductsAreRightOrThrow)
{
    RandomStream stream(1, "time");
    int thrown = 0;
    for (int i = 0; i < 20000; ++i)
    {
        const std::int64_t a = AnyInteger(stream);
        const std::int64_t b = AnyInteger(stream);
        const Time x = Time::FromPicoseconds(a);
        const Time y = Time::FromPicoseconds(b);
        EXPECT_EQ(Result([&] { return x + y; }), InRange(Wide{a} + b));
        EXPECT_EQ(Result([&] { return x - y; }), InRange(Wide{a} - b));
        EXPECT_EQ(Result([&] { return x * b; }), InRange(Wide{a} * b));
        EXPECT_EQ(Result([&] { return b * x; }), InRange(Wide{a} * b));
        Time sum = x;
        EXPECT_EQ(Result([&] { return sum += y; }), InRange(Wide{a} + b));
        Time difference = x;
        EXPECT_EQ(Result([&] { return difference -= y; }), InRange(Wide{a} - b));
        thrown += InRange(Wide{a} * b) ? 0 : 1;
    }
    EXPECT_GT(thrown, 5000);
    EXPECT_LT(thrown, 15000);
}

TEST(Time, ADurationThatDoesNotFitLeavesTheTimeAsItWas)
{
    Time time = Time::Max();
    EXPECT_THROW(time += Time::FromPicoseconds(1), TimeOverflow);
    EXPECT_EQ(time, Time::Max());
}

// 2^63 ps are 9,223,372.036854775808 s; the largest double below is 1024 ps less.
TEST(Time, SecondsThatDoNotFitThrow)
{
    const double end = std::ldexp(1.0, 63);
    const double last = std::nextafter(end, 0.0);
    EXPECT_EQ(Time::FromPicosecondsRounded(last).Picoseconds(), LARGEST - 1023);
    EXPECT_EQ(Time::FromPicosecondsRounded(-last).Picoseconds(), -(LARGEST - 1023));
    for (const double seconds : {end / 1e12,
                                 9.3e6,
                                 1e300,
                                 std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()})
    {
        EXPECT_THROW(Time::FromSeconds(seconds), TimeOverflow);
        EXPECT_THROW(Time::FromSeconds(-seconds), TimeOverflow);
    }
    EXPECT_EQ(Time::FromSeconds(9.2e6).Picoseconds(), 9'200'000'000'000'000'000);
}

// 1e19 bits at 1e12 b/s take 1e7 s.
TEST(Time, TransmissionsThatDoNotFitThrowAndSayHowLongTheyWouldTake)
{
    EXPECT_EQ(TransmissionTime(9e18, 1e12), Time::FromSeconds(9e6));
    try
    {
        TransmissionTime(1e19, 1e12);
        FAIL() << "1e7 s do not fit";
    }
    catch (const TimeOverflow& error)
    {
        EXPECT_DOUBLE_EQ(error.Seconds(), 1e7);
    }
}

} // namespace

} // namespace echelon
