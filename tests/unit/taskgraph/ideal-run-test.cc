// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Two devices. Device 0 computes F0 (1 s) and F1 (2 s), both ready at 0; each is followed by a flow
 * to device 1, where B0 (4 s) and B1 (1 s) follow. A side task S (1 s) on device 2 hangs on the
 * first flow.
 *
 *     device 0: F0 [0,1] F1 [1,3]        device 1: B0 [1,5] B1 [5,6]       device 2: S [1,2]
 *
 * The iteration takes 6 s. B1 waits for B0's stream, not for F1: F1's flow may end at 5, F1 as
 * well. F0 and its flow are critical (1 s). S may end at 6.
 */
#include "taskgraph/ideal-run.h"

#include "base/parameters.h"
#include "network/big-switch.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// One device to a host.
Topology
Network()
{
    ServerSpec server;
    server.hostLink = {1e9, Time::FromPicoseconds(1000)};
    return MakeBigSwitch({3, server});
}

TEST(IdealRunTest, CriticalPathThroughStreams)
{
    TaskGraph graph;
    const GroupIndex g = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    const TaskId f0 = graph.AddCompute(DeviceId(0), Time::FromSeconds(1), "F0");
    const TaskId f1 = graph.AddCompute(DeviceId(0), Time::FromSeconds(2), "F1");
    const TaskId send0 = graph.AddFlow({g, DeviceId(0), DeviceId(1), 100, 0, 1});
    const TaskId send1 = graph.AddFlow({g, DeviceId(0), DeviceId(1), 100, 0, 1});
    const TaskId b0 = graph.AddCompute(DeviceId(1), Time::FromSeconds(4), "B0");
    const TaskId b1 = graph.AddCompute(DeviceId(1), Time::FromSeconds(1), "B1");
    const TaskId side = graph.AddCompute(DeviceId(2), Time::FromSeconds(1), "S");
    graph.AddDependency(f0, send0);
    graph.AddDependency(f1, send1);
    graph.AddDependency(send0, b0);
    graph.AddDependency(send1, b1);
    graph.AddDependency(send0, side);

    const IdealRun run = RunIdeally(graph, Network());
    EXPECT_EQ(run.length, Time::FromSeconds(6));
    EXPECT_EQ(run.start[b1.Value()], Time::FromSeconds(5));
    EXPECT_EQ(run.finish[send1.Value()], Time::FromSeconds(3));
    EXPECT_EQ(run.latestFinish[send0.Value()], Time::FromSeconds(1));
    EXPECT_EQ(run.latestFinish[send1.Value()], Time::FromSeconds(5));
    EXPECT_EQ(run.latestFinish[f1.Value()], Time::FromSeconds(5));
    EXPECT_EQ(run.latestFinish[side.Value()], Time::FromSeconds(6));
    EXPECT_EQ(run.latestFinish[b1.Value()], Time::FromSeconds(6));
}

TEST(IdealRunTest, AnEmptyGraphTakesNoTime)
{
    EXPECT_EQ(RunIdeally(TaskGraph(), Network()).length, Time());
}

TEST(IdealRunTest, RefusesACycle)
{
    TaskGraph graph;
    const TaskId a = graph.AddBarrier();
    const TaskId b = graph.AddBarrier();
    graph.AddDependency(a, b);
    graph.AddDependency(b, a);
    EXPECT_THROW(RunIdeally(graph, Network()), ParameterError);
}

/// Two hosts of three devices; scale-up ports of 8 Gb/s (1 ns a byte) that delay by 50 ns.
Topology
Servers()
{
    ServerSpec server;
    server.gpusPerHost = 3;
    server.hostLink = {1e9, Time::FromPicoseconds(1000)};
    server.scaleUp = {8e9, Time::FromPicoseconds(50000)};
    return MakeBigSwitch({2, server});
}

Time
Nanoseconds(std::int64_t ns)
{
    return Time::FromPicoseconds(1000 * ns);
}

// Device 0 sends 100 bytes to device 1 and 300 to device 2 in one coflow, at once: its egress port
// carries 400 bytes, 400 ns, and both flows end then; two links of delay make 500. A flow of
// another group from device 0 that starts with them takes its own 200 + 100 ns. Between hosts a
// flow takes no time, whatever its size.
TEST(IdealRunTest, FlowsInsideAHostTakeWhatTheirCoflowTakesAlone)
{
    TaskGraph graph;
    const GroupIndex g = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    const GroupIndex other = graph.AddGroup({"other", "o", Arrangement::Coflow(), 1.0});
    const TaskId a = graph.AddFlow({g, DeviceId(0), DeviceId(1), 100, 0, 1});
    const TaskId b = graph.AddFlow({g, DeviceId(0), DeviceId(2), 300, 0, 1});
    const TaskId alone = graph.AddFlow({other, DeviceId(0), DeviceId(1), 200, 0, 1});
    const TaskId between = graph.AddFlow({g, DeviceId(0), DeviceId(3), 1000000, 0, 1});
    const IdealRun run = RunIdeally(graph, Servers());
    EXPECT_EQ(run.finish[a.Value()], Nanoseconds(500));
    EXPECT_EQ(run.finish[b.Value()], Nanoseconds(500));
    EXPECT_EQ(run.finish[alone.Value()], Nanoseconds(300));
    EXPECT_EQ(run.finish[between.Value()], Time());
    EXPECT_EQ(run.length, Nanoseconds(500));
    EXPECT_EQ(run.latestFinish[alone.Value()], Nanoseconds(500));
}

// What follows a flow when it has been sent starts 100 ns, the route's delay, before what follows
// when it has arrived; and the flow may end that much later for it. The second flow of 40 bytes is
// sent at 100 + 40 and arrives at 240 ns, before the computation after the first flow's arrival at
// 200 ends (250).
TEST(IdealRunTest, WhatFollowsTheLastByteLeavingDoesNotWaitForItsArrival)
{
    TaskGraph graph;
    const GroupIndex g = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    const TaskId first = graph.AddFlow({g, DeviceId(0), DeviceId(1), 100, 0, 1});
    const TaskId second = graph.AddFlow({g, DeviceId(0), DeviceId(2), 40, 0, 1});
    const TaskId work = graph.AddCompute(DeviceId(1), Nanoseconds(50), "work");
    graph.AddDependency(first, second, Milestone::SENT);
    graph.AddDependency(first, work);
    const IdealRun run = RunIdeally(graph, Servers());
    EXPECT_EQ(run.start[second.Value()], Nanoseconds(100));
    EXPECT_EQ(run.finish[second.Value()], Nanoseconds(240));
    EXPECT_EQ(run.start[work.Value()], Nanoseconds(200));
    EXPECT_EQ(run.length, Nanoseconds(250));
    // By the computation 250 - 50; by the second flow, which may start at 110, 110 + 100.
    EXPECT_EQ(run.latestFinish[first.Value()], Nanoseconds(200));
    EXPECT_EQ(run.latestFinish[second.Value()], Nanoseconds(250));
}

} // namespace
} // namespace echelon
