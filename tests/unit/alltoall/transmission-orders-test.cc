// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Transmission orders on systems small enough to work out by hand.
 */
#include "alltoall/order-registry.h"
#include "alltoall/plan-time.h"
#include "base/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace echelon
{
namespace
{

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// At 8 Gb/s a byte takes 1 ns.
constexpr BitRate PORT = 8e9;

PlanningFabric
Switch(std::uint32_t ranks)
{
    return PlanningFabric::BigSwitch(std::vector<BitRate>(ranks, PORT));
}

Time
Nanoseconds(std::int64_t ns)
{
    return Time::FromPicoseconds(1000 * ns);
}

/// "0>1:50" or, relayed, "0>1:50/3", in the stage's order.
std::vector<std::string>
Hops(const Stage& stage)
{
    std::vector<std::string> hops;
    for (const Transmission& one : stage.transmissions)
    {
        hops.push_back(std::to_string(one.source) + ">" + std::to_string(one.destination) + ":" +
                       std::to_string(one.bytes) +
                       (one.target == one.destination ? "" : "/" + std::to_string(one.target)));
    }
    return hops;
}

TEST(TransmissionOrders, SjfSendsTheShortestFirst)
{
    // Rank 0: 10 to 2, then 20 to 1 and, equal and therefore by number, 20 to 3.
    TrafficMatrix traffic(4);
    traffic.Set(0, 1, 20);
    traffic.Set(0, 2, 10);
    traffic.Set(0, 3, 20);
    traffic.Set(3, 0, 5);
    const TransmissionPlan plan = MakePlan("sjf", traffic, Switch(4), {});
    ASSERT_EQ(plan.stages.size(), 3U);
    EXPECT_THAT(Hops(plan.stages[0]), ElementsAre("0>2:10", "3>0:5"));
    EXPECT_THAT(Hops(plan.stages[1]), ElementsAre("0>1:20"));
    EXPECT_THAT(Hops(plan.stages[2]), ElementsAre("0>3:20"));
}

TEST(TransmissionOrders, RandomFollowsTheSeed)
{
    TrafficMatrix traffic(6);
    for (std::uint32_t j = 1; j < 6; ++j)
    {
        traffic.Set(0, j, j);
    }
    std::set<std::vector<std::string>> seen;
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
    {
        std::vector<std::string> order;
        for (const Stage& stage : MakePlan("random", traffic, Switch(6), {seed}).stages)
        {
            order.push_back(Hops(stage).front());
        }
        EXPECT_THAT(order,
                    ::testing::UnorderedElementsAre("0>1:1", "0>2:2", "0>3:3", "0>4:4", "0>5:5"));
        seen.insert(order);
    }
    EXPECT_GT(seen.size(), 10U);
}

TEST(TransmissionOrders, GreedyMaxWeightSendsWholeEntries)
{
    // The matching of most bytes is 0 → 1, 1 → 2, 2 → 0: 9 + 9 + 1. What is left fits one more.
    // The ports of 0 and 1 send 10, so that 10 is the bound; the stages take 9 + 1 = 10.
    TrafficMatrix traffic(3);
    traffic.Set(0, 1, 9);
    traffic.Set(1, 2, 9);
    traffic.Set(2, 0, 1);
    traffic.Set(0, 2, 1);
    traffic.Set(1, 0, 1);
    const TransmissionPlan plan = MakePlan("greedy-max-weight", traffic, Switch(3), {});
    ASSERT_EQ(plan.stages.size(), 2U);
    EXPECT_THAT(Hops(plan.stages[0]), ElementsAre("0>1:9", "1>2:9", "2>0:1"));
    EXPECT_THAT(Hops(plan.stages[1]), ElementsAre("0>2:1", "1>0:1"));
    EXPECT_EQ(TimePlan(plan, Switch(3)).makespan, Nanoseconds(10));
}

TEST(TransmissionOrders, AuroraAlgorithm1PlacesTheBusiestFirst)
{
    // Rank 1 receives 30 and 40: busiest, placed first and without a pause, in either order. 0 → 2
    // takes what sender 0 has free: with 0 → 1 first 30 to 50, otherwise 0 to 20.
    TrafficMatrix traffic(3);
    traffic.Set(0, 1, 30);
    traffic.Set(2, 1, 40);
    traffic.Set(0, 2, 20);
    for (std::uint64_t seed = 1; seed <= 10; ++seed)
    {
        const TransmissionPlan plan = MakePlan("aurora-alg1", traffic, Switch(3), {seed});
        EXPECT_EQ(TimePlan(plan, Switch(3)).makespan, Nanoseconds(70));
    }
}

TEST(TransmissionOrders, AuroraAlgorithm1SplitsAtGaps)
{
    // Rank 1 receives 95 bytes in random order, 0 to 95 ns. The 60 of 0 → 2 take what 0 → 1 leaves
    // of sender 0: with 0 → 1 from 0 or 65 on they stay whole (30 to 90, 0 to 60); with 0 → 1 from
    // 25 or 40 on they split (0 to 25 and 55 to 90, 0 to 40 and 70 to 90).
    TrafficMatrix traffic(4);
    traffic.Set(0, 1, 30);
    traffic.Set(2, 1, 40);
    traffic.Set(3, 1, 25);
    traffic.Set(0, 2, 60);
    std::set<std::size_t> parts;
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
    {
        const TransmissionPlan plan = MakePlan("aurora-alg1", traffic, Switch(4), {seed});
        EXPECT_EQ(TimePlan(plan, Switch(4)).makespan, Nanoseconds(95));
        std::size_t count = 0;
        for (const Stage& stage : plan.stages)
        {
            count += stage.transmissions.size();
        }
        parts.insert(count);
    }
    EXPECT_THAT(parts, ElementsAre(4U, 5U));
}

TEST(TransmissionOrders, FastBalancesSendsAndRedistributes)
{
    // Servers {0, 1} and {2, 3}; rank 0 has 100 bytes for rank 2. Half of them go to rank 1, then
    // 0 → 2 and 1 → 3 with 50 each, then those at rank 3 to rank 2. Scale-up at ten times the
    // rate: 5 + 50 + 5 ns; straight from 0 to 2 it would be 100.
    PlanningFabric fabric = Switch(4);
    fabric.server = {0, 0, 1, 1};
    fabric.scaleUpRate = 10 * PORT;
    TrafficMatrix traffic(4);
    traffic.Set(0, 2, 100);
    const TransmissionPlan plan = MakePlan("fast", traffic, fabric, {});
    ASSERT_EQ(plan.stages.size(), 3U);
    EXPECT_THAT(Hops(plan.stages[0]), ElementsAre("0>1:50/2"));
    EXPECT_THAT(Hops(plan.stages[1]), ElementsAre("0>2:50", "1>3:50/2"));
    EXPECT_THAT(Hops(plan.stages[2]), ElementsAre("3>2:50"));
    EXPECT_EQ(TimePlan(plan, fabric).makespan, Nanoseconds(60));
    EXPECT_DOUBLE_EQ(LowerBound(traffic, fabric, true), 50e-9);
}

TEST(TransmissionOrders, FastMovesWhatNeedsNoRedistribution)
{
    // Rank 0 has 50 bytes for each of 2 and 3: those for 3 move to rank 1, and nothing is left to
    // do at the receivers. What stays in a server, 1 → 0, goes beside the first matching.
    PlanningFabric fabric = Switch(4);
    fabric.server = {0, 0, 1, 1};
    fabric.scaleUpRate = 10 * PORT;
    TrafficMatrix traffic(4);
    traffic.Set(0, 2, 50);
    traffic.Set(0, 3, 50);
    traffic.Set(1, 0, 7);
    const TransmissionPlan plan = MakePlan("fast", traffic, fabric, {});
    ASSERT_EQ(plan.stages.size(), 2U);
    EXPECT_THAT(Hops(plan.stages[0]), ElementsAre("0>1:50/3"));
    EXPECT_THAT(Hops(plan.stages[1]), ElementsAre("0>2:50", "1>0:7", "1>3:50"));
}

TEST(TransmissionOrders, NamesAndErrors)
{
    std::set<std::string> names;
    for (const OrderEntry& entry : OrderEntries())
    {
        EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
        EXPECT_EQ(entry.help.find('\n'), std::string::npos) << entry.name;
        EXPECT_EQ(&OrderEntryOf(entry.name), &entry);
    }
    try
    {
        OrderEntryOf("auror");
        FAIL() << "no such order";
    }
    catch (const ParameterError& error)
    {
        EXPECT_EQ(error.Parameter(), "order");
        EXPECT_THAT(error.Hint(), HasSubstr("\"aurora\""));
    }
}

} // namespace
} // namespace echelon
