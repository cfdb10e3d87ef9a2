// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/waits.h"

#include "base/apportion.h"
#include "metrics/attributions.h"
#include "support/routes.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

const Time SECOND = Time::FromSeconds(1);

std::vector<std::int64_t>
Picoseconds(const std::vector<double>& weights, std::int64_t whole)
{
    std::vector<std::int64_t> parts;
    for (const Time part : Apportion(weights, Time::FromPicoseconds(whole)))
    {
        parts.push_back(part.Picoseconds());
    }
    return parts;
}

TEST(Apportion, AddUpToTheWhole)
{
    // 10 ps at 2:1: 6.67 and 3.33, the larger remainder is rounded up. 10 ps in thirds: 3.33 each,
    // the first takes the picosecond. Weights without a sum: the first part has all.
    using Parts = std::vector<std::int64_t>;
    EXPECT_EQ(Picoseconds({0.2, 0.1}, 10), (Parts{7, 3}));
    EXPECT_EQ(Picoseconds({1, 1, 1}, 10), (Parts{4, 3, 3}));
    EXPECT_EQ(Picoseconds({0, 0}, 10), (Parts{10, 0}));
    EXPECT_EQ(Picoseconds({5}, 0), (Parts{0}));
}

/// Flow 0 (group 0) is on the critical path from 0 on; flow 1 (group 1) shares its one link of 1
/// Gb/s. Half each until 2 s, when flow 0 departs.
struct TwoFlows
{
    explicit TwoFlows(Time waiting, std::size_t maxChanges = RateLog::MAX_CHANGES)
        : log(maxChanges)
    {
        for (std::uint32_t f = 0; f < 2; ++f)
        {
            FlowRecord flow;
            flow.id = FlowId(f);
            flow.group = GroupId(f);
            record.flows.push_back(flow);
            log.Start(flow.id, RouteOf({LinkId(0)}));
            log.SetRate(flow.id, Time(), 5e8);
        }
        log.Depart(FlowId(0), 2 * SECOND);
        PathStepRecord step;
        step.kind = PathStepRecord::Kind::FLOW;
        step.flow = FlowId(0);
        step.end = 2 * SECOND;
        step.waiting = waiting;
        record.criticalPath.push_back(step);
        waits = AttributeWaits(record, log, {1e9});
    }

    RunRecord record;
    RateLog log;
    std::vector<WaitRecord> waits;
};

TEST(Waits, AreNoMoreThanTheStepsWaiting)
{
    // By the rates flow 0 lost 1 s to flow 1. Of a waiting of 1 s that is all; of 1.5 s, half a
    // second has no explanation in the rates and is held back; of 0.25 s it is all again.
    const TwoFlows exact(SECOND);
    ASSERT_EQ(exact.waits.size(), 1U);
    EXPECT_EQ(exact.waits[0].blocking, GroupId(1));
    EXPECT_EQ(exact.waits[0].link, LinkId(0));
    EXPECT_EQ(exact.waits[0].time, SECOND);

    const TwoFlows longer(Time::FromSeconds(1.5));
    ASSERT_EQ(longer.waits.size(), 2U);
    EXPECT_EQ(longer.waits[0].blocking, GroupId(1));
    EXPECT_EQ(longer.waits[0].time, SECOND);
    EXPECT_FALSE(longer.waits[1].blocking.has_value());
    EXPECT_FALSE(longer.waits[1].link.has_value());
    EXPECT_EQ(longer.waits[1].time, Time::FromSeconds(0.5));

    const TwoFlows shorter(Time::FromSeconds(0.25));
    ASSERT_EQ(shorter.waits.size(), 1U);
    EXPECT_EQ(shorter.waits[0].time, Time::FromSeconds(0.25));
}

TEST(Waits, AreNobodysOnceTheLogIsFull)
{
    // The log takes the two rates and not the departure: when flow 0 stopped losing is not known.
    const TwoFlows full(SECOND, 2);
    EXPECT_TRUE(full.log.IsFull());
    ASSERT_EQ(full.waits.size(), 1U);
    EXPECT_FALSE(full.waits[0].blocking.has_value());
    EXPECT_EQ(full.waits[0].time, SECOND);
    EXPECT_FALSE(TwoFlows(SECOND, 3).log.IsFull());
}

