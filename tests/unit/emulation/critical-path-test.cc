// SPDX-License-Identifier: GPL-2.0-only

// Critical paths with their waits, of small jobs on links of 1 GB/s.

#include "metrics/critical-path.h"

#include "emulation/emulation.h"
#include "fabric/fair-fabric.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"
#include "support/capacity-checker.h"

#include <gtest/gtest.h>
#include <memory>
#include <sstream>

namespace echelon
{
namespace
{

using Strings = std::vector<std::string>;

constexpr Bytes GB = 1000000000;
const Time SECOND = Time::FromSeconds(1);

Topology
Hosts(std::uint32_t hosts)
{
    return MakeBigSwitch({hosts, {1, {8e9, {}}, {}, {}}});
}

TaskId
AddFlow(Job& job, const char* group, std::uint32_t from, std::uint32_t to, Bytes bytes)
{
    const GroupIndex index = job.graph.AddGroup({group, "c", Arrangement::Coflow(), 1.0});
    return job.graph.AddFlow({index, DeviceId(from), DeviceId(to), bytes, 0, 1});
}

RunRecord
RunOn(Fabric& fabric,
      const Topology& topology,
      const std::vector<Job>& jobs,
      const char* scheduler,
      Time controlDelay = {})
{
    const SchedulerEntry& entry = SchedulerEntryOf(scheduler);
    const auto made = entry.make(ParameterSet(entry.parameters));
    EmulationInput input{topology, jobs};
    input.control.controlDelay = controlDelay;
    return RunEmulation(input, *made, fabric);
}

RunRecord
RunFluid(const Topology& topology,
         const std::vector<Job>& jobs,
         const char* scheduler,
         Time controlDelay = {})
{
    FluidFabric fluid(topology);
    CheckedFabric fabric(fluid, topology);
    return RunOn(fabric, topology, jobs, scheduler, controlDelay);
}

/// "0.1.2 flow a 3-4.5: 1 + 0.5": job, iteration and step; transmission and waiting of flows. To
/// nanoseconds.
Strings
PathText(const RunRecord& record)
{
    Strings text;
    for (const PathStepRecord& step : record.criticalPath)
    {
        std::ostringstream line;
        line << step.job.Value() << "." << step.iteration << "." << step.step << " "
             << ToText(step.kind);
        if (step.flow)
        {
            line << " " << record.groups[record.flows[step.flow->Value()].group.Value()].name;
        }
        else if (step.kind != PathStepRecord::Kind::DELAY)
        {
            line << " " << record.labels[step.job.Value()][step.label];
        }
        line << " " << step.start.Seconds() << "-" << step.end.Seconds();
        if (step.flow)
        {
            const PathTimes times = TimesOf(step);
            line << ": " << times.transmission.Seconds() << " + " << times.waiting.Seconds();
        }
        text.push_back(line.str());
    }
    return text;
}

/// "0.1.2 3 b@1.0: 0.5": the step, the link, then the group at fault, its job and iteration, and
/// seconds. What is below a nanosecond is left out.
Strings
WaitsText(const RunRecord& record)
{
    Strings text;
    for (const WaitRecord& wait : record.waits)
    {
        if (wait.time.Picoseconds() < 1000)
        {
            continue;
        }
        std::ostringstream line;
        line << wait.job.Value() << "." << wait.iteration << "." << wait.step << " ";
        if (wait.blocking)
        {
            const GroupRecord& group = record.groups[wait.blocking->Value()];
            line << wait.link->Value() << " " << group.name << "@" << group.job.Value() << "."
                 << group.iteration;
        }
        else
        {
            EXPECT_FALSE(wait.link.has_value());
            line << "held back";
        }
        line << ": " << wait.time.Seconds();
        text.push_back(line.str());
    }
    return text;
}

TEST(CriticalPathOfARun, AFlowAloneDoesNotWait)
{
    // 2 GB at 1 GB/s, with 3 us of propagation on each of two links.
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time::FromSeconds(3e-6)}, {}, {}}});
    Job job;
    AddFlow(job, "a", 0, 1, 2 * GB);
    const RunRecord record = RunFluid(topology, {job}, "fair");
    ASSERT_EQ(record.criticalPath.size(), 1U);
    EXPECT_EQ(record.criticalPath[0].waiting, Time());
    EXPECT_EQ(record.criticalPath[0].end, Time::FromSeconds(2.000006));
    EXPECT_TRUE(record.waits.empty());
    FairFabric shared(topology);
    EXPECT_EQ(RunOn(shared, topology, {job}, "fair").criticalPath[0].waiting, Time());
}

