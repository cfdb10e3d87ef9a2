// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/summary.h"

#include "network/big-switch.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

Time
At(double seconds)
{
    return Time::FromSeconds(seconds);
}

TEST(Summary, WorkedExample)
{
    // Two hosts at 8 Gb/s. Job "b" arrives at 1 s and has iterations [1, 4] and [4, 6]; it computes
    // 2 s on each of two devices; ideally an iteration takes 2 s, so its slowdown is 5 / 4. Group
    // 0, weight 2: flows 0-4 s (ideal 1 s) and 1-5 s (ideal 5 s): tardiness max(3, 0) = 3, CCT 5.
    // Group 1, weight 1: a bundle of 2 flows 2-3 s (ideal 4 s): tardiness -1, CCT 1. Group 2 stays
    // in its host and counts nowhere.
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    RunRecord record;
    record.makespan = At(6);
    record.jobNames = {"b"};
    record.jobArrivals = {At(1)};
    record.jobIdealIterations = {At(2)};
    record.jobDevices = {2};
    record.iterations = {{JobId(0), 0, At(1), At(4)}, {JobId(0), 1, At(4), At(6)}};
    for (const std::uint32_t device : {0U, 1U})
    {
        ComputeRecord compute;
        compute.device = DeviceId(device);
        compute.start = At(1);
        compute.end = At(3);
        record.computes.push_back(compute);
    }
    const auto addFlow =
        [&](std::uint32_t group, std::uint32_t count, double start, double finish, bool scaleUp) {
            FlowRecord flow;
            flow.id = FlowId(record.flows.size());
            flow.group = GroupId(group);
            flow.bytes = 1000;
            flow.multiplicity = count;
            flow.scaleUp = scaleUp;
            flow.start = At(start);
            flow.finish = At(finish);
            record.flows.push_back(flow);
        };
    addFlow(0, 1, 0, 4, false);
    addFlow(0, 1, 1, 5, false);
    addFlow(1, 2, 2, 3, false);
    addFlow(2, 1, 0, 6, true);
    const auto addGroup =
        [&](double weight, double reference, double finish, double tardiness, bool scaleUp) {
            GroupRecord group;
            group.id = GroupId(record.groups.size());
            group.weight = weight;
            group.reference = At(reference);
            group.finish = At(finish);
            group.tardiness = At(tardiness);
            group.scaleUp = scaleUp;
            record.groups.push_back(group);
        };
    addGroup(2, 0, 5, 3, false);
    addGroup(1, 2, 3, -1, false);
    addGroup(1, 0, 6, 6, true);
    // Links: host0 out, host1 out, host0 in, host1 in. 24 Gbit of 8 Gb/s x 6 s = 48 Gbit on two of
    // them.
    record.linkBits = {24e9, 0, 0, 24e9};

    const RunSummary s = Summarise(record, topology);
    EXPECT_DOUBLE_EQ(s.makespan, 6);
    ASSERT_EQ(s.jobs.size(), 1);
    EXPECT_DOUBLE_EQ(s.jobs[0].completionTime, 5);
    EXPECT_EQ(s.jobs[0].iterationTimes, (std::vector<double>{3, 2}));
    EXPECT_DOUBLE_EQ(s.jobs[0].computeUtilisation, 4.0 / 10);
    EXPECT_DOUBLE_EQ(s.jobs[0].idealTime, 4);
    EXPECT_DOUBLE_EQ(s.jobs[0].slowdown, 1.25);
    EXPECT_DOUBLE_EQ(s.allJobs.fairness, 1);
    EXPECT_EQ(s.groups.count, 2);
    EXPECT_DOUBLE_EQ(s.groups.tardinessSum, 2 * 3 - 1);
    EXPECT_DOUBLE_EQ(s.groups.tardinessMax, 3);
    EXPECT_DOUBLE_EQ(s.groups.cctMean, 3);
    EXPECT_DOUBLE_EQ(s.groups.cctP95, 5); // nearest rank: ceil(0.95 * 2) = 2nd of {1, 5}
    EXPECT_EQ(s.flows.count, 4);
    EXPECT_DOUBLE_EQ(s.flows.bytes, 4000);
    EXPECT_DOUBLE_EQ(s.flows.fctMean, (4 + 4 + 1 + 1) / 4.0);
    EXPECT_DOUBLE_EQ(s.flows.fctP99, 4);
    EXPECT_EQ(s.flows.scaleUpCount, 1);
    EXPECT_DOUBLE_EQ(s.links.utilisationMean, 0.25);
    EXPECT_DOUBLE_EQ(s.links.utilisationMax, 0.5);
}

TEST(Summary, AllJobs)
{
    // Four jobs of one iteration: completion times 2, 4, 6, 8 s; ideally 2, 2, 2 s and none at all
    // (nothing but flows). Slowdowns 1, 2, 3: mean 2; Jain's index (1+2+3)² / (3 (1+4+9)) = 6/7.
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    RunRecord record;
    record.linkBits.assign(4, 0.0);
    record.jobNames = {"a", "b", "c", "d"};
    record.jobArrivals = {At(0), At(1), At(2), At(3)};
    record.jobIdealIterations = {At(2), At(2), At(2), At(0)};
    record.jobDevices = {1, 1, 1, 0};
    for (std::uint32_t j = 0; j < 4; ++j)
    {
        // It started one second after it arrived: waiting counts.
        record.iterations.push_back({JobId(j), 0, At(j + 1), At(3 * j + 2)});
    }
    const RunSummary s = Summarise(record, topology);
    EXPECT_DOUBLE_EQ(s.jobs[3].slowdown, 0);
    EXPECT_DOUBLE_EQ(s.allJobs.completionMean, 5);
    EXPECT_DOUBLE_EQ(s.allJobs.completionP95, 8);
    EXPECT_DOUBLE_EQ(s.allJobs.slowdownMean, 2);
    EXPECT_DOUBLE_EQ(s.allJobs.slowdownMax, 3);
    EXPECT_DOUBLE_EQ(s.allJobs.fairness, 6.0 / 7);
}

TEST(Summary, ARunWithoutFlowsIsAllZero)
{
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    RunRecord record;
    record.linkBits.assign(4, 0.0);
    const RunSummary s = Summarise(record, topology);
    EXPECT_EQ(s.groups.count, 0);
    EXPECT_EQ(s.groups.tardinessMax, 0);
    EXPECT_EQ(s.flows.fctP99, 0);
    EXPECT_EQ(s.links.utilisationMax, 0);
}

// A link of 8 Gb/s carries a bit in 125 ps. 1000 bits take 125 ns; a makespan rounded down by as
// much as finishes are rounded, 4 ps, leaves the link full, one that is 5 ps shorter is a fault to
// see.
TEST(LinkUtilisation, OfAFullLinkIsNotAboveOneByRounding)
{
    const auto of = [](std::int64_t picoseconds) {
        return LinkUtilisation(1000, 8e9, Time::FromPicoseconds(picoseconds));
    };
    EXPECT_EQ(of(125000), 1);
    EXPECT_EQ(of(124999), 1);
    EXPECT_EQ(of(124996), 1);
    EXPECT_GT(of(124990), 1);
    EXPECT_DOUBLE_EQ(of(250000), 0.5);
    EXPECT_EQ(of(0), 0);
}

} // namespace
} // namespace echelon