/// Flows that share one link of 1 Gb/s for a second, each a group and a job of its own, and on its
/// job's critical path. On a lane, or with rates of their own.
std::vector<WaitRecord>
WaitsOfCrowd(std::size_t flows, bool isLane)
{
    RunRecord record;
    RateLog log;
    const double share = 1e9 / static_cast<double>(flows);
    for (std::size_t f = 0; f < flows; ++f)
    {
        FlowRecord flow;
        flow.id = FlowId(f);
        flow.group = GroupId(f);
        record.flows.push_back(flow);
        log.Start(flow.id, RouteOf({LinkId(0)}));
        isLane ? log.Join(flow.id, Time(), 3) : log.SetRate(flow.id, Time(), share);
        PathStepRecord step;
        step.job = JobId(f);
        step.kind = PathStepRecord::Kind::FLOW;
        step.flow = flow.id;
        step.end = SECOND;
        // It has had 1 / flows of the link.
        step.waiting = Time::FromSeconds(1 - 1.0 / static_cast<double>(flows));
        record.criticalPath.push_back(step);
    }
    if (isLane)
    {
        log.SetLaneRate(3, Time(), share);
    }
    for (std::size_t f = 0; f < flows; ++f)
    {
        log.Depart(FlowId(f), SECOND);
    }
    return AttributeWaits(record, log, {1e9});
}

TEST(Waits, OfACrowdNameTheLongest)
{
    // 1000 flows have 1 ms of the second each and wait 999 ms, 1 ms for each other one. Of those,
    // no more than MAX_NAMED_WAITS have a row of 1 ms; one row of the link has the rest. So rows
    // grow with the flows and not with their square.
    for (const bool isLane : {false, true})
    {
        const std::size_t flows = 1000;
        const std::vector<WaitRecord> waits = WaitsOfCrowd(flows, isLane);
        std::vector<Time> sums(flows);
        std::vector<std::size_t> named(flows, 0);
        for (const WaitRecord& wait : waits)
        {
            ASSERT_TRUE(wait.link.has_value());
            sums[wait.job.Value()] += wait.time;
            if (wait.blocking)
            {
                ++named[wait.job.Value()];
                EXPECT_NEAR(wait.time.Seconds(), 1e-3, 2e-12);
                EXPECT_NE(wait.blocking->Value(), wait.job.Value());
            }
        }
        EXPECT_LE(waits.size(), flows * (MAX_NAMED_WAITS + 1));
        for (std::size_t f = 0; f < flows; ++f)
        {
            EXPECT_EQ(sums[f], Time::FromSeconds(0.999));
            EXPECT_GE(named[f], MAX_NAMED_WAITS - 1); // itself has no row
        }
    }
}

TEST(Waits, OfLanesAreThoseOfTheirRates)
{
    // Few enough to be named one by one: the same rows, lane or not.
    const std::vector<WaitRecord> ruled = WaitsOfCrowd(40, false);
    const std::vector<WaitRecord> shared = WaitsOfCrowd(40, true);
    ASSERT_EQ(ruled.size(), 40U * 39);
    ASSERT_EQ(shared.size(), ruled.size());
    for (std::size_t i = 0; i < ruled.size(); ++i)
    {
        EXPECT_EQ(shared[i].job, ruled[i].job);
        EXPECT_EQ(shared[i].blocking, ruled[i].blocking);
        EXPECT_EQ(shared[i].time, ruled[i].time);
    }
}

/// Flow 0 with 2 copies and flow 1 with 7 go from a host to another on links of 100 Gb/s, and in
/// between they are sprayed over three links of 1 Gb/s. One of them is on the critical path.
std::vector<WaitRecord>
WaitsOfSprayed(GroupId groupOfOther, std::uint32_t watched, Time waiting, const RateLog& log)
{
    RunRecord record;
    const std::uint32_t copies[] = {2, 7};
    for (std::uint32_t f = 0; f < 2; ++f)
    {
        FlowRecord flow;
        flow.id = FlowId(f);
        flow.group = f == watched ? GroupId(0) : groupOfOther;
        flow.multiplicity = copies[f];
        record.flows.push_back(flow);
    }
    PathStepRecord step;
    step.kind = PathStepRecord::Kind::FLOW;
    step.flow = FlowId(watched);
    step.end = 80 * SECOND;
    step.waiting = waiting;
    record.criticalPath.push_back(step);
    return AttributeWaits(record, log, {100e9, 1e9, 1e9, 1e9, 100e9});
}

/// With the flows on that route.
RateLog
LogOfSprayed()
{
    const double third = 1.0 / 3;
    const Route route = SplitRouteOf({{LinkId(0), 1},
                                      {LinkId(1), third},
                                      {LinkId(2), third},
                                      {LinkId(3), third},
                                      {LinkId(4), 1}});
    RateLog log;
    log.Start(FlowId(0), route);
    log.Start(FlowId(1), route);
    return log;
}

