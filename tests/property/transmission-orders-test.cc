// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Every transmission order of the registry on random matrices: plans are right by the independent
 * checker, repeatable, and no faster than the bound; `aurora` reaches it.
 */
#include "alltoall/entry-durations.h"
#include "alltoall/order-registry.h"
#include "alltoall/plan-time.h"
#include "base/parameters.h"
#include "matching/birkhoff.h"
#include "support/plan-checker.h"
#include "support/random-traffic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

using ::testing::IsEmpty;

/// Of a makespan against its bound, relative: sums of a few thousand doubles, and picoseconds.
constexpr double NOISE = 1e-9;

constexpr BitRate PORT = 100e9; // 80 ps a byte

PlanningFabric
Switch(std::uint32_t ranks)
{
    return PlanningFabric::BigSwitch(std::vector<BitRate>(ranks, PORT));
}

/// 100, 80, 50 and 40 Gb/s in turn.
PlanningFabric
UnequalPorts(std::uint32_t ranks)
{
    constexpr std::array<BitRate, 4> RATES{100e9, 80e9, 50e9, 40e9};
    std::vector<BitRate> rates;
    for (std::uint32_t i = 0; i < ranks; ++i)
    {
        rates.push_back(RATES[i % RATES.size()]);
    }
    return PlanningFabric::BigSwitch(rates);
}

/// Scale-up nine times as fast as the network.
PlanningFabric
Servers(std::uint32_t servers, std::uint32_t perServer)
{
    PlanningFabric fabric = Switch(servers * perServer);
    for (std::uint32_t i = 0; i < fabric.Ranks(); ++i)
    {
        fabric.server[i] = i / perServer;
    }
    fabric.scaleUpRate = 9 * PORT;
    return fabric;
}

/// Each rack has up to two uplinks, of all or half of a port's rate. Racks are numbered from 0 or,
/// sparse, as they may be in a larger network.
PlanningFabric
Racks(std::uint32_t racks, std::uint32_t perRack, bool sparse, RandomStream& stream)
{
    PlanningFabric fabric = Switch(racks * perRack);
    for (std::uint32_t i = 0; i < fabric.Ranks(); ++i)
    {
        fabric.rack[i] = sparse ? 2 + 5 * (i / perRack) : i / perRack;
    }
    fabric.spines = static_cast<std::uint32_t>(1 + stream.Below(2));
    fabric.uplinkRate.assign(fabric.Ranks(), PORT / static_cast<double>(1 + stream.Below(2)));
    return fabric;
}

bool
SamePlan(const TransmissionPlan& a, const TransmissionPlan& b)
{
    const auto same = [](const Transmission& x, const Transmission& y) {
        return x.source == y.source && x.destination == y.destination && x.bytes == y.bytes &&
               x.target == y.target && x.spine == y.spine;
    };
    return a.rule == b.rule && std::equal(a.stages.begin(),
                                          a.stages.end(),
                                          b.stages.begin(),
                                          b.stages.end(),
                                          [&same](const Stage& x, const Stage& y) {
                                              return std::equal(x.transmissions.begin(),
                                                                x.transmissions.end(),
                                                                y.transmissions.begin(),
                                                                y.transmissions.end(),
                                                                same);
                                          });
}

/// Independent of the decomposition's header and of TimePlan: when each stage waits for the one
/// before, the bytes of the longest transmissions.
Bytes
BarrierTime(const TransmissionPlan& plan)
{
    Bytes sum = 0;
    for (const Stage& stage : plan.stages)
    {
        Bytes longest = 0;
        for (const Transmission& one : stage.transmissions)
        {
            longest = std::max(longest, one.bytes);
        }
        sum += longest;
    }
    return sum;
}

void
ExpectRight(const std::string& order, const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    const TransmissionPlan plan = MakePlan(order, traffic, fabric, {});
    ASSERT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
    ASSERT_EQ(plan.rule, OrderEntryOf(order).rule);
    ASSERT_TRUE(SamePlan(plan, MakePlan(order, traffic, fabric, {})));
    const PlanTiming timing = TimePlan(plan, fabric);
    // Relayed bytes may use the ports of other ranks of the server.
    PlanningFabric ports = fabric; // TimePlan sees no racks
    ports.spines = 0;
    ASSERT_GE(timing.makespan.Seconds(), LowerBound(traffic, ports, true) * (1 - NOISE) - 1e-12);
    if (plan.rule == StartRule::EXCLUSIVE)
    {
        ASSERT_LE(timing.fanIn, 1U);
    }
    for (const TransmissionSpan& span : timing.transmissions)
    {
        ASSERT_LE(span.start, span.end);
        ASSERT_LE(span.end, timing.makespan);
    }
}

