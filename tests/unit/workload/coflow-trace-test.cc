// SPDX-License-Identifier: GPL-2.0-only
#include "workload/coflow-trace.h"

#include "base/contracts.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

std::vector<DeviceId>
Devices(std::size_t devices)
{
    std::vector<DeviceId> result;
    for (std::size_t d = 0; d < devices; ++d)
    {
        result.emplace_back(10 + d);
    }
    return result;
}

std::vector<FlowTemplate>
FlowsOf(const TaskGraph& graph)
{
    std::vector<FlowTemplate> flows;
    for (const Task& task : graph.Tasks())
    {
        if (task.kind == TaskKind::FLOW)
        {
            flows.push_back(task.flow);
        }
    }
    return flows;
}

// Three mappers send 11 bytes to place 3: 4 + 4 + 3.
TEST(CoflowTrace, SplitsBytesExactly)
{
    const CoflowTrace trace{{{7, Time(), {0, 1, 2}, {{3, 11}}}}};
    const TaskGraph graph = BuildCoflowGraph(trace, Devices(4));
    const auto flows = FlowsOf(graph);
    ASSERT_EQ(flows.size(), 3);
    EXPECT_EQ(flows[0].bytes, 4);
    EXPECT_EQ(flows[1].bytes, 4);
    EXPECT_EQ(flows[2].bytes, 3);
    EXPECT_EQ(flows[2].source, DeviceId(12));
    EXPECT_EQ(flows[2].destination, DeviceId(13));
    ASSERT_EQ(graph.Groups().size(), 1);
    EXPECT_EQ(graph.Groups()[0].name, "coflow 7");
    EXPECT_EQ(graph.Tasks().size(), 3); // at time 0 there is nothing to wait for
    EXPECT_EQ(PairsOf(trace), 3);
}

// Mappers 0 and 1 split 10 bytes for place 1, so 1 keeps 5 at home; of 1 byte the second mapper
// sends nothing.
TEST(CoflowTrace, LeavesOutWhatNeedsNoNetwork)
{
    const auto flows =
        FlowsOf(BuildCoflowGraph({{{1, Time(), {0, 1}, {{1, 10}, {2, 1}}}}}, Devices(3)));
    ASSERT_EQ(flows.size(), 2);
    EXPECT_EQ(flows[0].source, DeviceId(10));
    EXPECT_EQ(flows[0].destination, DeviceId(11));
    EXPECT_EQ(flows[0].bytes, 5);
    EXPECT_EQ(flows[1].bytes, 1);
}

TEST(CoflowTrace, CoflowWithoutTransfersHasNoGroup)
{
    const TaskGraph graph =
        BuildCoflowGraph({{{1, Time(), {0}, {{0, 10}}}, {2, Time::FromSeconds(1), {1}, {{1, 10}}}}},
                         Devices(2));
    EXPECT_TRUE(graph.Groups().empty());
    ASSERT_EQ(graph.Tasks().size(), 1);
    EXPECT_EQ(graph.Tasks()[0].kind, TaskKind::DELAY);
    EXPECT_EQ(BuildCoflowGraph({{{1, Time(), {0}, {{0, 10}}}}}, Devices(1)).Tasks().size(), 1);
}

// Given as 3, 2, 1; by (arrival, id) they are 2 (0 s), 1 and 3 (1 s), and the latter two share one
// release.
TEST(CoflowTrace, OrderOfTheInputDoesNotMatter)
{
    const Time late = Time::FromSeconds(1);
    const TaskGraph graph = BuildCoflowGraph(
        {{{3, late, {0}, {{1, 10}}}, {2, Time(), {0}, {{1, 10}}}, {1, late, {1}, {{0, 10}}}}},
        Devices(2));
    ASSERT_EQ(graph.Groups().size(), 3);
    EXPECT_EQ(graph.Groups()[0].name, "coflow 2");
    EXPECT_EQ(graph.Groups()[1].name, "coflow 1");
    EXPECT_EQ(graph.Groups()[2].name, "coflow 3");
    ASSERT_EQ(graph.Tasks().size(), 4);
    EXPECT_EQ(graph.Tasks()[1].duration, late);
    EXPECT_EQ(graph.Dependencies().size(), 2);
}

TEST(CoflowTrace, PlacesHaveDevices)
{
    EXPECT_THROW(BuildCoflowGraph({{{1, Time(), {0}, {{2, 10}}}}}, Devices(2)), ContractViolation);
    EXPECT_THROW(BuildCoflowGraph({{{1, Time(), {2}, {{0, 10}}}}}, Devices(2)), ContractViolation);
}

} // namespace
} // namespace echelon