TEST(CriticalPathOfARun, TwoFlowsThatShareALinkWaitForEachOther)
{
    // fair. a (2 GB) and b (1 GB) share egress 0 (link 0) from 0 on: b ends at 2, a at 3. On the
    // path is a: alone 2 s; it lost half of 2 s to b. The rate log of the fabric that shares by
    // itself says the same. a and b also share ingress 1 (link 3 of 2 hosts): ties go to the first.
    const Topology topology = Hosts(2);
    Job job;
    AddFlow(job, "a", 0, 1, 2 * GB);
    AddFlow(job, "b", 0, 1, GB);
    const std::vector<Job> jobs{job};
    FairFabric shared(topology);
    for (const RunRecord& record :
         {RunFluid(topology, jobs, "fair"), RunOn(shared, topology, jobs, "fair")})
    {
        EXPECT_EQ(PathText(record), (Strings{"0.0.0 flow a 0-3: 2 + 1"}));
        EXPECT_EQ(WaitsText(record), (Strings{"0.0.0 0 b@0.0: 1"}));
    }
}

TEST(CriticalPathOfARun, ThreeByPriority)
{
    // fifo serves by time of start. a (1 GB, at 0), then b (2 GB, at 0.5), then c (1 GB, at 0.75),
    // from host 0 to three hosts: a 0-1, b 1-3, c 3-4. c started at 0.75 and waited 2.25 s: 0.25 s
    // for a and 2 s for b, on the egress of host 0, link 0. The step before is c's delay.
    const Topology topology = Hosts(4);
    Job job;
    AddFlow(job, "a", 0, 1, GB);
    const TaskId b = AddFlow(job, "b", 0, 2, 2 * GB);
    const TaskId c = AddFlow(job, "c", 0, 3, GB);
    job.graph.AddDependency(job.graph.AddDelay(Time::FromSeconds(0.5)), b);
    job.graph.AddDependency(job.graph.AddDelay(Time::FromSeconds(0.75)), c);
    const RunRecord record = RunFluid(topology, {job}, "fifo");
    EXPECT_EQ(PathText(record), (Strings{"0.0.0 delay 0-0.75", "0.0.1 flow c 0.75-4: 1 + 2.25"}));
    EXPECT_EQ(WaitsText(record), (Strings{"0.0.1 0 b@0.0: 2", "0.0.1 0 a@0.0: 0.25"}));
}

TEST(CriticalPathOfARun, TheLinkThatTakesMostCounts)
{
    // fair. f (1 GB, 0 -> 1) meets x (0 -> 2) at its egress, and y, z (2 -> 1, 3 -> 1) at its
    // ingress: a third each there, and f loses 2/3 to y and z at link 4 + 1 = 5. x would leave it
    // 1/3 as well (x has 2/3, f 1/3): equal, so the first link of the path, the egress, counts, and
    // x with its 2/3 counts. All are long: f ends at 3 s, having waited 2 s.
    const Topology topology = Hosts(4);
    Job job;
    AddFlow(job, "f", 0, 1, GB);
    Job other;
    AddFlow(other, "x", 0, 2, 10 * GB);
    AddFlow(other, "y", 2, 1, 10 * GB);
    AddFlow(other, "z", 3, 1, 10 * GB);
    const RunRecord tie = RunFluid(topology, {job, other}, "fair");
    EXPECT_EQ(PathText(tie)[0], "0.0.0 flow f 0-3: 1 + 2");
    EXPECT_EQ(WaitsText(tie)[0], "0.0.0 0 x@1.0: 2");

    // Without x the ingress alone is full: 1 s each for y and z.
    Job receivers;
    AddFlow(receivers, "y", 2, 1, 10 * GB);
    AddFlow(receivers, "z", 3, 1, 10 * GB);
    const RunRecord plain = RunFluid(topology, {job, receivers}, "fair");
    EXPECT_EQ(PathText(plain)[0], "0.0.0 flow f 0-3: 1 + 2");
    const Strings waits = WaitsText(plain);
    EXPECT_EQ(waits[0], "0.0.0 5 y@1.0: 1");
    EXPECT_EQ(waits[1], "0.0.0 5 z@1.0: 1");
}

