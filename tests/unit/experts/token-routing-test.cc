// SPDX-License-Identifier: GPL-2.0-only
#include "experts/token-routing.h"

#include "base/contracts.h"
#include "base/random.h"

#include <gtest/gtest.h>
#include <numeric>
#include <set>

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
    const RoutedTraffic routed = RouteTokens(m_routing, m_layout, 10, {});
    EXPECT_EQ(routed.dispatch, Matrix(2, {0, 20, 10, 0}));
    EXPECT_EQ(routed.tokensOfExpert, (Tokens{2, 1, 2, 1}));
    EXPECT_EQ(routed.tokensOnGpu, (Tokens{3, 3}));
}

// Token 1 goes to GPU 1 once; both experts compute it all the same.
TEST_F(TwoGpus, DeduplicatedCopiesTravelOnce)
{
    const RoutedTraffic routed = RouteTokens(m_routing, m_layout, 10, 1);
    EXPECT_EQ(routed.dispatch, Matrix(2, {0, 10, 10, 0}));
    EXPECT_EQ(routed.tokensOfExpert, (Tokens{2, 1, 2, 1}));
    EXPECT_EQ(routed.tokensOnGpu, (Tokens{3, 3}));
}

// Two hosts of two GPUs, an expert on each. GPU 0 -> experts 2, 3: one copy to host 1, taken by GPU
// 2, which has GPU 0's place, and forwarded to GPU 3. GPU 1 -> experts 0, 1: the host's own GPU 0
// gets a copy over the scale-up switch. GPU 2 -> 1, 0: GPU 0 takes it and forwards it to GPU 1. GPU
// 3 -> 0, 2: GPU 1, in its place at host 0, takes it for GPU 0; GPU 2 gets one inside.
TEST(RouteTokens, DeduplicationSendsOnceToEachHost)
{
    const TokenRouting routing{4, 2, {2, 3, 0, 1, 1, 0, 0, 2}};
    const TokenLayout layout{4, {0, 1, 2, 3}, InRuns(4, 4)};
    const RoutedTraffic routed = RouteTokens(routing, layout, 10, 2);
    EXPECT_EQ(routed.dispatch,
              Matrix(4, {0, 10, 10, 0, /**/ 20, 0, 0, 0, /**/ 10, 0, 0, 10, /**/ 0, 10, 10, 0}));
    EXPECT_EQ(routed.tokensOnGpu, (Tokens{3, 2, 2, 1}));
    // Hosts of one GPU: a copy to every GPU that needs one.
    EXPECT_EQ(RouteTokens(routing, layout, 10, 1).dispatch,
              Matrix(4, {0, 0, 10, 10, /**/ 10, 0, 0, 0, /**/ 10, 10, 0, 0, /**/ 10, 0, 10, 0}));
    // One host: what crosses between GPUs is the same as with a host each.
    EXPECT_EQ(RouteTokens(routing, layout, 10, 4).dispatch,
              RouteTokens(routing, layout, 10, 1).dispatch);
}

// Hosts of four of which six GPUs take part: host 1 has GPUs 4 and 5. GPU 3 has place 3, modulo 2
// that is GPU 5, which forwards to GPU 4.
TEST(RouteTokens, DeduplicationInAHostThatTakesPartWithFewerGpus)
{
    const RoutedTraffic routed = RouteTokens({6, 1, {4}}, {6, {3}, InRuns(6, 6)}, 10, 4);
    EXPECT_EQ(routed.dispatch.At(3, 5), 10);
    EXPECT_EQ(routed.dispatch.At(5, 4), 10);
    EXPECT_EQ(routed.dispatch.Total(), 20);
}

// However tokens are routed, as many copies enter a host as tokens from outside need it.
TEST(RouteTokens, AsManyCopiesEnterAHostAsTokensNeedIt)
{
    constexpr std::uint32_t GPUS = 12;
    constexpr std::uint32_t PER_HOST = 4;
    RandomStream random(5, "routing");
    TokenRouting routing{24, 3, {}};
    TokenLayout layout{GPUS, {}, InRuns(24, GPUS)};
    std::vector<Bytes> entering(GPUS / PER_HOST, 0);
    for (int token = 0; token < 200; ++token)
    {
        layout.gpuOfToken.push_back(static_cast<std::uint32_t>(random.Below(GPUS)));
        std::set<std::uint32_t> experts;
        while (experts.size() < 3)
        {
            experts.insert(static_cast<std::uint32_t>(random.Below(24)));
        }
        std::set<std::uint32_t> hosts;
        for (const std::uint32_t expert : experts)
        {
            routing.chosen.push_back(expert);
            hosts.insert(layout.gpuOfExpert[expert] / PER_HOST);
        }
        hosts.erase(layout.gpuOfToken.back() / PER_HOST);
        for (const std::uint32_t host : hosts)
        {
            entering[host] += 10;
        }
    }
    const RoutedTraffic routed = RouteTokens(routing, layout, 10, PER_HOST);
    std::vector<Bytes> found(GPUS / PER_HOST, 0);
    for (std::uint32_t i = 0; i < GPUS; ++i)
    {
        for (std::uint32_t j = 0; j < GPUS; ++j)
        {
            found[j / PER_HOST] += i / PER_HOST != j / PER_HOST ? routed.dispatch.At(i, j) : 0;
        }
    }
    EXPECT_EQ(found, entering);
}

TEST_F(TwoGpus, MoreBytesThanCanBeCountedAreRefused)
{
    EXPECT_THROW(RouteTokens(m_routing, m_layout, TrafficMatrix::MAX_BYTES / 5, {}),
                 ContractViolation);
    EXPECT_THROW(RouteTokens(m_routing, m_layout, 0, {}), ContractViolation);
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
        const RoutedTraffic dealt = RouteTokens(routing, layout, 3, {});
        const RoutedTraffic routed = RouteLoads(loads, gpus, layout.gpuOfExpert, 3);
        EXPECT_EQ(routed.dispatch, dealt.dispatch);
        EXPECT_EQ(routed.tokensOfExpert, dealt.tokensOfExpert);
        EXPECT_EQ(routed.tokensOnGpu, dealt.tokensOnGpu);
    }
}

} // namespace
} // namespace echelon
