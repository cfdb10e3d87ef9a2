// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/emulation.h"

#include "base/contracts.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Every flow gets its share of each link by equal division; remembers how many flows each decision
/// saw.
class EqualDivision : public Scheduler
{
  public:
    std::vector<std::size_t> flowsSeen;

  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        flowsSeen.push_back(view.flows.size());
        std::vector<double> users(view.capacity->size(), 0.0);
        for (const ActiveFlow& flow : view.flows)
        {
            for (const LinkId link : flow.route)
            {
                users[link.Value()] += flow.multiplicity;
            }
        }
        for (std::size_t i = 0; i < view.flows.size(); ++i)
        {
            const ActiveFlow& flow = view.flows[i];
            double share = std::numeric_limits<double>::infinity();
            for (const LinkId link : flow.route)
            {
                share = std::min(share, (*view.capacity)[link.Value()] / users[link.Value()]);
            }
            out.rates[i] = share * flow.multiplicity;
        }
    }
};

/// Never gives a rate.
class Starving : public Scheduler
{
    void DoAllocate(const NetworkView&, Allocation&) override
    {
    }
};

Topology
FourHosts(Time delay = {})
{
    return MakeBigSwitch({4, {1, {8e9, delay}, {}, {}}});
}

/// One job: flows of 1 GB between the given pairs, all at once, one group each.
Job
Transfers(const char* name, const std::vector<std::pair<int, int>>& pairs)
{
    Job job;
    job.name = name;
    for (const auto& [from, to] : pairs)
    {
        const auto group = job.graph.AddGroup(
            {std::to_string(from) + "->" + std::to_string(to), "c", Arrangement::Coflow(), 1.0});
        job.graph.AddFlow({group, DeviceId(from), DeviceId(to), 1000000000, 0, 1});
    }
    return job;
}

TEST(Emulation, DecisionsSeeOnlyWhatAChangeCanTouch)
{
    // Flow A: 0->1 for 1 s. B and C share host 2's egress: 2 s each at half rate. One decision at
    // the start with all three; A's departure touches nobody, B's and C's come together and leave
    // nobody.
    const Topology topology = FourHosts();
    const std::vector<Job> jobs{Transfers("j", {{0, 1}, {2, 3}, {2, 0}})};
    EqualDivision scheduler;
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, jobs, 1}, scheduler, fabric);
    EXPECT_EQ(record.flows[0].finish, Time::FromSeconds(1));
    EXPECT_EQ(record.flows[1].finish, Time::FromSeconds(2));
    EXPECT_EQ(record.makespan, Time::FromSeconds(2));
    EXPECT_EQ(scheduler.flowsSeen, (std::vector<std::size_t>{3}));
}

TEST(Emulation, ControlDelayPostponesEveryDecision)
{
    // 1 GB alone on its links: waits 0.25 s for its rate, then 1 s. The second iteration likewise.
    const Topology topology = FourHosts();
    std::vector<Job> jobs{Transfers("j", {{0, 1}})};
    jobs[0].iterations = 2;
    EqualDivision scheduler;
    FluidFabric fabric(topology);
    EmulationInput input{topology, jobs};
    input.control.controlDelay = Time::FromSeconds(0.25);
    const RunRecord record = RunEmulation(input, scheduler, fabric);
    EXPECT_EQ(record.flows[0].finish, Time::FromSeconds(1.25));
    EXPECT_EQ(record.makespan, Time::FromSeconds(2.5));
}

TEST(Emulation, CapacityIsFreedWhenTheLastBitLeaves)
{
    // Delay 2 x 0.5 s. First flow: sent at 1 s, arrives at 2 s. A second, released at 1 s on the
    // same link, has the whole rate at once.
    const Topology topology = FourHosts(Time::FromSeconds(0.5));
    Job job = Transfers("j", {{0, 1}, {0, 1}});
    const TaskId delay = job.graph.AddDelay(Time::FromSeconds(1));
    job.graph.AddDependency(delay, TaskId(1));
    const std::vector<Job> jobs{job};
    EqualDivision scheduler;
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, jobs, 1}, scheduler, fabric);
    EXPECT_EQ(record.flows[0].finish, Time::FromSeconds(2));
    EXPECT_EQ(record.flows[1].finish, Time::FromSeconds(3));
    EXPECT_DOUBLE_EQ(record.linkBits[0], 16e9);
}

TEST(Emulation, FlowsBetweenTheSameDeviceTakeNoTimeAndNoGroup)
{
    const Topology topology = FourHosts();
    const std::vector<Job> jobs{Transfers("j", {{1, 1}, {0, 1}})};
    EqualDivision scheduler;
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, jobs, 1}, scheduler, fabric);
    EXPECT_EQ(record.flows.size(), 1);
    EXPECT_EQ(record.groups.size(), 1);
    EXPECT_EQ(record.makespan, Time::FromSeconds(1));
}

TEST(Emulation, IterationsKeepPathsAndGetGroupsOfTheirOwn)
{
    const Topology topology = MakeLeafSpine({2, 8, 2, {1, {8e9, Time()}, {}, {}}, {8e9, Time()}});
    std::vector<Job> jobs{Transfers("j", {{0, 2}})};
    jobs[0].iterations = 3;
    EqualDivision scheduler;
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, jobs, 1}, scheduler, fabric);
    ASSERT_EQ(record.groups.size(), 3);
    EXPECT_EQ(record.groups[2].iteration, 2);
    EXPECT_EQ(record.groups[2].reference, Time::FromSeconds(2));
    // One spine carried all three transfers: 24 Gbit on each of its two links, none on the others.
    EXPECT_EQ(std::count(record.linkBits.begin(), record.linkBits.end(), 24e9), 4);
}

TEST(Emulation, AStarvedFlowIsADefect)
{
    const Topology topology = FourHosts();
    const std::vector<Job> jobs{Transfers("j", {{0, 1}})};
    Starving scheduler;
    FluidFabric fabric(topology);
    EXPECT_THROW(RunEmulation({topology, jobs, 1}, scheduler, fabric), ContractViolation);
}

} // namespace
} // namespace echelon
