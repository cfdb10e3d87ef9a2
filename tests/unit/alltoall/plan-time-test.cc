// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/plan-time.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// At 8 Gb/s a byte takes 1 ns.
constexpr BitRate PORT = 8e9;

Time
Nanoseconds(std::int64_t ns)
{
    return Time::FromPicoseconds(1000 * ns);
}

PlanningFabric
Switch(std::uint32_t ranks)
{
    return PlanningFabric::BigSwitch(std::vector<BitRate>(ranks, PORT));
}

/// Two servers of two ranks each; scale-up ten times as fast.
PlanningFabric
TwoServers()
{
    PlanningFabric fabric = Switch(4);
    fabric.server = {0, 0, 1, 1};
    fabric.scaleUpRate = 10 * PORT;
    return fabric;
}

TEST(PlanTime, NothingTakesNoTime)
{
    EXPECT_EQ(TimePlan({2, StartRule::EXCLUSIVE, {}}, Switch(2)).makespan, Time());
    EXPECT_EQ(TimePlan({2, StartRule::SENDER_ORDER, {}}, Switch(2)).makespan, Time());
    EXPECT_EQ(TimePlan({2, StartRule::UNORDERED, {}}, Switch(2)).makespan, Time());
}

TEST(PlanTime, ExclusiveStartsWhenBothPortsAreFree)
{
    // Stage 0: 0 → 1 for 100 ns, 1 → 0 for 300. Stage 1: 0 → 2 waits for its sender, until 100;
    // 2 → 1 waits for its receiver, until 100. Stage 2: 1 → 2 waits for 1 → 0, until 300.
    const TransmissionPlan plan{
        3,
        StartRule::EXCLUSIVE,
        {{{{0, 1, 100, 1}, {1, 0, 300, 0}}}, {{{0, 2, 50, 2}, {2, 1, 60, 1}}}, {{{1, 2, 10, 2}}}}};
    const PlanTiming timing = TimePlan(plan, Switch(3));
    ASSERT_EQ(timing.transmissions.size(), 5U);
    EXPECT_EQ(timing.transmissions[2].start, Nanoseconds(100));
    EXPECT_EQ(timing.transmissions[2].end, Nanoseconds(150));
    EXPECT_EQ(timing.transmissions[3].start, Nanoseconds(100));
    EXPECT_EQ(timing.transmissions[3].end, Nanoseconds(160));
    EXPECT_EQ(timing.transmissions[4].start, Nanoseconds(300));
    EXPECT_EQ(timing.makespan, Nanoseconds(310));
    EXPECT_EQ(timing.fanIn, 1U);
}

TEST(PlanTime, ExclusiveRunsAtTheLowerRate)
{
    // 100 bytes at 4 Gb/s: 200 ns, whichever side is slow.
    const PlanningFabric fabric = PlanningFabric::BigSwitch({PORT, PORT / 2, PORT});
    const TransmissionPlan plan{3, StartRule::EXCLUSIVE, {{{{0, 1, 100, 1}, {1, 2, 100, 2}}}}};
    for (const TransmissionSpan& one : TimePlan(plan, fabric).transmissions)
    {
        EXPECT_EQ(one.end, Nanoseconds(200));
    }
}

TEST(PlanTime, PiecesOverSeveralSpinesShareTheirPorts)
{
    // 30 and 10 bytes of one pair: 40 ns together, both end then.
    PlanningFabric fabric = Switch(2);
    fabric.rack = {0, 1};
    fabric.spines = 2;
    fabric.uplinkRate = {PORT, PORT};
    const TransmissionPlan plan{2, StartRule::EXCLUSIVE, {{{{0, 1, 30, 1, 0}, {0, 1, 10, 1, 1}}}}};
    const PlanTiming timing = TimePlan(plan, fabric);
    EXPECT_EQ(timing.transmissions[0].end, Nanoseconds(40));
    EXPECT_EQ(timing.transmissions[1].end, Nanoseconds(40));
    EXPECT_EQ(timing.fanIn, 1U);
}

TEST(PlanTime, RelayedBytesGoOnWhenTheyHaveArrived)
{
    // Rank 0's bytes for rank 3: to rank 1 inside the server, 1,000 bytes in 100 ns; to rank 2's
    // server, where they enter at rank 2, 1,000 ns; to rank 3 in 100 ns. The hop out of rank 1 is
    // not held by rank 0's own transmission of stage 1.
    const TransmissionPlan plan{4,
                                StartRule::EXCLUSIVE,
                                {{{{0, 1, 1000, 3}}}, {{{1, 2, 1000, 3}}}, {{{2, 3, 1000, 3}}}}};
    const PlanTiming timing = TimePlan(plan, TwoServers());
    EXPECT_EQ(timing.transmissions[1].start, Nanoseconds(100));
    EXPECT_EQ(timing.transmissions[2].start, Nanoseconds(1100));
    EXPECT_EQ(timing.makespan, Nanoseconds(1200));
}

