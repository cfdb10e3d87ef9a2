// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/rack-aware.h"

#include "alltoall/rack-aware-slots.h"
#include "matching/bipartite-edge-colouring.h"
#include "support/plan-checker.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <utility>

namespace echelon
{
namespace
{

using ::testing::IsEmpty;

/// Ports of 8 Gb/s: a byte takes a nanosecond.
constexpr BitRate PORT = 8e9;

PlanningFabric
Racks(std::uint32_t racks, std::uint32_t perRack, std::uint32_t spines, BitRate uplinkRate)
{
    PlanningFabric fabric =
        PlanningFabric::BigSwitch(std::vector<BitRate>(std::size_t{racks} * perRack, PORT));
    for (std::uint32_t i = 0; i < fabric.Ranks(); ++i)
    {
        fabric.rack[i] = i / perRack;
    }
    fabric.spines = spines;
    fabric.uplinkRate.assign(fabric.Ranks(), uplinkRate);
    return fabric;
}

TrafficMatrix
Uniform(std::uint32_t n, Bytes bytes)
{
    TrafficMatrix traffic(n);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            traffic.Set(i, j, bytes);
        }
    }
    return traffic;
}

/// Stage after stage, each as long as its longest pair at port rate; nanoseconds.
Bytes
SynchronousTime(const TransmissionPlan& plan)
{
    Bytes time = 0;
    for (const Stage& stage : plan.stages)
    {
        std::vector<Bytes> sent(plan.ranks, 0);
        for (const Transmission& t : stage.transmissions)
        {
            sent[t.source] += t.bytes;
        }
        time += *std::max_element(sent.begin(), sent.end());
    }
    return time;
}

TransmissionPlan
Checked(const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    TransmissionPlan plan = PlanRackAware(traffic, fabric, {});
    EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
    return plan;
}

TEST(BipartiteEdgeColouring, NeedsNoMoreColoursThanEdgesAtANode)
{
    // A cycle of four edges 0-0-1-1 and two parallel edges 2-2: two edges at every node.
    BipartiteEdgeColouring colouring(3, 3, 2);
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> edges{{0, 0},
                                                                     {1, 1},
                                                                     {0, 1},
                                                                     {2, 2},
                                                                     {1, 0},
                                                                     {2, 2}};
    const std::vector<std::uint32_t> colour = colouring.Colour(edges);
    std::set<std::pair<std::uint32_t, std::uint32_t>> left;
    std::set<std::pair<std::uint32_t, std::uint32_t>> right;
    for (std::size_t e = 0; e < edges.size(); ++e)
    {
        EXPECT_LT(colour[e], 2U);
        EXPECT_TRUE(left.emplace(edges[e].first, colour[e]).second);
        EXPECT_TRUE(right.emplace(edges[e].second, colour[e]).second);
    }
}

TEST(BipartiteEdgeColouring, ExchangesColoursAlongAPath)
{
    // A cycle of six edges, every second one first: in two colours they alternate.
    BipartiteEdgeColouring colouring(3, 3, 2);
    const std::vector<std::uint32_t> colour =
        colouring.Colour({{0, 0}, {1, 1}, {2, 2}, {0, 1}, {1, 2}, {2, 0}});
    EXPECT_EQ(colour[0], colour[1]);
    EXPECT_EQ(colour[1], colour[2]);
    EXPECT_EQ(colour[3], colour[4]);
    EXPECT_EQ(colour[4], colour[5]);
    EXPECT_NE(colour[0], colour[3]);

    // The cycle 0-0-1-1-2-2-0 again, as left-right edges 00 10 11 21 22 02, first as a path of
    // three (colours 0, 1, 0) and a single edge (colour 0): closing it needs no third colour.
    const std::vector<std::uint32_t> path =
        colouring.Colour({{0, 0}, {1, 0}, {1, 1}, {2, 2}, {0, 2}, {2, 1}});
    EXPECT_NE(path[0], path[1]);
    EXPECT_NE(path[1], path[2]);
    EXPECT_NE(path[2], path[5]);
    EXPECT_NE(path[5], path[3]);
    EXPECT_NE(path[3], path[4]);

    // Nothing of it is left: as from a new one.
    EXPECT_EQ(colouring.Colour({{2, 1}, {0, 0}}), (std::vector<std::uint32_t>{0, 0}));
}