TEST(TransmissionOrders, AllAreRightOnEveryShape)
{
    for (const OrderEntry& entry : OrderEntries())
    {
        RandomStream stream(1, "orders/" + entry.name);
        for (std::uint32_t k = 0; k < 280; ++k)
        {
            const TrafficShape shape = TRAFFIC_SHAPES[k % TRAFFIC_SHAPES.size()];
            const auto n = static_cast<std::uint32_t>(1 + stream.Below(16));
            SCOPED_TRACE(entry.name + ", matrix " + std::to_string(k));
            ExpectRight(entry.name, RandomTraffic(shape, n, stream), Switch(n));
            ExpectRight(entry.name, RandomTraffic(shape, n, stream), UnequalPorts(n));
            const auto servers = static_cast<std::uint32_t>(1 + stream.Below(4));
            const auto perServer = static_cast<std::uint32_t>(1 + stream.Below(4));
            ExpectRight(entry.name,
                        RandomTraffic(shape, servers * perServer, stream),
                        Servers(servers, perServer));
            for (const bool sparse : {false, true})
            {
                ExpectRight(entry.name,
                            RandomTraffic(shape, servers * perServer, stream),
                            Racks(servers, perServer, sparse, stream));
            }
            if (HasFatalFailure())
            {
                return;
            }
        }
    }
}

TEST(TransmissionOrders, EmptyAndSingleAreNothing)
{
    for (const OrderEntry& entry : OrderEntries())
    {
        for (const std::uint32_t n : {1U, 2U, 5U})
        {
            const TransmissionPlan plan = MakePlan(entry.name, TrafficMatrix(n), Switch(n), {});
            EXPECT_THAT(plan.stages, IsEmpty()) << entry.name;
            EXPECT_EQ(TimePlan(plan, Switch(n)).makespan, Time()) << entry.name;
        }
    }
}

TEST(TransmissionOrders, NearTheLargestMatrixNothingOverflows)
{
    TrafficMatrix traffic(3);
    traffic.Set(0, 1, TrafficMatrix::MAX_BYTES / 2);
    traffic.Set(0, 2, TrafficMatrix::MAX_BYTES / 4 + 1);
    traffic.Set(1, 0, TrafficMatrix::MAX_BYTES / 8 + 3);
    traffic.Set(2, 1, 7);
    for (const OrderEntry& entry : OrderEntries())
    {
        for (const PlanningFabric& fabric : {Switch(3), UnequalPorts(3)})
        {
            EXPECT_THAT(CheckPlan(MakePlan(entry.name, traffic, fabric, {}), traffic, fabric),
                        IsEmpty())
                << entry.name;
        }
    }
}

TEST(TransmissionOrders, UnknownOrdersAndGapsAreRefused)
{
    EXPECT_THROW(MakePlan("auror", TrafficMatrix(2), Switch(2), {}), ParameterError);
    for (const double gap : {-0.1, 1.0, std::nan("")})
    {
        EXPECT_THROW(MakePlan("aurora", TrafficMatrix(2), Switch(2), {1, gap}), ParameterError);
    }
}

