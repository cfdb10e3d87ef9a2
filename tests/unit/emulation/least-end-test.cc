// SPDX-License-Identifier: GPL-2.0-only
// Lower bounds of a run's end, each by hand, and against runs of random jobs.
#include "emulation/least-end.h"

#include "base/random.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Links of 8 Gb/s: 1 GB a second.
Topology
FourHosts(Time delay = {})
{
    return MakeBigSwitch({4, {1, {8e9, delay}, {}, {}}});
}

constexpr Bytes GIGABYTE = 1000000000;

Job
NewJob(const std::string& name)
{
    Job job;
    job.name = name;
    job.graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    return job;
}

TaskId
AddFlow(Job& job, std::uint32_t source, std::uint32_t destination, Bytes bytes, std::uint32_t count)
{
    return job.graph.AddFlow({0, DeviceId(source), DeviceId(destination), bytes, 0, count});
}

// 3 s of computing, 2 × 2 GB in 4 s and two links of 5 s, a delay of 7 s: 24 s; twice, from 100 s.
TEST(LeastEnd, OfAChainOfTasks)
{
    const Topology topology = FourHosts(Time::FromSeconds(5));
    Job job = NewJob("a");
    job.arrival = Time::FromSeconds(100);
    job.iterations = 2;
    const TaskId compute = job.graph.AddCompute(DeviceId(0), Time::FromSeconds(3), "c");
    const TaskId flow = AddFlow(job, 0, 1, 2 * GIGABYTE, 2);
    const TaskId delay = job.graph.AddDelay(Time::FromSeconds(7));
    job.graph.AddDependency(compute, flow);
    job.graph.AddDependency(flow, delay);
    const LeastEnd end = LeastEndOf(topology, {job}, 1);
    EXPECT_DOUBLE_EQ(end.seconds, 148);
    EXPECT_FALSE(end.link || end.device);
    EXPECT_EQ(end.job, JobId(0));
}

// What follows a flow that has been sent does not wait for its delay: 1 s + 7 s, and the flow 11 s.
TEST(LeastEnd, OfATaskThatFollowsTheSending)
{
    Job job = NewJob("a");
    const TaskId flow = AddFlow(job, 0, 1, GIGABYTE, 1);
    const TaskId delay = job.graph.AddDelay(Time::FromSeconds(7));
    job.graph.AddDependency(flow, delay, Milestone::SENT);
    EXPECT_DOUBLE_EQ(LeastEndOf(FourHosts(Time::FromSeconds(5)), {job}, 1).seconds, 11);
    EXPECT_DOUBLE_EQ(LeastEndOf(FourHosts(Time::FromSeconds(1)), {job}, 1).seconds, 8);
}

// Hosts 1, 2 and 3 send 4 GB each to host 0: 12 s on its link, in five iterations 60 s.
TEST(LeastEnd, OfASharedReceiver)
{
    const Topology topology = FourHosts();
    Job job = NewJob("a");
    job.iterations = 5;
    for (const std::uint32_t source : {1U, 2U, 3U})
    {
        AddFlow(job, source, 0, 4 * GIGABYTE, 1);
    }
    const LeastEnd end = LeastEndOf(topology, {job}, 1);
    EXPECT_DOUBLE_EQ(end.seconds, 60);
    ASSERT_TRUE(end.link.has_value());
    EXPECT_EQ(topology.GetLink(*end.link).name, "switch->host0");
}

// Two jobs send over one link, 3 GB from 10 s on and 5 GB from 20 s on: 18 s.
TEST(LeastEnd, OfALinkThatJobsShare)
{
    Job first = NewJob("a");
    first.arrival = Time::FromSeconds(10);
    AddFlow(first, 0, 1, 3 * GIGABYTE, 1);
    Job second = NewJob("b");
    second.arrival = Time::FromSeconds(11);
    AddFlow(second, 0, 1, 5 * GIGABYTE, 1);
    const LeastEnd end = LeastEndOf(FourHosts(), {first, second}, 1);
    EXPECT_DOUBLE_EQ(end.seconds, 18);
    EXPECT_TRUE(end.link.has_value());
    EXPECT_EQ(end.job, JobId(1)); // of the larger flow
}

