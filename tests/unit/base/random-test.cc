// SPDX-License-Identifier: GPL-2.0-only
#include "base/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace echelon
{
namespace
{

TEST(RandomStream, DependsOnSeedAndNameOnly)
{
    RandomStream a(1, "placement");
    RandomStream same(1, "placement");
    RandomStream otherSeed(2, "placement");
    RandomStream otherName(1, "routing");
    const std::uint64_t first = a.NextBits();
    EXPECT_EQ(first, same.NextBits());
    EXPECT_NE(first, otherSeed.NextBits());
    EXPECT_NE(first, otherName.NextBits());
}

TEST(RandomStream, MatchesPublishedSplitMix64)
{
    // The first output of SplitMix64 with state 0 (Steele, Lea, Flood 2014; reference code by
    // Vigna).
    EXPECT_EQ(Mix64(0), 0xe220a8397b1dcdafULL);
}

TEST(RandomStream, MomentsOfItsDistributions)
{
    // n = 200,000 samples: the mean of a variable with standard deviation s lies within 5 s /
    // sqrt(n) of its expectation but for one seed in two million. s: uniform 1/sqrt(12),
    // exponential(3) 3, normal 1.
    constexpr int N = 200000;
    RandomStream stream(7, "moments");
    double uniform = 0;
    double exponential = 0;
    double normal = 0;
    double normalSquare = 0;
    for (int i = 0; i < N; ++i)
    {
        uniform += stream.Uniform();
        exponential += stream.Exponential(3);
        const double z = stream.Normal();
        normal += z;
        normalSquare += z * z;
    }
    EXPECT_NEAR(uniform / N, 0.5, 5 / std::sqrt(12.0 * N));
    EXPECT_NEAR(exponential / N, 3, 5 * 3 / std::sqrt(N));
    EXPECT_NEAR(normal / N, 0, 5 / std::sqrt(N));
    EXPECT_NEAR(normalSquare / N, 1, 5 * std::sqrt(2.0 / N)); // the variance of z² is 2
}

TEST(RandomStream, ShuffleIsAPermutation)
{
    std::vector<int> items(100);
    std::iota(items.begin(), items.end(), 0);
    std::vector<int> shuffled = items;
    RandomStream(3, "shuffle").Shuffle(shuffled);
    EXPECT_NE(shuffled, items);
    std::sort(shuffled.begin(), shuffled.end());
    EXPECT_EQ(shuffled, items);
}

} // namespace
} // namespace echelon