/// The busiest port is never idle: `aurora` needs exactly its bytes, in whole bytes too.
TEST(TransmissionOrdersSlow, AuroraReachesTheBoundOnTenThousandMatrices)
{
    RandomStream stream(1, "aurora");
    for (std::uint32_t k = 0; k < 10'000; ++k)
    {
        SCOPED_TRACE("matrix " + std::to_string(k));
        const auto n = static_cast<std::uint32_t>(2 + k % 31);
        const TrafficShape shape = TRAFFIC_SHAPES[stream.Below(TRAFFIC_SHAPES.size())];
        const TrafficMatrix traffic = RandomTraffic(shape, n, stream);
        const PlanningFabric fabric = Switch(n);
        const TransmissionPlan plan = MakePlan("aurora", traffic, fabric, {});
        ASSERT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
        // The bound on stages of docs/algorithms/birkhoff.md.
        ASSERT_LE(static_cast<double>(plan.stages.size()),
                  std::pow(n, 2) +
                      std::pow(n + 1, 2) / 2 * std::log(std::max<Bytes>(traffic.BusiestPort(), 1)) +
                      1);
        ASSERT_LE(BarrierTime(plan), traffic.BusiestPort());
        const PlanTiming timing = TimePlan(plan, fabric);
        ASSERT_EQ(timing.makespan.Picoseconds(), 80 * traffic.BusiestPort());
        ASSERT_LE(timing.fanIn, 1U);
        const double bound = LowerBound(traffic, fabric);
        ASSERT_NEAR(timing.makespan.Seconds(), bound, NOISE * bound);
    }
}

TEST(TransmissionOrders, AuroraWithAGapStaysWithinIt)
{
    RandomStream stream(1, "aurora/gap");
    for (std::uint32_t k = 0; k < 200; ++k)
    {
        const auto n = static_cast<std::uint32_t>(2 + stream.Below(31));
        const TrafficMatrix traffic =
            RandomTraffic(TRAFFIC_SHAPES[k % TRAFFIC_SHAPES.size()], n, stream);
        const PlanningFabric fabric = Switch(n);
        for (const double gap : {0.01, 0.1})
        {
            const TransmissionPlan plan = MakePlan("aurora", traffic, fabric, {1, gap});
            ASSERT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
            ASSERT_LE(TimePlan(plan, fabric).makespan.Seconds(),
                      LowerBound(traffic, fabric) * (1 + gap) * (1 + NOISE));
        }
    }
}

/// Unequal ports: the bound of one sender per receiver, up to a byte per stage at the slowest port.
TEST(TransmissionOrders, AuroraReachesTheOneSenderBoundOfUnequalPorts)
{
    RandomStream stream(1, "aurora/unequal");
    for (std::uint32_t k = 0; k < 500; ++k)
    {
        SCOPED_TRACE("matrix " + std::to_string(k));
        const auto n = static_cast<std::uint32_t>(2 + stream.Below(31));
        const TrafficMatrix traffic =
            RandomTraffic(TRAFFIC_SHAPES[k % TRAFFIC_SHAPES.size()], n, stream);
        const PlanningFabric fabric = UnequalPorts(n);
        const TransmissionPlan plan = MakePlan("aurora", traffic, fabric, {});
        ASSERT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
        const double bound = OneSenderBound(traffic, fabric);
        const double makespan = TimePlan(plan, fabric).makespan.Seconds();
        const double byte = 8 / 40e9;
        ASSERT_GE(makespan, bound * (1 - NOISE));
        ASSERT_LE(makespan, bound * (1 + NOISE) + byte * static_cast<double>(plan.stages.size()));
        ASSERT_GE(bound, LowerBound(traffic, fabric) * (1 - NOISE));
    }
}

/// The paper's ratio, 1 + (B2 / B1)(M + M / N), of the bound with relays; a byte per rank and stage
/// is lost by splitting into whole bytes.
TEST(TransmissionOrders, FastKeepsItsRatio)
{
    RandomStream stream(1, "fast");
    for (std::uint32_t k = 0; k < 200; ++k)
    {
        SCOPED_TRACE("matrix " + std::to_string(k));
        const auto servers = static_cast<std::uint32_t>(2 + stream.Below(4));
        const auto perServer = static_cast<std::uint32_t>(1 + stream.Below(6));
        const PlanningFabric fabric = Servers(servers, perServer);
        TrafficMatrix traffic =
            RandomTraffic(TRAFFIC_SHAPES[k % TRAFFIC_SHAPES.size()], fabric.Ranks(), stream);
        for (std::uint32_t i = 0; i < fabric.Ranks(); ++i)
        {
            for (std::uint32_t j = 0; j < fabric.Ranks(); ++j)
            {
                if (fabric.SameServer(i, j))
                {
                    traffic.Set(i, j, 0);
                }
            }
        }
        const TransmissionPlan plan = MakePlan("fast", traffic, fabric, {});
        const double ratio = 1 + perServer * (1 + 1.0 / servers) * PORT / fabric.scaleUpRate;
        const double rounding =
            8 / PORT * static_cast<double>(plan.stages.size() + servers) * perServer;
        EXPECT_LE(TimePlan(plan, fabric).makespan.Seconds(),
                  LowerBound(traffic, fabric, true) * ratio + rounding);
    }
}

TEST(TransmissionOrders, FastNeedsWholeServers)
{
    PlanningFabric fabric = Switch(3);
    fabric.server = {0, 0, 1};
    fabric.scaleUpRate = 9 * PORT;
    EXPECT_THROW(MakePlan("fast", TrafficMatrix(3), fabric, {}), ParameterError);
}

/// With one rank per server, FAST is the matchings of `aurora` by ascending size.
TEST(TransmissionOrders, FastOfSingleRanksReachesTheBound)
{
    RandomStream stream(1, "fast/single");
    for (std::uint32_t k = 0; k < 100; ++k)
    {
        const auto n = static_cast<std::uint32_t>(2 + stream.Below(15));
        const TrafficMatrix traffic =
            RandomTraffic(TRAFFIC_SHAPES[k % TRAFFIC_SHAPES.size()], n, stream);
        const TransmissionPlan plan = MakePlan("fast", traffic, Switch(n), {});
        EXPECT_EQ(TimePlan(plan, Switch(n)).makespan.Picoseconds(), 80 * traffic.BusiestPort());
    }
}

} // namespace
} // namespace echelon