TEST(UplinkSlots, AreWholePortRates)
{
    // 4 ports of 8 Gb/s, 2 uplinks of 8 Gb/s: 2 transmissions, each over a spine of its own.
    const UplinkSlots two = ChooseUplinkSlots(Uniform(8, 1), Racks(2, 4, 2, PORT));
    EXPECT_EQ(two.perRack, 2U);
    EXPECT_EQ(two.parts, 1U);
    EXPECT_EQ(two.slotsPerSpine, 1U);
    EXPECT_DOUBLE_EQ(two.rate, PORT);
    // 4 uplinks of 4 Gb/s: 2 transmissions, each over two spines.
    const UplinkSlots halves = ChooseUplinkSlots(Uniform(8, 1), Racks(2, 4, 4, PORT / 2));
    EXPECT_EQ(halves.perRack, 2U);
    EXPECT_EQ(halves.parts, 2U);
    EXPECT_EQ(halves.slotsPerSpine, 1U);
    // 2 uplinks of 12 Gb/s are 3 ports: halves of 4 Gb/s, 3 of them on each spine.
    const UplinkSlots three = ChooseUplinkSlots(Uniform(8, 1), Racks(2, 4, 2, 1.5 * PORT));
    EXPECT_EQ(three.perRack, 3U);
    EXPECT_EQ(three.parts, 2U);
    EXPECT_EQ(three.slotsPerSpine, 3U);
}

TEST(UplinkSlots, ShareUplinksThatAreNoMultipleOfAPort)
{
    // Uplinks of 1.5 ports, 2 racks of 4, 1 byte per pair: 16 bytes leave each rack. One slot at
    // port rate: 16 ns. Two at 3/4 of it: uplinks 16 × 4/3 / 2 = 10.7 ns, ports 3 + 4 × 4/3 = 8.3.
    const UplinkSlots slots = ChooseUplinkSlots(Uniform(8, 3), Racks(2, 4, 1, 1.5 * PORT));
    EXPECT_EQ(slots.perRack, 2U);
    EXPECT_DOUBLE_EQ(slots.rate, 0.75 * PORT);
    // One pair alone: 1 ns at port rate, 4/3 ns at 3/4 of it.
    TrafficMatrix one(8);
    one.Set(0, 4, 3);
    const UplinkSlots alone = ChooseUplinkSlots(one, Racks(2, 4, 1, 1.5 * PORT));
    EXPECT_EQ(alone.perRack, 1U);
    EXPECT_DOUBLE_EQ(alone.rate, PORT);
}

TEST(UplinkSlots, AreNoMoreThanARackHasRanks)
{
    // 4 ports of 8 Gb/s below uplinks of 8 ports each, of a billion, of more than 2^32: 4
    // transmissions at port rate, any of them over either spine.
    for (const double ports : {8.0, 1e9, 1e18})
    {
        const UplinkSlots slots = ChooseUplinkSlots(Uniform(8, 1), Racks(2, 4, 2, ports * PORT));
        EXPECT_EQ(slots.perRack, 4U);
        EXPECT_EQ(slots.parts, 1U);
        EXPECT_EQ(slots.slotsPerSpine, 4U);
        EXPECT_DOUBLE_EQ(slots.rate, PORT);
    }
    // 3.5 ports block four: 3 transmissions at port rate, whose ports take 7 × 7 ns; four at 7/8 of
    // it would take them 3 × 7 + 4 × 8.
    EXPECT_EQ(ChooseUplinkSlots(Uniform(8, 7), Racks(2, 4, 1, 3.5 * PORT)).perRack, 3U);
    // A rack of four among racks of one is still the largest.
    PlanningFabric uneven = Racks(2, 4, 2, 2 * PORT);
    uneven.rack = {0, 0, 0, 0, 1, 2, 3, 4};
    EXPECT_EQ(ChooseUplinkSlots(Uniform(8, 1), uneven).perRack, 4U);
}

