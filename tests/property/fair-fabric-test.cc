// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fabric that shares by itself against the scheduler `fair` on the fluid fabric: same flows,
 * same finishes up to rounding, same load of links.
 */
#include "fabric/fair-fabric.h"

#include "base/random.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <tuple>

namespace echelon
{
namespace
{

/// Rounding of rates, over the hundreds of changes that a flow sees.
constexpr double SAME_TIME = 1e-9;

/// What a random run may hold.
struct Instance
{
    const char* name;
    std::uint32_t hosts;
    std::uint32_t gpus;
    std::uint32_t flows;
    std::uint32_t maxMultiplicity;
    std::uint64_t releases;       ///< different times of release; 1: all at once
    std::uint64_t sizes;          ///< different sizes; few: many flows end together
    std::uint32_t interfaces = 1; ///< per host
};

void
PrintTo(const Instance& instance, std::ostream* out)
{
    *out << instance.name;
}

Topology
MakeTopology(const Instance& instance, std::uint64_t seed)
{
    RandomStream stream(seed, "rates");
    ServerSpec server{instance.gpus,
                      {10e9, Time::FromSeconds(1e-6)},
                      {},
                      {100e9, Time::FromSeconds(1e-7)},
                      instance.interfaces};
    for (std::uint32_t h = 0; h < instance.hosts; ++h)
    {
        server.hostRates.push_back(1e9 * static_cast<double>(1 + stream.Below(3)));
    }
    return MakeBigSwitch({instance.hosts, server});
}

/// Flows between random devices; every third waits for an earlier one as well.
Job
MakeJob(const Instance& instance, std::uint64_t seed)
{
    RandomStream stream(seed, "flows");
    Job job;
    job.name = "random";
    job.iterations = 2;
    const GroupIndex group = job.graph.AddGroup({"all", "world", Arrangement::Coflow(), 1.0});
    const std::uint32_t devices = instance.hosts * instance.gpus;
    std::vector<TaskId> flows;
    for (std::uint32_t i = 0; i < instance.flows; ++i)
    {
        // Destinations are skewed, so that levels differ.
        const std::uint64_t source = stream.Below(devices);
        const std::uint64_t other = stream.Below(1 + stream.Below(devices - 1));
        const DeviceId destination((source + 1 + other) % devices);
        const Bytes bytes = 1000000 * static_cast<Bytes>(1 + stream.Below(instance.sizes));
        const auto multiplicity =
            static_cast<std::uint32_t>(1 + stream.Below(instance.maxMultiplicity));
        const TaskId release = job.graph.AddDelay(
            Time::FromSeconds(0.01 * static_cast<double>(stream.Below(instance.releases))));
        const TaskId flow =
            job.graph.AddFlow({group, DeviceId(source), destination, bytes, 0, multiplicity});
        job.graph.AddDependency(release, flow);
        if (i % 3 == 2)
        {
            job.graph.AddDependency(flows[stream.Below(i)], flow);
        }
        flows.push_back(flow);
    }
    return job;
}

RunRecord
RunFair(const Topology& topology, const std::vector<Job>& jobs, Fabric& fabric)
{
    const SchedulerEntry& entry = SchedulerEntryOf("fair");
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    return RunEmulation({topology, jobs, 1}, *scheduler, fabric);
}

/// Bits that a series says a link has carried.
double
Volume(const RunRecord& record, LinkId link)
{
    double bits = 0;
    BitRate rate = 0;
    Time since;
    for (const LinkRateRecord& change : record.linkRates)
    {
        if (change.link == link)
        {
            bits += rate * (change.time - since).Seconds();
            rate = change.rate;
            since = change.time;
        }
    }
    return bits + rate * (record.makespan - since).Seconds();
}

class FairFabricRuns : public testing::TestWithParam<Instance>
{
};

TEST_P(FairFabricRuns, EndsEveryFlowWhenTheSchedulerFairDoes)
{
    for (std::uint64_t seed = 1; seed <= 12; ++seed)
    {
        SCOPED_TRACE(seed);
        const Topology topology = MakeTopology(GetParam(), seed);
        const std::vector<Job> jobs{MakeJob(GetParam(), seed)};
        FluidFabric fluid(topology, 4096.0 / 4178);
        const RunRecord expected = RunFair(topology, jobs, fluid);
        FairFabric shared(topology, 4096.0 / 4178);
        const RunRecord record = RunFair(topology, jobs, shared);
        ASSERT_EQ(record.flows.size(), expected.flows.size());
        // Flows that start at one instant up to rounding may start in another order.
        std::map<std::tuple<DeviceId, DeviceId, Bytes, std::uint32_t>, std::vector<double>> a;
        auto b = a;
        for (std::size_t i = 0; i < record.flows.size(); ++i)
        {
            const auto key = [](const FlowRecord& f) {
                return std::tuple(f.source, f.destination, f.bytes, f.multiplicity);
            };
            a[key(record.flows[i])].push_back(record.flows[i].finish.Seconds());
            b[key(expected.flows[i])].push_back(expected.flows[i].finish.Seconds());
        }
        for (auto& [key, finishes] : a)
        {
            auto& others = b[key];
            ASSERT_EQ(finishes.size(), others.size());
            std::sort(finishes.begin(), finishes.end());
            std::sort(others.begin(), others.end());
            for (std::size_t i = 0; i < finishes.size(); ++i)
            {
                ASSERT_NEAR(finishes[i], others[i], SAME_TIME * (1 + others[i]));
            }
        }
        EXPECT_NEAR(record.makespan.Seconds(), expected.makespan.Seconds(), SAME_TIME);
        for (std::uint32_t link = 0; link < 2 * GetParam().hosts; ++link)
        {
            const double bits = record.linkBits[link];
            EXPECT_DOUBLE_EQ(bits, expected.linkBits[link]);
            EXPECT_NEAR(Volume(record, LinkId(link)), bits, 1e-6 * (1 + bits));
        }
    }
}

/// Each flow is a job of its own, so that it is on a critical path, and waits for other jobs.
std::vector<Job>
MakeJobs(const Instance& instance, std::uint64_t seed)
{
    const Job all = MakeJob(instance, seed);
    RandomStream stream(seed, "arrivals");
    std::vector<Job> jobs;
    for (const Task& task : all.graph.Tasks())
    {
        if (task.kind == TaskKind::FLOW)
        {
            Job job;
            job.name = "job" + std::to_string(jobs.size());
            job.arrival = Time::FromSeconds(0.003 * stream.Uniform());
            FlowTemplate flow = task.flow;
            flow.group = job.graph.AddGroup({"flow", "world", Arrangement::Coflow(), 1.0});
            job.graph.AddFlow(flow);
            jobs.push_back(std::move(job));
        }
    }
    return jobs;
}

/// Seconds that a job waited for another one, on a link; for none, held back (-1).
std::map<std::tuple<JobId, std::int64_t, std::int64_t>, double>
WaitsByJobs(const RunRecord& record)
{
    std::map<std::tuple<JobId, std::int64_t, std::int64_t>, double> seconds;
    for (const WaitRecord& wait : record.waits)
    {
        const std::int64_t other =
            wait.blocking ? record.groups[wait.blocking->Value()].job.Value() : -1;
        const std::int64_t link = wait.link ? wait.link->Value() : -1;
        seconds[{wait.job, other, link}] += wait.time.Seconds();
    }
    return seconds;
}

TEST_P(FairFabricRuns, WaitsAreThoseUnderTheSchedulerFair)
{
    // The switch logs one rate for all flows of a pair of ports, the coordinator one for each flow.
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
    {
        SCOPED_TRACE(seed);
        const Topology topology = MakeTopology(GetParam(), seed);
        const std::vector<Job> jobs = MakeJobs(GetParam(), seed);
        FluidFabric fluid(topology, 4096.0 / 4178);
        auto expected = WaitsByJobs(RunFair(topology, jobs, fluid));
        FairFabric shared(topology, 4096.0 / 4178);
        auto found = WaitsByJobs(RunFair(topology, jobs, shared));
        ASSERT_FALSE(expected.empty());
        for (const auto& [key, seconds] : expected)
        {
            found.try_emplace(key, 0.0);
        }
        for (const auto& [key, seconds] : found)
        {
            const auto& [job, other, link] = key;
            EXPECT_NEAR(seconds, expected[key], SAME_TIME)
                << job.Value() << " for " << other << " at " << link;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Random,
                         FairFabricRuns,
                         testing::Values(Instance{"sparse", 8, 1, 40, 1, 100, 100},
                                         Instance{"dense", 8, 1, 600, 1, 5, 1000},
                                         Instance{"ends_together", 16, 1, 400, 1, 1, 2},
                                         Instance{"bundles", 8, 1, 100, 9, 20, 100},
                                         Instance{"with_gpus", 4, 4, 300, 3, 20, 100},
                                         Instance{"with_interfaces", 4, 4, 300, 3, 20, 100, 2}),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace echelon