TEST(CriticalPathOfARun, WithoutACompetitorAFlowIsHeldBack)
{
    // The decision on a's arrival is in force after 0.25 s: a (1 GB) ends at 1.25 s.
    Job job;
    AddFlow(job, "a", 0, 1, GB);
    const RunRecord record = RunFluid(Hosts(2), {job}, "fair", Time::FromSeconds(0.25));
    EXPECT_EQ(PathText(record), (Strings{"0.0.0 flow a 0-1.25: 1 + 0.25"}));
    EXPECT_EQ(WaitsText(record), (Strings{"0.0.0 held back: 0.25"}));
}

TEST(CriticalPathOfARun, OtherJobsAndEarlierIterationsAreNamed)
{
    // fair. Job 0, twice: compute 1 s, then f (1 GB, 0 -> 1). Job 1: g (3 GB, 0 -> 1), from 0 on.
    // f 1-3 beside g, which has sent 2 GB by 3. f again from 4 on; g alone 3-4, done at 4. So
    // iteration 0: compute 0-1, f 1-3 with 1 s for g; iteration 1: compute 3-4, f 4-5 without. g:
    // 0-4, 3 s alone, 1 s for f of iteration 0.
    Job job;
    job.iterations = 2;
    const TaskId compute = job.graph.AddCompute(DeviceId(0), SECOND, "F");
    job.graph.AddDependency(compute, AddFlow(job, "f", 0, 1, GB));
    Job other;
    AddFlow(other, "g", 0, 1, 3 * GB);
    const RunRecord record = RunFluid(Hosts(2), {job, other}, "fair");
    EXPECT_EQ(PathText(record),
              (Strings{"0.0.0 compute F 0-1",
                       "0.0.1 flow f 1-3: 1 + 1",
                       "0.1.0 compute F 3-4",
                       "0.1.1 flow f 4-5: 1 + 0",
                       "1.0.0 flow g 0-4: 3 + 1"}));
    EXPECT_EQ(WaitsText(record), (Strings{"0.0.1 0 g@1.0: 1", "1.0.0 0 f@0.0: 1"}));
    const std::vector<PathTimes> jobs = PathTimesByJob(record);
    EXPECT_NEAR(jobs[0].compute.Seconds(), 2, 1e-9);
    EXPECT_NEAR(jobs[0].transmission.Seconds(), 2, 1e-9);
    EXPECT_NEAR(jobs[0].waiting.Seconds(), 1, 1e-9);
    EXPECT_EQ(jobs[0].delay, Time());
    EXPECT_EQ(jobs[0].Sum(), record.iterations[1].end);
}

TEST(CriticalPathOfARun, AFlowThatWasSentCountsWithoutItsWay)
{
    // Links with a delay of 0.1 s. a (1 GB) is sent at 1 s, and arrives at 1.2 s. x (1 s) follows
    // it as sent: 1-2. Alone and until sent a takes 1 s.
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time::FromSeconds(0.1)}, {}, {}}});
    Job job;
    const TaskId a = AddFlow(job, "a", 0, 1, GB);
    const TaskId x = job.graph.AddCompute(DeviceId(0), SECOND, "x");
    job.graph.AddDependency(a, x, Milestone::SENT);
    EXPECT_EQ(PathText(RunFluid(topology, {job}, "fair")),
              (Strings{"0.0.0 flow a 0-1: 1 + 0", "0.0.1 compute x 1-2"}));
}

TEST(CriticalPathOfARun, SharedDevicesAreDelays)
{
    // Both jobs compute on device 0: job 0 for 2 s, job 1 for 3 s behind it.
    Job first;
    first.graph.AddCompute(DeviceId(0), 2 * SECOND, "x");
    Job second;
    second.graph.AddCompute(DeviceId(0), 3 * SECOND, "u");
    const RunRecord record = RunFluid(Hosts(2), {first, second}, "fair");
    EXPECT_EQ(PathText(record),
              (Strings{"0.0.0 compute x 0-2", "1.0.0 device u 0-2", "1.0.1 compute u 2-5"}));
    EXPECT_EQ(PathTimesByJob(record)[1].delay, 2 * SECOND);
}