TEST(UplinkSlots, KeepTheTimesOfARackWithin64Bits)
{
    // 2000 senders to one receiver, together as many bytes as a matrix may hold. A rack of 2000
    // slots for as long as that port is busy: 2000 × 4 × 10^18 / 2000 at most, and a unit a pair.
    constexpr std::uint32_t RANKS = 2000;
    TrafficMatrix traffic(RANKS);
    for (std::uint32_t i = 1; i < RANKS; ++i)
    {
        traffic.Set(i, 0, TrafficMatrix::MAX_BYTES / RANKS);
    }
    const std::vector<std::int64_t> time = PortTimes(traffic, Racks(1, RANKS, 1, PORT), {});
    double busy = 0;
    for (const std::int64_t pair : time)
    {
        busy += static_cast<double>(pair);
    }
    EXPECT_LE(RANKS * busy, 4.01e18);
    EXPECT_GE(RANKS * busy, 3.9e18);
}

TEST(RackAware, UniformTrafficTakesTheUplinksTime)
{
    // 4 racks of 4 on uplinks of 2 ports, 100 bytes per pair. A rack sends 4 × 12 × 100 bytes to
    // others at 2 bytes/ns: 2400 ns. A port is busy for 1500 ns; its 300 ns inside the rack fit.
    const PlanningFabric fabric = Racks(4, 4, 2, PORT);
    const TransmissionPlan plan = Checked(Uniform(16, 100), fabric);
    EXPECT_EQ(SynchronousTime(plan), 2400);
}

TEST(RackAware, OnRacksThatDoNotBlockItIsABirkhoffDecomposition)
{
    // 15 receivers × 100 bytes.
    const TransmissionPlan plan = Checked(Uniform(16, 100), Racks(4, 4, 4, PORT));
    EXPECT_EQ(SynchronousTime(plan), 1500);
    EXPECT_EQ(plan.stages.size(), 15U);
}

TEST(RackAware, EveryTransmissionBetweenRacksHasASpine)
{
    const PlanningFabric fabric = Racks(3, 4, 4, PORT / 2);
    const TransmissionPlan plan = Checked(Uniform(12, 1001), fabric);
    for (const Stage& stage : plan.stages)
    {
        std::set<std::pair<std::uint32_t, std::uint32_t>> out;
        std::set<std::pair<std::uint32_t, std::uint32_t>> in;
        for (const Transmission& t : stage.transmissions)
        {
            const bool crosses = fabric.rack[t.source] != fabric.rack[t.destination];
            EXPECT_EQ(t.spine.has_value(), crosses);
            if (crosses)
            {
                EXPECT_TRUE(out.emplace(fabric.rack[t.source], *t.spine).second);
                EXPECT_TRUE(in.emplace(fabric.rack[t.destination], *t.spine).second);
            }
        }
    }
}

