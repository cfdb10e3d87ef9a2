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
#include "workload/ideal-run.h"

#include "base/parameters.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

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

    const IdealRun run = RunIdeally(graph);
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
    EXPECT_EQ(RunIdeally(TaskGraph()).length, Time());
}

TEST(IdealRunTest, RefusesACycle)
{
    TaskGraph graph;
    const TaskId a = graph.AddBarrier();
    const TaskId b = graph.AddBarrier();
    graph.AddDependency(a, b);
    graph.AddDependency(b, a);
    EXPECT_THROW(RunIdeally(graph), ParameterError);
}

} // namespace
} // namespace echelon
