// SPDX-License-Identifier: GPL-2.0-only
// Ends of transmissions: whole picoseconds rounded up, and nothing beyond the range of Time.
#include "base/random.h"
#include "base/units.h"

#include <cmath>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

TEST(EndOfTransmission, CountsFromTheStart)
{
    // 8 bits at 3 b/s take 2.6… s.
    EXPECT_EQ(EndOfTransmission(Time::FromSeconds(5), 8, 3)->Picoseconds(), 7'666'666'666'667);
    EXPECT_EQ(EndOfTransmission(Time::FromSeconds(5), 0, 3), Time::FromSeconds(5));
}

TEST(EndOfTransmission, IsNothingWithoutARate)
{
    EXPECT_EQ(EndOfTransmission(Time(), 8, 0), std::nullopt);
    EXPECT_EQ(EndOfTransmission(Time(), 0, 0), std::nullopt);
}

// Held against long double, from nothing to far beyond the range.
TEST(EndOfTransmission, IsRightOrNothing)
{
    RandomStream stream(2, "transmission end");
    const long double last = Time::Max().Picoseconds();
    int inside = 0;
    for (int i = 0; i < 20000; ++i)
    {
        const auto start = static_cast<std::int64_t>(std::exp2(stream.Uniform() * 63) - 1);
        const double bits = std::exp2(stream.Uniform() * 66);
        const double rate = std::exp2(stream.Uniform() * 100 - 40);
        const long double length = static_cast<long double>(bits) / rate * 1e12L;
        const auto end = EndOfTransmission(Time::FromPicoseconds(start), bits, rate);
        if (end)
        {
            ++inside;
            EXPECT_LE(std::abs(end->Picoseconds() - (start + length)), 1 + 1e-15L * length);
        }
        else
        {
            EXPECT_GT(start + length, last * (1 - 1e-11L));
        }
    }
    EXPECT_GT(inside, 5000);
}

} // namespace
} // namespace echelon