TEST(RackAware, FiveConflictsInACycleCannotReachTheBound)
{
    // Rank 0 and 1 are rack R, 2 and 3 rack S, 4 and 5 rack V, 6 and 7 rack U; uplinks of one port.
    //   a: 0 → 2 leaves R, enters S         b: 4 → 3 leaves V, enters S     (a, b: into S)
    //   c: 5 → 0 leaves V, enters R         (b, c: out of V)
    //   d: 6 → 1 leaves U, enters R         (c, d: into R)
    //   e: 0 → 1 inside R                   (d, e: port 1 receives; e, a: port 0 sends)
    // Every port, rack and uplink has at most 2 units: the bound is 2. No two neighbours of the
    // cycle a b c d e go together, so at most two of five at a time: no plan at port rate ends
    // before 5 / 2, and two and a half are enough.
    constexpr Bytes UNIT = 1000;
    TrafficMatrix traffic(8);
    traffic.Set(0, 2, UNIT);
    traffic.Set(4, 3, UNIT);
    traffic.Set(5, 0, UNIT);
    traffic.Set(6, 1, UNIT);
    traffic.Set(0, 1, UNIT);
    const PlanningFabric fabric = Racks(4, 2, 1, PORT);
    EXPECT_DOUBLE_EQ(LowerBound(traffic, fabric), 2e-6);
    const Bytes time = SynchronousTime(Checked(traffic, fabric));
    EXPECT_GE(time, 5 * UNIT / 2);
    EXPECT_LE(time, 3 * UNIT);
}

TEST(RackAware, BytesInsideServersGoWithTheFirstStage)
{
    PlanningFabric fabric = Racks(2, 4, 1, 2 * PORT);
    fabric.server = {0, 0, 1, 1, 2, 2, 3, 3};
    fabric.scaleUpRate = 10 * PORT;
    const TrafficMatrix traffic = Uniform(8, 100);
    const TransmissionPlan plan = Checked(traffic, fabric);
    const auto& first = plan.stages.front().transmissions;
    EXPECT_EQ(std::count_if(first.begin(),
                            first.end(),
                            [&](const Transmission& t) {
                                return fabric.SameServer(t.source, t.destination);
                            }),
              8);
}

TEST(RackAware, RacksAreAnyNumbers)
{
    // Racks 0 and 2 of a fabric, one rank each; and the last four of a thousand racks.
    PlanningFabric two = Racks(2, 1, 2, PORT / 4);
    two.rack = {0, 2};
    EXPECT_EQ(SynchronousTime(Checked(Uniform(2, 1000), two)), 1000);
    PlanningFabric far = Racks(4, 4, 2, PORT);
    for (std::uint32_t& rack : far.rack)
    {
        rack = 999 - 7 * rack;
    }
    EXPECT_EQ(SynchronousTime(Checked(Uniform(16, 100), far)), 2400);
}

TEST(RackAware, FastUplinksAndTheMostBytesAMatrixHolds)
{
    // Uplinks of a billion ports: nothing blocks, 7 receivers × 100 bytes.
    EXPECT_EQ(SynchronousTime(Checked(Uniform(8, 100), Racks(2, 4, 2, 1e9 * PORT))), 700);
    // 16 × 15 pairs of equal bytes, nearly 4 × 10^18 together, on blocking and on sparse racks.
    constexpr Bytes PAIR = TrafficMatrix::MAX_BYTES / (16 * 16);
    const TrafficMatrix most = Uniform(16, PAIR);
    PlanningFabric fabric = Racks(2, 8, 2, PORT);
    Checked(most, fabric);
    fabric.portRate.assign(16, 1);
    fabric.portRate[3] = PORT;
    Checked(most, fabric);
    // All of it between two ranks of a rack, beside little that leaves.
    TrafficMatrix inside = Uniform(16, 1);
    inside.Set(0, 1, TrafficMatrix::MAX_BYTES / 2);
    Checked(inside, Racks(2, 8, 2, PORT));
}

TEST(RackAware, UnequalPortsAndNoTraffic)
{
    PlanningFabric fabric = Racks(2, 2, 1, PORT);
    fabric.portRate = {PORT, PORT / 2, PORT / 3, PORT};
    Checked(Uniform(4, 1001), fabric);
    EXPECT_THAT(Checked(TrafficMatrix(4), fabric).stages, IsEmpty());
    Checked(TrafficMatrix(1), Racks(1, 1, 1, PORT));
}

} // namespace
} // namespace echelon
