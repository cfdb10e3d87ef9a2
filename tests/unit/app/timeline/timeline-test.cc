// SPDX-License-Identifier: GPL-2.0-only
#include "network/big-switch.h"
#include "support/exit-codes.h"
#include "timeline/arrows.h"
#include "timeline/groups.h"
#include "timeline/options.h"
#include "timeline/selection.h"

#include <gtest/gtest.h>
#include <string>
#include <tuple>
#include <vector>

namespace echelon
{

namespace
{

Time
Seconds(double seconds)
{
    return Time::FromSeconds(seconds);
}

/// What a timeline shows of a record without arrows.
TimelineSelection
Select(const RunRecord& record, const TimelineOptions& options = {})
{
    static const std::string label = "fair";
    static const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    static const std::vector<Job> jobs;
    return {{0, label, record, topology, jobs}, options, {}};
}

/// An EchelonFlow of one job with flows that should end at the given times after its reference 0.
void
AddGroup(RunRecord& record, const std::vector<double>& offsets, double tardiness)
{
    GroupRecord group;
    group.id = GroupId(record.groups.size());
    group.finish = Seconds(1);
    group.tardiness = Seconds(tardiness);
    for (std::uint32_t i = 0; i < offsets.size(); ++i)
    {
        FlowRecord flow;
        flow.id = FlowId(record.flows.size());
        flow.group = group.id;
        flow.position = i;
        flow.finish = group.finish;
        flow.idealFinish = Seconds(offsets[i]);
        record.flows.push_back(flow);
    }
    record.groups.push_back(group);
}

using Mark = std::tuple<std::int64_t, std::uint32_t, std::uint32_t>;

std::vector<Mark>
MarksOf(const GroupBar& bar)
{
    std::vector<Mark> marks;
    for (const IdealFinish& mark : bar.marks)
    {
        marks.emplace_back(mark.time, mark.first, mark.last);
    }
    return marks;
}

} // namespace

TEST(TimelineOptions, Window)
{
    const TimelineWindow window = ParseTimelineWindow("0.5:2e0");
    EXPECT_EQ(window.from, Seconds(0.5));
    EXPECT_EQ(window.to, Seconds(2));
    EXPECT_TRUE(window.Shows(Seconds(0), Seconds(0.6)));
    EXPECT_TRUE(window.Shows(Seconds(1), Seconds(1)));
    EXPECT_TRUE(window.Shows(Seconds(0.5), Seconds(0.5)));
    EXPECT_FALSE(window.Shows(Seconds(0), Seconds(0.5)));
    EXPECT_FALSE(window.Shows(Seconds(2), Seconds(3)));
    for (const char* text :
         {"", ":", "1", "1:", ":1", "2:1", "1:1", "1 :2", "-1:2", "0:1e9", "0:x"})
    {
        EXPECT_THROW(ParseTimelineWindow(text), UsageError) << text;
    }
}

// Three bars [0, 1] s overlap, so each has a lane. Positions 0 and 1 of the first should end at 0,
// 2 at 0.5 s. The second's 17 positions are too many: the last, at 1.6 s, alone.
TEST(TimelineGroups, Marks)
{
    RunRecord record;
    AddGroup(record, {0, 0, 0.5}, 0.5);
    std::vector<double> many;
    for (std::size_t i = 0; i <= MAX_MARKS; ++i)
    {
        many.push_back(0.1 * static_cast<double>(i));
    }
    AddGroup(record, many, 0.1);
    AddGroup(record, {0}, 1);
    const GroupBars all = CollectGroupBars(record, Select(record), 100);
    ASSERT_EQ(all.bars.size(), 3U);
    EXPECT_EQ(all.lanes, 3U);
    EXPECT_EQ(all.events, 3U + 2U + 1U + 1U);
    EXPECT_EQ(all.leftOut, 0U);
    EXPECT_EQ(MarksOf(all.bars[0]), (std::vector<Mark>{{0, 0, 1}, {500000000, 2, 2}}));
    EXPECT_EQ(MarksOf(all.bars[1]), (std::vector<Mark>{{1600000000, 16, 16}}));

    // One event less: each keeps its last mark. Room for two bars and their marks: those of 1 s and
    // 0.5 s tardiness.
    EXPECT_EQ(CollectGroupBars(record, Select(record), 6).events, 6U);
    const GroupBars few = CollectGroupBars(record, Select(record), 5);
    ASSERT_EQ(few.bars.size(), 2U);
    EXPECT_EQ(few.leftOut, 1U);
    EXPECT_EQ(few.bars[0].index, 0U);
    EXPECT_EQ(MarksOf(few.bars[0]), (std::vector<Mark>{{500000000, 2, 2}}));
    EXPECT_EQ(few.bars[1].index, 2U);
}

// The EchelonFlow of tardiness 1 s lasts [0, 1] s and leads from GPU 0 to 1. These compute [0.9, 2]
// and [1, 2] s: the first overlaps it. GPU 2 does not take part.
TEST(TimelineSelection, Top)
{
    RunRecord record;
    AddGroup(record, {0}, 0.5);
    AddGroup(record, {0}, 1);
    record.flows[1].destination = DeviceId(1);
    for (const double start : {0.9, 1.0, 0.0})
    {
        ComputeRecord compute;
        compute.device = DeviceId(record.computes.size());
        compute.start = Seconds(start);
        compute.end = Seconds(2);
        record.computes.push_back(compute);
    }
    TimelineOptions options;
    options.top = 1;
    const TimelineSelection selection = Select(record, options);
    EXPECT_FALSE(selection.ShowsGroup(0));
    EXPECT_TRUE(selection.ShowsGroup(1));
    EXPECT_FALSE(selection.ShowsFlow(0));
    EXPECT_TRUE(selection.ShowsFlow(1));
    EXPECT_TRUE(selection.ShowsCompute(0));
    EXPECT_FALSE(selection.ShowsCompute(1));
    EXPECT_FALSE(selection.ShowsCompute(2));
    ASSERT_TRUE(selection.Counters());
    EXPECT_EQ(selection.Counters()->to, Seconds(1));
}

// Link 0 carries 1 bit/s from 0, 2 from 1 s and 3 from 2 s on; link 1 carries 5 until 0.5 s. In
// [1.5, 3] s link 0 has 2, then 3; link 1 has none.
TEST(TimelineCounters, Window)
{
    RunRecord record;
    record.makespan = Seconds(4);
    record.linkRates = {{Seconds(0), LinkId(0), 1},
                        {Seconds(0), LinkId(1), 5},
                        {Seconds(0.5), LinkId(1), 0},
                        {Seconds(1), LinkId(0), 2},
                        {Seconds(2), LinkId(0), 3}};
    const TimelineCounters rates =
        ThinCounters(record, TimelineWindow{Seconds(1.5), Seconds(3)}, 10);
    ASSERT_EQ(rates.kept.size(), 2U);
    EXPECT_EQ(rates.kept[0].time, Seconds(1.5));
    EXPECT_EQ(rates.kept[0].rate, 2);
    EXPECT_EQ(rates.kept[1].time, Seconds(2));
    EXPECT_EQ(rates.kept[1].rate, 3);
    EXPECT_EQ(rates.leftOut, 0U);
    EXPECT_EQ(ThinCounters(record, std::nullopt, 2).leftOut, 3U);
}

// GPU 0 sends to 1, then, once that has left, to 2; GPU 1 computes on what arrives. The second flow
// starts before the first one's end: it waited for it, but did not take its bytes on.
TEST(TimelineArrows, FlowsThatFollowAtAPort)
{
    const Topology topology = MakeBigSwitch({3, {1, {8e9, Time()}, {}, {}}});
    std::vector<Job> jobs(1);
    TaskGraph& graph = jobs[0].graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    const TaskId first = graph.AddFlow({group, DeviceId(0), DeviceId(1), 1, 0});
    const TaskId second = graph.AddFlow({group, DeviceId(0), DeviceId(2), 1, 0});
    const TaskId compute = graph.AddCompute(DeviceId(1), Seconds(1), "c");
    graph.AddDependency(first, second, Milestone::SENT);
    graph.AddDependency(first, compute);
    RunRecord record;
    record.groups.resize(1);
    record.flows.resize(2);
    record.flows[0].task = first;
    record.flows[0].finish = Seconds(1.5);
    record.flows[1].task = second;
    record.flows[1].start = Seconds(1);
    record.flows[1].finish = Seconds(2.5);
    record.computes.resize(1);
    record.computes[0].task = compute;
    record.computes[0].start = Seconds(1.5);
    record.computes[0].end = Seconds(2.5);
    const std::string label = "fair";
    const std::vector<TimelineArrow> arrows = FindArrows({0, label, record, topology, jobs});
    ASSERT_EQ(arrows.size(), 2U);
    EXPECT_TRUE(arrows[0].from.isFlow);
    EXPECT_EQ(arrows[0].from.index, 0U);
    EXPECT_FALSE(arrows[0].to.isFlow);
    EXPECT_TRUE(arrows[1].to.isFlow);
    EXPECT_EQ(arrows[1].from.index, 0U);
    EXPECT_EQ(arrows[1].to.index, 1U);
}

} // namespace echelon