TEST(CriticalPathOfARun, WithoutSeriesThereArePathsAndNoWaits)
{
    const Topology topology = Hosts(2);
    Job job;
    AddFlow(job, "a", 0, 1, 2 * GB);
    AddFlow(job, "b", 0, 1, GB);
    const std::vector<Job> jobs{job};
    const SchedulerEntry& entry = SchedulerEntryOf("fair");
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    FluidFabric fabric(topology);
    EmulationInput input{topology, jobs};
    input.keepsSeries = false;
    const RunRecord record = RunEmulation(input, *scheduler, fabric);
    EXPECT_EQ(PathText(record), (Strings{"0.0.0 flow a 0-3: 2 + 1"}));
    EXPECT_TRUE(record.waits.empty());
    EXPECT_EQ(record.rateChanges, 0U);
}

/// A step of the kind, from and to in picoseconds.
std::string
StepText(const PathStepRecord& step)
{
    std::ostringstream text;
    text << ToText(step.kind) << " " << step.start.Picoseconds() << "-" << step.end.Picoseconds();
    return text.str();
}

Strings
StepsText(const RunRecord& record)
{
    Strings text;
    for (const PathStepRecord& step : record.criticalPath)
    {
        text.push_back(StepText(step));
    }
    return text;
}

/// d (a delay of 1 us), then what `add` makes of the graph, then c, which computes for 1 us on
/// device 0; x computes there for 1 us and 2 ps. So c is ready at 1 us and starts 2 ps later, which
/// is rounding.
template <typename Adding>
Job
ComputationWithinRounding(const Adding& add)
{
    Job job;
    const TaskId delay = job.graph.AddDelay(Time::FromSeconds(1e-6));
    job.graph.AddCompute(DeviceId(0), Time::FromPicoseconds(1000002), "x");
    const TaskId instant = add(job);
    job.graph.AddDependency(delay, instant);
    job.graph.AddDependency(instant,
                            job.graph.AddCompute(DeviceId(0), Time::FromSeconds(1e-6), "c"));
    return job;
}

TEST(CriticalPathOfARun, WhatTakesNoTimeIsNoStepWhateverRoundingMakesOfIt)
{
    // The 2 ps belong to the delay before, not to the barrier, the transfer within a host or the
    // delay of no length.
    const Strings expected{"delay 0-1000002", "compute 1000002-2000002"};
    const Job barrier = ComputationWithinRounding([](Job& job) { return job.graph.AddBarrier(); });
    EXPECT_EQ(StepsText(RunFluid(Hosts(3), {barrier}, "fair")), expected);
    const Job local =
        ComputationWithinRounding([](Job& job) { return AddFlow(job, "s", 0, 0, GB); });
    EXPECT_EQ(StepsText(RunFluid(Hosts(3), {local}, "fair")), expected);
    // With a flow of the network in the run too, which must not be taken for the transfer.
    const Job both = ComputationWithinRounding([](Job& job) {
        AddFlow(job, "f", 1, 2, 100);
        return AddFlow(job, "s", 0, 0, GB);
    });
    EXPECT_EQ(StepsText(RunFluid(Hosts(3), {both}, "fair")), expected);
    const Job delay =
        ComputationWithinRounding([](Job& job) { return job.graph.AddDelay(Time()); });
    EXPECT_EQ(StepsText(RunFluid(Hosts(3), {delay}, "fair")), expected);
}

TEST(CriticalPathOfARun, RoundingAtTheStartBelongsToTheStepAfter)
{
    // Job 1 computes for 1 us from 2 ps before the end of job 0's 1 us on the same device, with and
    // without a barrier before: there is no step before to take the 2 ps.
    Job first;
    first.graph.AddCompute(DeviceId(0), Time::FromSeconds(1e-6), "x");
    Job second;
    second.arrival = Time::FromPicoseconds(999998);
    const TaskId compute = second.graph.AddCompute(DeviceId(0), Time::FromSeconds(1e-6), "c");
    EXPECT_EQ(StepsText(RunFluid(Hosts(2), {first, second}, "fair")),
              (Strings{"compute 0-1000000", "compute 999998-2000000"}));
    second.graph.AddDependency(second.graph.AddBarrier(), compute);
    EXPECT_EQ(StepsText(RunFluid(Hosts(2), {first, second}, "fair")),
              (Strings{"compute 0-1000000", "compute 999998-2000000"}));

    // A computation of no length is all there is.
    Job third;
    third.arrival = second.arrival;
    third.graph.AddDependency(third.graph.AddBarrier(),
                              third.graph.AddCompute(DeviceId(0), Time(), "z"));
    EXPECT_EQ(StepsText(RunFluid(Hosts(2), {first, third}, "fair")),
              (Strings{"compute 0-1000000", "compute 999998-1000000"}));
}

