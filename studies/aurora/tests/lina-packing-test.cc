// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Lina's packing on layers small enough to check by hand.
 */
#include "lina-packing.h"

#include "base/contracts.h"
#include "support/expert-ring.h"

#include <array>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

TEST(LinaPacking, HottestWithColdest)
{
    // Received: 9, 5, 1, 3, so hot to cold 0 1 3 2: pairs {0, 2} and {1, 3}.
    // Ring: 0→1 5, 1→2 1, 2→3 3, 3→0 9: all between the pairs: {0,2} sends 5 + 3, {1,3} 1 + 9.
    const PackedLayer packed = PackLina(Ring({5, 1, 3, 9}));
    ASSERT_EQ(packed.pairs.size(), 2U);
    EXPECT_EQ(packed.pairs[0], (std::array<std::uint32_t, 2>{0, 2}));
    EXPECT_EQ(packed.pairs[1], (std::array<std::uint32_t, 2>{1, 3}));
    EXPECT_EQ(packed.layer.dispatch.At(0, 1), 8);
    EXPECT_EQ(packed.layer.dispatch.At(1, 0), 10);
    EXPECT_EQ(packed.layer.gate[0], Time::FromSeconds(2));
    EXPECT_EQ(packed.layer.feedForward[1], Time::FromSeconds(1 + 3));
    EXPECT_EQ(packed.layer.aggregation[1], Time::FromSeconds(4));
    EXPECT_THROW(PackLina(Ring({1, 2, 3})), ContractViolation);
}

TEST(LinaPacking, WhatAPairExchangesStaysInside)
{
    // Received 9, 0: one pair, and nothing is left to send.
    const PackedLayer packed = PackLina(Ring({0, 9}));
    EXPECT_EQ(packed.layer.dispatch.Total(), 0);
}

TEST(LinaPacking, EverySecondGpu)
{
    const GpuCluster half = HalfOf({{4, 3, 2, 1, 5}, {8, 7, 6, 5, 9}}, 1);
    EXPECT_EQ(half.rate, (std::vector<BitRate>{3, 1}));
    EXPECT_EQ(half.speed, (std::vector<double>{7, 5}));
}

} // namespace
} // namespace echelon
