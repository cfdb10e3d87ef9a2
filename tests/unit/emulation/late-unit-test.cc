// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A unit that runs late, and the reference time that is measured anew.
 *
 * One link of bandwidth B between two devices. Job "a": a producer computes U0, U1, U2, each 1 s by
 * the profile, and sends 1 s of data (B × 1 s) after each; the arrangement is the pipeline's with
 * T = 1 s. U1 really takes 3 s. Job "b" computes 2.5 s and then sends 2 s of data as a coflow.
 *
 *     a: flow 0 starts at 1: r = 1, so d = 1, 2, 3.
 *     a: flow 1 starts at 4, flow 2 at 5: both after their ideal finish times.
 *     b: starts at 2.5, d = 2.5.
 *
 * Under edf the late flow 1 (d = 2) overtakes b at 4 and catches up; flow 2 (d = 3) does not:
 *     a0 [1, 2] · b [2.5, 4] · a1 [4, 5] · b [5, 5.5] · a2 [5.5, 6.5]
 */
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

constexpr Bytes SECOND_OF_DATA = 1000000000;

Time
Seconds(double seconds)
{
    return Time::FromSeconds(seconds);
}

std::vector<Job>
Jobs(std::uint32_t iterations)
{
    std::vector<Job> jobs(2);
    jobs[0].name = "a";
    jobs[0].iterations = iterations;
    TaskGraph& a = jobs[0].graph;
    const GroupIndex pipeline = a.AddGroup({"pp", "pp", Arrangement::Pipeline(3, Seconds(1)), 1.0});
    TaskId last;
    for (std::uint32_t i = 0; i < 3; ++i)
    {
        const TaskId unit = a.AddCompute(DeviceId(0), Seconds(i == 1 ? 3 : 1), "U");
        if (i > 0)
        {
            a.AddDependency(last, unit);
        }
        a.AddDependency(unit,
                        a.AddFlow({pipeline, DeviceId(0), DeviceId(1), SECOND_OF_DATA, i, 1}));
        last = unit;
    }
    jobs[1].name = "b";
    TaskGraph& b = jobs[1].graph;
    const TaskId wait = b.AddDelay(Seconds(2.5));
    const GroupIndex coflow = b.AddGroup({"b", "b", Arrangement::Coflow(), 1.0});
    b.AddDependency(wait, b.AddFlow({coflow, DeviceId(0), DeviceId(1), 2 * SECOND_OF_DATA, 0, 1}));
    return jobs;
}

RunRecord
RunUnder(const std::string& scheduler, const std::vector<Job>& jobs)
{
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    FluidFabric fabric(topology);
    const SchedulerEntry& entry = SchedulerEntryOf(scheduler);
    const auto made = entry.make(ParameterSet(entry.parameters));
    return RunEmulation({topology, jobs, 1}, *made, fabric);
}

TEST(LateUnit, HasIdealFinishTimesBeforeItStartsAndCatchesUp)
{
    const RunRecord record = RunUnder("edf", Jobs(1));
    ASSERT_EQ(record.flows.size(), 4U); // a0, b, a1, a2, in order of start
    const double start[] = {1, 2.5, 4, 5};
    const double ideal[] = {1, 2.5, 2, 3};
    const double finish[] = {2, 5.5, 5, 6.5};
    for (std::size_t i = 0; i < 4; ++i)
    {
        EXPECT_DOUBLE_EQ(record.flows[i].start.Seconds(), start[i]) << i;
        EXPECT_DOUBLE_EQ(record.flows[i].idealFinish.Seconds(), ideal[i]) << i;
        EXPECT_DOUBLE_EQ(record.flows[i].finish.Seconds(), finish[i]) << i;
    }
    // Tardiness of a: max(2 - 1, 5 - 2, 6.5 - 3) s.
    EXPECT_DOUBLE_EQ(record.groups[0].tardiness.Seconds(), 3.5);
}

TEST(LateUnit, MovesTheReferenceOfNoOtherIteration)
{
    // Each iteration of a has its own r: 1 s after its start, since U0 takes 1 s.
    const RunRecord record = RunUnder("edf", Jobs(3));
    std::size_t seen = 0;
    for (const GroupRecord& group : record.groups)
    {
        if (group.name == "pp")
        {
            EXPECT_EQ(group.reference, record.iterations[seen].start + Seconds(1));
            ++seen;
        }
    }
    EXPECT_EQ(seen, 3U);
    for (const FlowRecord& flow : record.flows)
    {
        const GroupRecord& group = record.groups[flow.group.Value()];
        const Time offset = group.name == "pp" ? Seconds(flow.position) : Time();
        EXPECT_EQ(flow.idealFinish, group.reference + offset);
    }
}

} // namespace
} // namespace echelon