TEST(Waits, OfSplitFlowsCountWhatCrossesTheLink)
{
    // The copies have 8 and 32 Gbit. Nine copies share 3 Gb/s, 1/3 Gb/s each: flow 0 ends at 24 s.
    // Then flow 1 has 168 Gbit left for 3 Gb/s, and ends at 80 s. Alone it could have R = 3 Gb/s,
    // and would take 224 / 3 = 74.667 s. It waits 5.333 s, all of it for flow 0: until 24 s it
    // loses 2/9 of its time, and on a link of 1 Gb/s flow 0 has the 2/9 Gb/s that block
    // (3 - (1 - 2/9) x 3) / 3 = 2/9. On a lane or not, whether the other is of its own group or
    // not.
    const Time waiting = Time::FromSeconds(16.0 / 3);
    for (const bool isLane : {false, true})
    {
        for (const GroupId other : {GroupId(0), GroupId(1)})
        {
            RateLog log = LogOfSprayed();
            const double each = 1e9 / 3;
            if (isLane)
            {
                log.Join(FlowId(0), Time(), 4);
                log.Join(FlowId(1), Time(), 4);
                log.SetLaneRate(4, Time(), each);
            }
            else
            {
                log.SetRate(FlowId(0), Time(), 2 * each);
                log.SetRate(FlowId(1), Time(), 7 * each);
            }
            log.Depart(FlowId(0), 24 * SECOND);
            isLane ? log.SetLaneRate(4, 24 * SECOND, 3e9 / 7)
                   : log.SetRate(FlowId(1), 24 * SECOND, 3e9);
            log.Depart(FlowId(1), 80 * SECOND);
            const std::vector<WaitRecord> waits = WaitsOfSprayed(other, 1, waiting, log);
            ASSERT_EQ(waits.size(), 1U) << isLane;
            EXPECT_EQ(waits[0].blocking, other);
            EXPECT_EQ(waits[0].link, LinkId(1));
            EXPECT_EQ(waits[0].time, waiting);
        }
    }
}

TEST(Waits, OfSplitFlowsForTheirOwnGroupLeaveOutOnlyWhatTheySent)
{
    // The same flows end together at 80 s: 16 Gbit at 0.2 Gb/s and 224 Gbit at 2.8 Gb/s. Alone flow
    // 0 takes 16 / 3 = 5.333 s, so it waits 74.667 s, which is the part 2.8 / 3 of 80 s that the
    // other flow of its group takes from it.
    RateLog log = LogOfSprayed();
    log.SetRate(FlowId(0), Time(), 2e8);
    log.SetRate(FlowId(1), Time(), 28e8);
    log.Depart(FlowId(0), 80 * SECOND);
    log.Depart(FlowId(1), 80 * SECOND);
    const Time waiting = Time::FromSeconds(224.0 / 3);
    const std::vector<WaitRecord> waits = WaitsOfSprayed(GroupId(0), 0, waiting, log);
    ASSERT_EQ(waits.size(), 1U);
    EXPECT_EQ(waits[0].blocking, GroupId(0));
    EXPECT_EQ(waits[0].link, LinkId(1));
    EXPECT_EQ(waits[0].time, waiting);
}

TEST(Waits, OfSplitFlowsKnowWhichLinkLimitsThem)
{
    // Links of 1 Gb/s: all of flow 0 crosses link 0, so R = 1 Gb/s, and a half crosses link 1,
    // which could carry 2 Gb/s of such a flow. Flow 1 has 0.75 Gb/s there and flow 0 a quarter.
    // Flow 0 sends at 0.5 Gb/s for 1 s and loses 0.5 s to flow 1, since (1 - (1 - 0.75) x 2) / 1 =
    // 0.5. Then flow 1 stops; flow 0 goes on like before for 1 s and loses 0.5 s to nobody.
    RateLog log;
    log.Start(FlowId(0), SplitRouteOf({{LinkId(0), 1}, {LinkId(1), 0.5}}));
    log.Start(FlowId(1), RouteOf({LinkId(1)}));
    RunRecord record;
    for (std::uint32_t f = 0; f < 2; ++f)
    {
        FlowRecord flow;
        flow.id = FlowId(f);
        flow.group = GroupId(f);
        record.flows.push_back(flow);
    }
    PathStepRecord step;
    step.kind = PathStepRecord::Kind::FLOW;
    step.flow = FlowId(0);
    step.end = 2 * SECOND;
    step.waiting = SECOND;
    record.criticalPath.push_back(step);
    log.SetRate(FlowId(0), Time(), 5e8);
    log.SetRate(FlowId(1), Time(), 75e7);
    log.Depart(FlowId(1), SECOND);
    log.Depart(FlowId(0), 2 * SECOND);
    const std::vector<WaitRecord> waits = AttributeWaits(record, log, {1e9, 1e9});
    ASSERT_EQ(waits.size(), 2U);
    EXPECT_FALSE(waits[0].blocking.has_value());
    EXPECT_EQ(waits[0].time, Time::FromSeconds(0.5));
    EXPECT_EQ(waits[1].blocking, GroupId(1));
    EXPECT_EQ(waits[1].time, Time::FromSeconds(0.5));
}

} // namespace
} // namespace echelon