TEST(PlanTime, ARelaySendsItsOwnBytesFirst)
{
    // Rank 1 has 500 bytes for rank 3 and gets 500 more in 50 ns. Its first 300 are its own and
    // start at once; of the next 700, 500 are not there until 50, but the port is busy until 300.
    const TransmissionPlan plan{4,
                                StartRule::EXCLUSIVE,
                                {{{{0, 1, 500, 3}}}, {{{1, 3, 300, 3}}}, {{{1, 3, 700, 3}}}}};
    const PlanTiming timing = TimePlan(plan, TwoServers());
    EXPECT_EQ(timing.transmissions[1].start, Nanoseconds(0));
    EXPECT_EQ(timing.transmissions[2].start, Nanoseconds(300));
    // 600 at first: 100 of them are not its own.
    const TransmissionPlan more{4,
                                StartRule::EXCLUSIVE,
                                {{{{0, 1, 500, 3}}}, {{{1, 3, 600, 3}}}, {{{1, 3, 400, 3}}}}};
    EXPECT_EQ(TimePlan(more, TwoServers()).transmissions[1].start, Nanoseconds(50));
}

TEST(PlanTime, ScaleUpPortsAreShared)
{
    // Two senders to rank 2 of one server of three, 1,000 bytes each at 80 Gb/s: 200 ns together,
    // while rank 0's network port is at work as well.
    PlanningFabric fabric = Switch(4);
    fabric.server = {0, 0, 0, 1};
    fabric.scaleUpRate = 10 * PORT;
    const TransmissionPlan plan{4,
                                StartRule::EXCLUSIVE,
                                {{{{0, 2, 1000, 2}, {0, 3, 500, 3}, {1, 2, 1000, 2}}}}};
    const PlanTiming timing = TimePlan(plan, fabric);
    EXPECT_EQ(timing.transmissions[0].end, Nanoseconds(200));
    EXPECT_EQ(timing.transmissions[1].end, Nanoseconds(500));
    EXPECT_EQ(timing.transmissions[2].end, Nanoseconds(200));
}

TEST(PlanTime, HeadsOfQueuesShareTheReceiver)
{
    // Ranks 0 and 1 both begin with rank 2: half the rate each. Rank 1's 100 bytes take 200 ns;
    // rank 0 has 100 of 200 left, alone: until 300 ns. Its bytes for rank 1, whose port has been
    // idle, wait for that: 300 to 350. Rank 1's for rank 0: 200 to 400.
    const TransmissionPlan plan{
        3,
        StartRule::SENDER_ORDER,
        {{{{0, 2, 200, 2}, {1, 2, 100, 2}}}, {{{0, 1, 50, 1}, {1, 0, 200, 0}}}}};
    const PlanTiming timing = TimePlan(plan, Switch(3));
    EXPECT_EQ(timing.transmissions[0].end, Nanoseconds(300));
    EXPECT_EQ(timing.transmissions[1].end, Nanoseconds(200));
    EXPECT_EQ(timing.transmissions[2].start, Nanoseconds(300));
    EXPECT_EQ(timing.transmissions[2].end, Nanoseconds(350));
    EXPECT_EQ(timing.transmissions[3].end, Nanoseconds(400));
    EXPECT_EQ(timing.makespan, Nanoseconds(400));
    EXPECT_EQ(timing.fanIn, 2U);
}

TEST(PlanTime, SlowSendersLeaveTheirShareToOthers)
{
    // Receiver at 8 Gb/s; a sender at 2 Gb/s takes 2, the other 6: 300 bytes in 400 ns both.
    const PlanningFabric fabric = PlanningFabric::BigSwitch({PORT / 4, PORT, PORT});
    const TransmissionPlan plan{3, StartRule::SENDER_ORDER, {{{{0, 2, 100, 2}, {1, 2, 300, 2}}}}};
    for (const TransmissionSpan& one : TimePlan(plan, fabric).transmissions)
    {
        EXPECT_EQ(one.end, Nanoseconds(400));
    }
}

TEST(PlanTime, ChangingPartnersTogetherIsNoFanIn)
{
    // A shifted all-to-all of equal sizes: nobody ever meets.
    TransmissionPlan plan{4, StartRule::SENDER_ORDER, {}};
    for (std::uint32_t shift = 1; shift < 4; ++shift)
    {
        Stage stage;
        for (std::uint32_t s = 0; s < 4; ++s)
        {
            stage.transmissions.push_back({s, (s + shift) % 4, 777, (s + shift) % 4});
        }
        plan.stages.push_back(stage);
    }
    const PlanTiming timing = TimePlan(plan, Switch(4));
    EXPECT_EQ(timing.fanIn, 1U);
    EXPECT_EQ(timing.makespan, Nanoseconds(3 * 777));
}

TEST(PlanTime, AtOnceIsMaxMinFair)
{
    // 0 → 2 and 1 → 2 share rank 2's port, half each; 0 → 1 takes the other half of rank 0's.
    // 1 → 2 (100 bytes) ends at 200 ns, and so does 0 → 1 (100). 0 → 2 has 200 left: at 400 ns.
    const TransmissionPlan plan{3,
                                StartRule::UNORDERED,
                                {{{{0, 1, 100, 1}, {0, 2, 300, 2}, {1, 2, 100, 2}}}}};
    const PlanTiming timing = TimePlan(plan, Switch(3));
    EXPECT_EQ(timing.transmissions[0].end, Nanoseconds(200));
    EXPECT_EQ(timing.transmissions[1].end, Nanoseconds(400));
    EXPECT_EQ(timing.transmissions[2].end, Nanoseconds(200));
    EXPECT_EQ(timing.fanIn, 2U);
}

} // namespace
} // namespace echelon
