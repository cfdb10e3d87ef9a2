// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/task-graph.h"

#include "base/parameters.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>

namespace echelon
{
namespace
{

/// "0>1 0>2(sent)".
std::string
Text(const TaskGraph& graph)
{
    std::string text;
    for (const auto& [before, after, milestone] : graph.Dependencies())
    {
        text += (text.empty() ? "" : " ") + std::to_string(before.Value()) + ">" +
                std::to_string(after.Value()) + (milestone == Milestone::SENT ? "(sent)" : "");
    }
    return text;
}

/// Task 0 is a flow, the others are barriers.
TaskGraph
GraphOf(std::size_t tasks)
{
    TaskGraph graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    graph.AddFlow({group, DeviceId(0), DeviceId(1), 7, 0});
    while (graph.Tasks().size() < tasks)
    {
        graph.AddBarrier();
    }
    return graph;
}

TEST(TaskGraph, DependenciesAreSortedByWhatIsWaitedForAndKeepTheirOrder)
{
    TaskGraph graph = GraphOf(4);
    EXPECT_EQ(Text(graph), "");
    graph.AddDependency(TaskId(2), TaskId(3), Milestone::SENT); // a barrier is done at once
    graph.AddDependency(TaskId(0), TaskId(3));
    graph.AddDependency(TaskId(0), TaskId(1), Milestone::SENT);
    EXPECT_EQ(Text(graph), "0>3 0>1(sent) 2>3");
    // What is added after they were read comes after what was there.
    graph.AddBarrier();
    graph.AddDependency(TaskId(0), TaskId(2));
    graph.AddDependency(TaskId(4), TaskId(0));
    graph.AddDependency(TaskId(1), TaskId(4));
    EXPECT_EQ(graph.Dependencies().size(), 6U);
    EXPECT_EQ(Text(graph), "0>3 0>1(sent) 0>2 1>4 2>3 4>0");
    EXPECT_EQ(graph.WaitingCounts(), (std::vector<std::uint32_t>{1, 1, 1, 2, 1}));
}

TEST(TaskGraph, FindsTheLeastTaskOfACycleOrAfterOne)
{
    TaskGraph graph = GraphOf(5);
    graph.AddDependency(TaskId(4), TaskId(0));
    EXPECT_FALSE(graph.FirstStuck());
    EXPECT_EQ(graph.TopologicalOrder(),
              (std::vector<TaskId>{TaskId(1), TaskId(2), TaskId(3), TaskId(4), TaskId(0)}));
    graph.AddDependency(TaskId(2), TaskId(3));
    graph.AddDependency(TaskId(3), TaskId(2));
    EXPECT_EQ(graph.FirstStuck(), TaskId(2));
    EXPECT_THROW(graph.CheckAcyclic(), ParameterError);
    graph.AddDependency(TaskId(3), TaskId(1));
    EXPECT_EQ(graph.FirstStuck(), TaskId(1));
}

TEST(TaskGraph, CopiesShareTheirDataUntilOneIsChanged)
{
    TaskGraph graph = GraphOf(2);
    graph.AddDependency(TaskId(0), TaskId(1));
    const TaskGraph copy = graph;
    EXPECT_EQ(copy.Identity(), graph.Identity());
    EXPECT_EQ(&copy.Tasks(), &graph.Tasks());
    graph.SetArrangement(0, Arrangement::Pipeline(2, Time::FromSeconds(1)));
    EXPECT_NE(copy.Identity(), graph.Identity());
    graph.AddDependency(graph.AddDelay(Time::FromSeconds(1)), TaskId(0));
    EXPECT_EQ(Text(graph), "0>1 2>0");
    EXPECT_EQ(graph.Tasks()[2].duration, Time::FromSeconds(1));
    EXPECT_EQ(graph.Groups()[0].arrangement.Offset(1), Time::FromSeconds(1));
    EXPECT_EQ(Text(copy), "0>1");
    EXPECT_EQ(copy.Tasks().size(), 2U);
    EXPECT_EQ(copy.Groups()[0].arrangement.Offset(1), Time());
    EXPECT_EQ(graph.Tasks()[0].flow.bytes, copy.Tasks()[0].flow.bytes);
}

TEST(TaskGraph, ThreadsMayReadTheDependenciesForTheFirstTime)
{
    TaskGraph graph = GraphOf(1000);
    for (std::size_t t = 999; t > 0; --t)
    {
        graph.AddDependency(TaskId(t - 1), TaskId(t));
    }
    std::vector<std::size_t> lengths(4);
    std::vector<std::thread> threads;
    for (std::size_t& length : lengths)
    {
        threads.emplace_back([&graph, &length] { length = graph.TopologicalOrder().size(); });
    }
    for (std::thread& thread : threads)
    {
        thread.join();
    }
    EXPECT_EQ(lengths, std::vector<std::size_t>(4, 1000));
}

} // namespace
} // namespace echelon