// Ten computations of 2 s that wait for nothing, on one stream of device 2.
TEST(LeastEnd, OfAStream)
{
    Job job = NewJob("a");
    for (int i = 0; i < 10; ++i)
    {
        job.graph.AddCompute(DeviceId(2), Time::FromSeconds(2), "c");
    }
    const LeastEnd end = LeastEndOf(FourHosts(), {job}, 1);
    EXPECT_DOUBLE_EQ(end.seconds, 20);
    EXPECT_EQ(end.device, DeviceId(2));
    // Noise may make them shorter by any factor.
    job.variation.sigma = 0.1;
    EXPECT_DOUBLE_EQ(LeastEndOf(FourHosts(), {job}, 1).seconds, 0);
}

// "b" comes after "c", which comes after "a", though all arrive at 1 s: 3 × 4 s.
TEST(LeastEnd, OfJobsOneAfterTheOther)
{
    std::vector<Job> jobs{NewJob("a"), NewJob("b"), NewJob("c")};
    for (Job& job : jobs)
    {
        job.arrival = Time::FromSeconds(1);
        job.graph.AddDelay(Time::FromSeconds(4));
    }
    jobs[1].after = JobId(2);
    jobs[2].after = JobId(0);
    const LeastEnd end = LeastEndOf(FourHosts(), jobs, 1);
    EXPECT_DOUBLE_EQ(end.seconds, 13);
    EXPECT_EQ(end.job, JobId(1));
}

/// Up to four jobs of up to a dozen tasks that wait for some of those before them.
std::vector<Job>
RandomJobs(RandomStream& stream)
{
    std::vector<Job> jobs;
    for (std::uint64_t j = 1 + stream.Below(4); j-- > 0;)
    {
        Job job = NewJob("job" + std::to_string(j));
        job.arrival = Time::FromSeconds(stream.Uniform() * 5);
        job.iterations = static_cast<std::uint32_t>(1 + stream.Below(3));
        std::vector<TaskId> tasks;
        for (std::uint64_t t = 1 + stream.Below(12); t-- > 0;)
        {
            const auto device = static_cast<std::uint32_t>(stream.Below(4));
            const Time duration = Time::FromSeconds(stream.Uniform());
            const std::uint64_t kind = stream.Below(3);
            const TaskId task = kind == 0 ? job.graph.AddCompute(DeviceId(device), duration, "c")
                                : kind == 1
                                    ? job.graph.AddDelay(duration)
                                    : AddFlow(job,
                                              device,
                                              static_cast<std::uint32_t>(stream.Below(4)),
                                              static_cast<Bytes>(1 + stream.Below(GIGABYTE)),
                                              static_cast<std::uint32_t>(1 + stream.Below(3)));
            for (const TaskId before : tasks)
            {
                if (stream.Below(4) == 0)
                {
                    job.graph.AddDependency(before,
                                            task,
                                            stream.Below(2) == 0 ? Milestone::DONE
                                                                 : Milestone::SENT);
                }
            }
            tasks.push_back(task);
        }
        jobs.push_back(std::move(job));
    }
    if (jobs.size() > 1 && stream.Below(2) == 0)
    {
        jobs[0].after = JobId(1);
    }
    return jobs;
}

TEST(LeastEnd, IsNoLaterThanAnyRun)
{
    const Topology topologies[] = {
        FourHosts(Time::FromSeconds(0.1)),
        MakeLeafSpine({2, 2, 2, {1, {8e9, Time()}, {}, {}}, {3e9, Time::FromSeconds(0.2)}})};
    RandomStream stream(3, "least end");
    int tight = 0;
    for (int i = 0; i < 100; ++i)
    {
        const std::vector<Job> jobs = RandomJobs(stream);
        const Topology& topology = topologies[i % 2];
        const double least = LeastEndOf(topology, jobs, 1).seconds;
        EXPECT_LE(least, MostSeconds(topology, jobs) * (1 + 1e-12));
        for (const char* const name : {"fair", "fifo", "srpt", "echelon"})
        {
            const SchedulerEntry& entry = SchedulerEntryOf(name);
            const auto scheduler = entry.make(ParameterSet(entry.parameters));
            FluidFabric fabric(topology);
            const double end =
                RunEmulation({topology, jobs, 1}, *scheduler, fabric).makespan.Seconds();
            EXPECT_LE(least, end + 1e-9) << name;
            tight += least > 0.999 * end ? 1 : 0;
        }
    }
    // The bound is worth something: many runs end then.
    EXPECT_GT(tight, 50);
}

} // namespace
} // namespace echelon
