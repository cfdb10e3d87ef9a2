// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What two models attain on shared ports, against hand-derived instances and the timeline's bound.
 *
 * Times in seconds: a port of 8 b/s moves one byte per second.
 */
#include "support/priority-run.h"

#include "experts/colocation.h"
#include "experts/expert-placement.h"
#include "experts/traffic-generator.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

Time
Seconds(double seconds)
{
    return Time::FromSeconds(seconds);
}

MoeLayer
WithoutComputations(const TrafficMatrix& dispatch)
{
    const std::vector<Time> nothing(dispatch.Size());
    return {dispatch, nothing, nothing, nothing};
}

GpuCluster
Alike(std::uint32_t gpus, BitRate rate)
{
    return {std::vector<BitRate>(gpus, rate), std::vector<double>(gpus, 1.0)};
}

/// 100, 80, 50 and 40 Gb/s, and speeds in proportion.
GpuCluster
FourKinds(std::uint32_t n)
{
    GpuCluster cluster;
    for (std::uint32_t gpu = 0; gpu < n; ++gpu)
    {
        const double gigabits[] = {100, 80, 50, 40};
        cluster.rate.push_back(1e9 * gigabits[gpu * 4 / n]);
        cluster.speed.push_back(gigabits[gpu * 4 / n] / 100);
    }
    return cluster;
}

TEST(PriorityRun, TwoAllToAllsNeedMoreThanTheirBusiestPort)
{
    // Nᵃ: 1 → 2 and 2 → 1, 6 bytes each. Nᵇ: 0 → 1 and 0 → 2, 6 bytes each. |Nᵃ| = 6 and
    // |Nᵃ + Nᵇ| = 12 at GPU 0's egress and at both ingress ports. But if Nᵃ ends at 6, both
    // receivers are taken until then, and GPU 0 still has its 12 to send: Nᵇ ends at 18. It can end
    // at 12 only if Nᵃ does too: the two sums of Table 2 cannot both be had.
    // Attained: Nᵃ 0–6; Nᵇ 6–18 at half a byte per second to either receiver, and Cᵃ 6–18 on what
    // that leaves of their ports; Cᵇ, 12 bytes into GPU 0, 18–30.
    // The timeline: Cᵇ from 12, 24.
    TrafficMatrix na(3);
    na.Set(1, 2, 6);
    na.Set(2, 1, 6);
    TrafficMatrix nb(3);
    nb.Set(0, 1, 6);
    nb.Set(0, 2, 6);
    const MoeLayer a = WithoutComputations(na);
    const MoeLayer b = WithoutComputations(nb);
    const Colocation inOrder{PlaceInOrder(3), PlaceInOrder(3)};
    const Timeline bound = ColocatedTimeline({a}, {b}, Alike(3, 8), {inOrder}, {});
    EXPECT_EQ(bound.layers[0].models[0].dispatch.span.end, Seconds(6));
    EXPECT_EQ(bound.layers[0].models[1].dispatch.span.end, Seconds(12));
    EXPECT_EQ(bound.total, Seconds(24));
    EXPECT_EQ(PriorityRunTime(a, b, Alike(3, 8), inOrder, {}), Seconds(30));
}

TEST(PriorityRun, EntriesShorterThanTheClockCanTellEnd)
{
    // Gates of 1, 10 and 10⁶ s, then few bytes at 1 Tb/s: one byte takes 8 ps, and doubles around
    // 10⁶ are 116 ps apart. Nᵃ and Cᵃ take 7 bytes at their busiest port, those of b as many: at
    // most 28 bytes' time in all, 224 ps, and at each of 12 endings what 1e-12 of the time is.
    for (const double seconds : {1.0, 10.0, 1e6})
    {
        TrafficMatrix dispatch(3);
        dispatch.Set(0, 1, 1);
        dispatch.Set(1, 2, 3);
        dispatch.Set(2, 0, 7);
        MoeLayer layer = WithoutComputations(dispatch);
        layer.gate.assign(3, Seconds(seconds));
        const Colocation colocation{PlaceInOrder(3), PlaceInOrder(3)};
        const GpuCluster cluster = Alike(3, 1e12);
        const double run = PriorityRunTime(layer, layer, cluster, colocation, {}).Seconds();
        EXPECT_GE(run, 2 * seconds);
        EXPECT_LE(run, 2 * seconds * (1 + 12e-12) + 224e-12);
    }
}

TEST(PriorityRun, OneModelAttainsItsTimeline)
{
    // Theorem 4.2 in both phases, when all start together and one sender is heard at a time or
    // rates add up.
    for (std::uint64_t seed = 0; seed < 40; ++seed)
    {
        const auto n = static_cast<std::uint32_t>(2 + seed % 7);
        const MoeLayer layer = LimoeLikeLayer(LimoeModel::B32, 1, seed, n);
        const MoeLayer nothing = WithoutComputations(TrafficMatrix(n));
        const GpuCluster cluster = FourKinds(n);
        const Colocation colocation = ColocateAtRandom(n, seed);
        for (const RateReading reading : {RateReading::FLUID, RateReading::ONE_SENDER})
        {
            const TimelineOptions options{reading, AllToAllStart::TOGETHER};
            const Timeline t = ExclusiveTimeline({layer}, cluster, {colocation.first}, options);
            const Time run = PriorityRunTime(layer, nothing, cluster, colocation, options);
            EXPECT_NEAR(run.Seconds(), t.total.Seconds(), 1e-9 * t.total.Seconds());
        }
    }
}

TEST(PriorityRun, TheTimelineIsALowerBound)
{
    for (std::uint64_t seed = 0; seed < 40; ++seed)
    {
        const auto n = static_cast<std::uint32_t>(2 + seed % 7);
        const MoeLayer a = LimoeLikeLayer(LimoeModel::B32, 1, seed, n);
        const MoeLayer b = LimoeLikeLayer(LimoeModel::B16, 1, seed, n);
        const GpuCluster cluster = seed % 2 == 0 ? FourKinds(n) : Alike(n, 100e9);
        const Colocation colocation = ColocateAtRandom(n, seed);
        for (const RateReading reading : {RateReading::FLUID, RateReading::ONE_SENDER})
        {
            for (const auto start : {AllToAllStart::EACH_GPU, AllToAllStart::TOGETHER})
            {
                const TimelineOptions options{reading, start};
                const double bound = ColocatedSeconds(a, b, cluster, colocation, options);
                const Time run = PriorityRunTime(a, b, cluster, colocation, options);
                EXPECT_GE(run.Seconds(), bound * (1 - 1e-9));
            }
        }
    }
}

} // namespace
} // namespace echelon
