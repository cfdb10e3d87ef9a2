// SPDX-License-Identifier: GPL-2.0-only
#include "experts/token-routing.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace echelon
{
namespace
{

TEST(ExpertLoad, BalancedSharesSplitEvenly)
{
    // 10 tokens on 4 ranks of 2 experts: cumulated 2.5, 5, 7.5, 10, rounded 3, 5, 8, 10.
    EXPECT_EQ(TokensPerRank(10, ExpertShares(8, 0, 1, 0), 4),
              (std::vector<std::int64_t>{3, 2, 3, 2}));
}

TEST(ExpertLoad, ZipfSharesAreAPermutationOfTheLaw)
{
    // Exponent 1 over 4 experts: 1, 1/2, 1/3, 1/4 over 25/12.
    std::vector<double> shares = ExpertShares(4, 1, 7, 3);
    std::sort(shares.rbegin(), shares.rend());
    for (std::size_t k = 0; k < 4; ++k)
    {
        EXPECT_NEAR(shares[k], 12.0 / 25 / static_cast<double>(k + 1), 1e-15);
    }
    EXPECT_EQ(ExpertShares(8, 1, 7, 3), ExpertShares(8, 1, 7, 3));
    EXPECT_NE(ExpertShares(8, 1, 7, 3), ExpertShares(8, 1, 7, 4));
    EXPECT_NE(ExpertShares(8, 1, 7, 3), ExpertShares(8, 1, 8, 3));
}

TEST(ExpertLoad, TokensAddUpWhateverTheSkew)
{
    for (const std::int64_t tokens : {0, 1, 63, 4096})
    {
        const std::vector<std::int64_t> perRank =
            TokensPerRank(tokens, ExpertShares(64, 1.5, 3, 0), 16);
        EXPECT_EQ(std::accumulate(perRank.begin(), perRank.end(), std::int64_t{0}), tokens);
        EXPECT_GE(*std::min_element(perRank.begin(), perRank.end()), 0);
    }
}

} // namespace
} // namespace echelon
