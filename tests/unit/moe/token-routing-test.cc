// SPDX-License-Identifier: GPL-2.0-only
#include "moe/token-routing.h"

#include "base/contracts.h"

#include <gtest/gtest.h>
#include <numeric>

namespace echelon
{
namespace
{

using Tokens = std::vector<std::int64_t>;

TrafficMatrix
Matrix(std::uint32_t gpus, const std::vector<Bytes>& rows)
{
    TrafficMatrix matrix(gpus);
    for (std::uint32_t k = 0; k < rows.size(); ++k)
    {
        matrix.Set(k / gpus, k % gpus, rows[k]);
    }
    return matrix;
}

/// Four experts, two to a GPU: {0, 1} on GPU 0, {2, 3} on GPU 1. Three tokens,
/// top-2: token 0 -> 0, 1;  token 1 -> 2, 3;  token 2 -> 0, 2.
class TwoGpus : public ::testing::Test
{
  protected:
    const TokenRouting m_routing{4, 2, {0, 1, 2, 3, 0, 2}};
    const TokenLayout m_layout{2, {0, 0, 1}, InRuns(4, 2)};
};

// From GPU 0: both copies of token 1, 20 bytes. From GPU 1: one copy of
// token 2.
TEST_F(TwoGpus, EveryCopyTravels)
{
    const RoutedTraffic routed = RouteTokens(m_routing, m_layout, 10, false);
    EXPECT_EQ(routed.dispatch, Matrix(2, {0, 20, 10, 0}));
    EXPECT_EQ(routed.tokensOfExpert, (Tokens{2, 1, 2, 1}));
    EXPECT_EQ(routed.tokensOnGpu, (Tokens{3, 3}));
}

// Token 1 goes to GPU 1 once; both experts compute it all the same.
TEST_F(TwoGpus, DeduplicatedCopiesTravelOnce)
{
    const RoutedTraffic routed = RouteTokens(m_routing, m_layout, 10, true);
    EXPECT_EQ(routed.dispatch, Matrix(2, {0, 10, 10, 0}));
    EXPECT_EQ(routed.tokensOfExpert, (Tokens{2, 1, 2, 1}));
    EXPECT_EQ(routed.tokensOnGpu, (Tokens{3, 3}));
}

TEST_F(TwoGpus, MoreBytesThanCanBeCountedAreRefused)
{
    EXPECT_THROW(RouteTokens(m_routing, m_layout, TrafficMatrix::MAX_BYTES / 5, false),
                 ContractViolation);
    EXPECT_THROW(RouteTokens(m_routing, m_layout, 0, false), ContractViolation);
}

TEST(TokenLayout, RunsTurnsAndSamples)
{
    EXPECT_EQ(InRuns(8, 4), (std::vector<std::uint32_t>{0, 0, 1, 1, 2, 2, 3, 3}));
    // floor(i * 3 / 4) and floor(i * 4 / 3): fewer experts than GPUs leave some
    // without.
    EXPECT_EQ(InRuns(4, 3), (std::vector<std::uint32_t>{0, 0, 1, 2}));
    EXPECT_EQ(InRuns(3, 4), (std::vector<std::uint32_t>{0, 1, 2}));
    EXPECT_EQ(InTurn(5, 2), (std::vector<std::uint32_t>{0, 1, 0, 1, 0}));
    EXPECT_EQ(SamplesInTurn({2, 1, 0, 2}, 2), (std::vector<std::uint32_t>{0, 0, 1, 1, 1}));
}

// Loads 5, 0, 4 on three GPUs. Copies 0-4 of expert 0 start on 0 1 2 0 1,
// copies 5-8 of expert 2 on 2 0 1 2: GPU 0 keeps two and sends one to GPU 2,
// GPU 1 sends two and one, GPU 2 sends one.
TEST(RouteLoads, CopiesAreDealtInTurn)
{
    const RoutedTraffic routed = RouteLoads({5, 0, 4}, 3, InRuns(3, 3), 7);
    EXPECT_EQ(routed.dispatch, Matrix(3, {0, 0, 7, 14, 0, 7, 7, 0, 0}));
    EXPECT_EQ(routed.tokensOnGpu, (Tokens{5, 0, 4}));
}

// The same as dealing every copy by hand.
TEST(RouteLoads, EqualsRoutingOfDealtTokens)
{
    const std::vector<std::int64_t> loads{17, 3, 0, 40, 5, 5, 1, 12};
    TokenRouting routing{8, 1, {}};
    for (std::uint32_t expert = 0; expert < 8; ++expert)
    {
        routing.chosen.insert(routing.chosen.end(),
                              static_cast<std::size_t>(loads[expert]),
                              expert);
    }
    for (const std::uint32_t gpus : {1U, 2U, 3U, 5U, 8U})
    {
        const TokenLayout layout{gpus, InTurn(routing.Tokens(), gpus), InRuns(8, gpus)};
        const RoutedTraffic dealt = RouteTokens(routing, layout, 3, false);
        const RoutedTraffic routed = RouteLoads(loads, gpus, layout.gpuOfExpert, 3);
        EXPECT_EQ(routed.dispatch, dealt.dispatch);
        EXPECT_EQ(routed.tokensOfExpert, dealt.tokensOfExpert);
        EXPECT_EQ(routed.tokensOnGpu, dealt.tokensOnGpu);
    }
}

} // namespace
} // namespace echelon