/// Figure 2 of Pan et al., HotNets 2022: one link of 1 GB/s; the producer finishes a micro-batch at
/// 1, 2 and 3 s; each sends 2 GB, then the consumer computes 1 s on it. One EchelonFlow.
Job
Figure2()
{
    Job job;
    const GroupIndex group = job.graph.AddGroup({"pp", "c", Arrangement::Pipeline(3, SECOND), 1.0});
    std::optional<TaskId> before;
    for (std::uint32_t i = 0; i < 3; ++i)
    {
        const TaskId produce = job.graph.AddCompute(DeviceId(0), SECOND, "F" + std::to_string(i));
        if (before)
        {
            job.graph.AddDependency(*before, produce);
        }
        before = produce;
        const TaskId flow = job.graph.AddFlow({group, DeviceId(0), DeviceId(1), 2 * GB, i, 1});
        job.graph.AddDependency(produce, flow);
        job.graph.AddDependency(flow,
                                job.graph.AddCompute(DeviceId(1), SECOND, "G" + std::to_string(i)));
    }
    return job;
}

TEST(CriticalPathOfFigure2, Fair)
{
    // Flows end at 4.5, 6.5 and 7 s. The consumer computes 4.5-5.5, 6.5-7.5, 7.5-8.5: the last
    // computation queued behind that of flow 1, which started at 2. So F0, F1 (until 2 s), flow 1
    // (2 s alone, 2.5 s of waiting), G1, G2. Flow 1 shared with flow 0 from 2 to 3 and all three
    // from 3 to 4.5, then with flow 2 until 6.5: 1/2 + 2/3 × 1.5 + 1/2 × 2 = 2.5 s, all of its own
    // EchelonFlow.
    const RunRecord record = RunFluid(Hosts(2), {Figure2()}, "fair");
    EXPECT_EQ(PathText(record),
              (Strings{"0.0.0 compute F0 0-1",
                       "0.0.1 compute F1 1-2",
                       "0.0.2 flow pp 2-6.5: 2 + 2.5",
                       "0.0.3 compute G1 6.5-7.5",
                       "0.0.4 compute G2 7.5-8.5"}));
    EXPECT_EQ(record.criticalPath[2].flow, FlowId(1));
    EXPECT_EQ(WaitsText(record), (Strings{"0.0.2 0 pp@0.0: 2.5"}));
}

TEST(CriticalPathOfFigure2, Sebf)
{
    // As a coflow all end together, at 7 s; then three computations, 7-10. They start in order of
    // their tasks: G0, G1, G2, so the path goes back through G0 to flow 0, which started at 1 s: 2
    // s alone, 4 s of waiting for flows 1 and 2. (Nothing else was there until 2 s: flow 0 had the
    // link for 1 s, then it shared.)
    const RunRecord record = RunFluid(Hosts(2), {Figure2()}, "sebf");
    EXPECT_EQ(PathText(record),
              (Strings{"0.0.0 compute F0 0-1",
                       "0.0.1 flow pp 1-7: 2 + 4",
                       "0.0.2 compute G0 7-8",
                       "0.0.3 compute G1 8-9",
                       "0.0.4 compute G2 9-10"}));
    EXPECT_EQ(record.criticalPath[1].flow, FlowId(0));
    EXPECT_EQ(WaitsText(record), (Strings{"0.0.1 0 pp@0.0: 4"}));
}

TEST(CriticalPathOfFigure2, Echelon)
{
    // Flows end at 5, 6 and 7 s; computations 5-6, 6-7, 7-8, each just when its flow is there: the
    // path ends with flow 2, from 3 to 7 s: 2 s alone, 2 s of waiting for flows 0 and 1.
    const RunRecord record = RunFluid(Hosts(2), {Figure2()}, "echelon");
    EXPECT_EQ(PathText(record),
              (Strings{"0.0.0 compute F0 0-1",
                       "0.0.1 compute F1 1-2",
                       "0.0.2 compute F2 2-3",
                       "0.0.3 flow pp 3-7: 2 + 2",
                       "0.0.4 compute G2 7-8"}));
    EXPECT_EQ(record.criticalPath[3].flow, FlowId(2));
    EXPECT_EQ(WaitsText(record), (Strings{"0.0.3 0 pp@0.0: 2"}));
}

} // namespace
} // namespace echelon
