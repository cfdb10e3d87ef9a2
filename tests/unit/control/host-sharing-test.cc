// SPDX-License-Identifier: GPL-2.0-only

// Flows inside a host share its ports without a coordinator.

#include "control/host-sharing.h"

#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"
#include "support/capacity-checker.h"

#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

/// Two hosts of four GPUs: 1 GB/s between hosts, 4 GB/s for each GPU inside.
Topology
TwoHosts()
{
    return MakeBigSwitch({2, {4, {8e9, {}}, {}, {32e9, {}}}});
}

/// A flow of `gigabytes`, released at `seconds`; of the group with this name.
struct Transfer
{
    int from;
    int to;
    int gigabytes;
    double seconds;
    std::string group;
};

Job
Transfers(const std::vector<Transfer>& transfers)
{
    Job job;
    job.name = "j";
    std::map<std::string, GroupIndex> groups;
    for (const Transfer& transfer : transfers)
    {
        if (groups.count(transfer.group) == 0)
        {
            groups[transfer.group] =
                job.graph.AddGroup({transfer.group, "c", Arrangement::Coflow(), 1.0});
        }
        const TaskId flow = job.graph.AddFlow({groups[transfer.group],
                                               DeviceId(transfer.from),
                                               DeviceId(transfer.to),
                                               transfer.gigabytes * Bytes{1000000000},
                                               0,
                                               1});
        const TaskId delay = job.graph.AddDelay(Time::FromSeconds(transfer.seconds));
        job.graph.AddDependency(delay, flow);
    }
    return job;
}

RunRecord
RunJob(const Job& job, const std::string& scheduler, const ControlPlane& control = {})
{
    const Topology topology = TwoHosts();
    FluidFabric fluid(topology);
    CheckedFabric fabric(fluid, topology);
    const SchedulerEntry& entry = SchedulerEntryOf(scheduler);
    const auto made = entry.make(ParameterSet(entry.parameters));
    const std::vector<Job> jobs{job};
    EmulationInput input{topology, jobs};
    input.control = control;
    return RunEmulation(input, *made, fabric);
}

std::vector<double>
Finishes(const RunRecord& record)
{
    std::vector<double> seconds;
    for (const FlowRecord& flow : record.flows)
    {
        seconds.push_back(flow.finish.Seconds());
    }
    return seconds;
}

TEST(HostSharing, FlowsOfOnePortShareIt)
{
    // A and B leave GPU 0 at 2 GB/s each; A of 2 GB is sent at 1 s. B then has 4 GB/s for the other
    // 2 of its 4 GB: 1.5 s. C leaves GPU 1 for GPU 3 and has 4 GB/s throughout: 1 s.
    const Job job = Transfers({{0, 1, 2, 0, "a"}, {0, 2, 4, 0, "b"}, {1, 3, 4, 0, "c"}});
    EXPECT_EQ(Finishes(RunJob(job, "fair")), (std::vector<double>{1, 1.5, 1}));
}

TEST(HostSharing, ConnectedFlowsAreSharedTogether)
{
    // A, B and C meet at the ingress port of GPU 1: 4/3 GB/s each. D shares the egress port of GPU
    // 0 with A and has what A leaves: 8/3 GB/s. All end after 0.75 s.
    const Job job =
        Transfers({{0, 1, 1, 0, "a"}, {2, 1, 1, 0, "b"}, {3, 1, 1, 0, "c"}, {0, 2, 2, 0, "d"}});
    for (const double finish : Finishes(RunJob(job, "fair")))
    {
        EXPECT_NEAR(finish, 0.75, 1e-11);
    }
}

TEST(HostSharing, NoSchedulerOrdersThem)
{
    // A of 2 GB and B of 4 GB as above. First in, first out would let B wait for A: 0.5 and 1.5 s;
    // the switch in the host gives both their share.
    const Job job = Transfers({{0, 1, 2, 0, "a"}, {0, 2, 4, 0, "b"}});
    EXPECT_EQ(Finishes(RunJob(job, "fifo")), (std::vector<double>{1, 1.5}));
}

TEST(HostSharing, TheyWaitForNoCoordinator)
{
    // Decisions take 0.25 s, reports as long, and from 0.1 s on there is no coordinator. A inside
    // the host sends at once: 4 GB in 1 s. B between hosts has its rate from 0.1 s on, when the
    // agents share by themselves: 1 GB in 1.1 s.
    ControlPlane control;
    control.controlDelay = Time::FromSeconds(0.25);
    control.reportDelay = Time::FromSeconds(0.25);
    control.lostAt = Time::FromSeconds(0.1);
    const Job job = Transfers({{0, 1, 4, 0, "a"}, {0, 4, 1, 0, "b"}});
    const RunRecord record = RunJob(job, "fair", control);
    EXPECT_EQ(Finishes(record), (std::vector<double>{1, 1.1}));
    EXPECT_EQ(record.control.reports, 1U);
}

TEST(HostSharing, AGroupCountsWhatLeavesTheHost)
{
    // Group a has 9 GB inside the host and 1 GB to host 1, group b 2 GB to host 1 by the same
    // interface. Smallest effective bottleneck first: a needs 1 s of the interface and b 2 s, so a
    // is served first and ends there at 1 s, b at 3 s. (All of it counted, a would need 2.25 s of
    // GPU 0's port and come second.)
    const Job job = Transfers({{0, 1, 9, 0, "a"}, {0, 4, 1, 0, "a"}, {1, 5, 2, 0, "b"}});
    EXPECT_EQ(Finishes(RunJob(job, "sebf")), (std::vector<double>{2.25, 1, 3}));
}

TEST(HostSharing, WaitsInsideAHostNameWhoHadThePort)
{
    // A of 4 GB has GPU 0's port alone until 0.5 s. Then B of 2 GB comes, and both send at 2 GB/s
    // until A's other 2 GB and B end together at 1.5 s. A needs 1 s alone, and has waited 0.5 s:
    // half of the second after 0.5 s, for B.
    const Job job = Transfers({{0, 1, 4, 0, "a"}, {0, 2, 2, 0.5, "b"}});
    const RunRecord record = RunJob(job, "fair");
    EXPECT_EQ(Finishes(record), (std::vector<double>{1.5, 1.5}));
    ASSERT_EQ(record.waits.size(), 1U);
    EXPECT_EQ(record.waits[0].time, Time::FromSeconds(0.5));
    EXPECT_EQ(record.waits[0].blocking, record.flows[1].group);
    EXPECT_EQ(record.rateChanges, 4U); // two rates from 0.5 s on, and two departures
}

TEST(HostSharing, AFlowAloneLeavesNothingInTheLog)
{
    // Each GPU sends to the next: every flow has both of its ports for itself.
    const Job job =
        Transfers({{0, 1, 4, 0, "a"}, {1, 2, 4, 0, "a"}, {2, 3, 4, 0, "a"}, {3, 0, 4, 0, "a"}});
    const RunRecord record = RunJob(job, "fair");
    EXPECT_EQ(Finishes(record), (std::vector<double>{1, 1, 1, 1}));
    EXPECT_EQ(record.rateChanges, 0U);
    EXPECT_EQ(record.control.decisions, 0U);
}

} // namespace
} // namespace echelon
