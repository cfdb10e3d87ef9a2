// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collectives.h"

#include "support/graph-evaluation.h"

namespace echelon
{
namespace
{

constexpr BitRate RATE = 100e9;
/// Two links of 500 ns from host to host.
const Time LATENCY = Time::FromPicoseconds(1000000);

/// bytes / B + delay: exact where no two flows share a port.
Time
Uncontended(const FlowTemplate& flow)
{
    return TransmissionTime(8.0 * static_cast<double>(flow.bytes), RATE) + LATENCY;
}

TaskGraph
OneCollective(CollectiveKind kind, std::uint32_t n, Bytes bytes, const CollectiveStyle& style)
{
    TaskGraph graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    const std::vector<TaskId> done =
        AddCollective(graph, OneSwitch(n), {kind, FirstDevices(n), bytes, style}, group, 0, {});
    EXPECT_EQ(done.size(), n);
    graph.CheckAcyclic();
    return graph;
}

Time
TimeOf(CollectiveKind kind, std::uint32_t n, Bytes bytes, const CollectiveStyle& style)
{
    return Makespan(FinishTimes(OneCollective(kind, n, bytes, style), Uncontended));
}

const CollectiveStyle FLOW{CollectiveAlgorithm::RING, Granularity::FLOW, 1};
const CollectiveStyle STEP{CollectiveAlgorithm::RING, Granularity::STEP, 1};

TEST(Collectives, RingAllReduceTakesTheTextbookTime)
{
    // 2 (n-1) steps of S/n: 2 (n-1)/n S/B + 2 (n-1) latency. 720720 is divisible by 2 … 16;
    // 80 ps per byte at 100 Gb/s, so the times are exact.
    for (std::int64_t n = 2; n <= 16; ++n)
    {
        const Bytes bytes = 720720;
        const Time expected =
            Time::FromPicoseconds(2 * (n - 1) * (bytes / n) * 80) + 2 * (n - 1) * LATENCY;
        const auto ranks = static_cast<std::uint32_t>(n);
        EXPECT_EQ(TimeOf(CollectiveKind::ALL_REDUCE, ranks, bytes, STEP), expected) << n;
        EXPECT_EQ(TimeOf(CollectiveKind::ALL_REDUCE, ranks, bytes, FLOW), expected) << n;
    }
}

TEST(Collectives, ReduceScatterAndAllGatherTakeHalfOfIt)
{
    const Time expected = Time::FromPicoseconds(7 * 1000 * 80) + 7 * LATENCY;
    for (const CollectiveStyle& style : {FLOW, STEP})
    {
        EXPECT_EQ(TimeOf(CollectiveKind::REDUCE_SCATTER, 8, 8000, style), expected);
        EXPECT_EQ(TimeOf(CollectiveKind::ALL_GATHER, 8, 8000, style), expected);
    }
}

TEST(Collectives, HalvingDoublingTakesLogarithmicLatency)
{
    // 8 ranks: S/2 + S/4 + S/8 each way = 2 · 7/8 S/B, and 6 latencies.
    CollectiveStyle style = STEP;
    style.allReduce = CollectiveAlgorithm::HALVING_DOUBLING;
    EXPECT_EQ(TimeOf(CollectiveKind::ALL_REDUCE, 8, 8000, style),
              Time::FromPicoseconds(2 * 7000 * 80) + 6 * LATENCY);
}

TEST(Collectives, ChunkedBroadcastIsPipelined)
{
    // A chain over 5 ranks, 10 chunks of 100 bytes: the last chunk leaves after 9 others and
    // crosses 4 links: (10 + 4 - 1) (c/B + latency).
    const CollectiveStyle style{CollectiveAlgorithm::RING, Granularity::CHUNK, 100};
    EXPECT_EQ(TimeOf(CollectiveKind::BROADCAST, 5, 1000, style),
              13 * (Time::FromPicoseconds(100 * 80) + LATENCY));
    // Without chunks: 4 (S/B + latency).
    EXPECT_EQ(TimeOf(CollectiveKind::BROADCAST, 5, 1000, STEP),
              4 * (Time::FromPicoseconds(1000 * 80) + LATENCY));
}

TEST(Collectives, AllToAllShiftsStepByStep)
{
    // n-1 shifts of S/n; at flow granularity all at once (here without contention).
    EXPECT_EQ(TimeOf(CollectiveKind::ALL_TO_ALL, 4, 4000, STEP),
              3 * (Time::FromPicoseconds(1000 * 80) + LATENCY));
    EXPECT_EQ(TimeOf(CollectiveKind::ALL_TO_ALL, 4, 4000, FLOW),
              Time::FromPicoseconds(1000 * 80) + LATENCY);
}

TEST(Collectives, AllGranularitiesMoveTheSameBytesBetweenTheSameRanks)
{
    for (const auto kind : {CollectiveKind::ALL_REDUCE,
                            CollectiveKind::REDUCE_SCATTER,
                            CollectiveKind::ALL_GATHER,
                            CollectiveKind::BROADCAST,
                            CollectiveKind::ALL_TO_ALL})
    {
        for (const auto algorithm : {CollectiveAlgorithm::RING,
                                     CollectiveAlgorithm::HALVING_DOUBLING,
                                     CollectiveAlgorithm::TREE})
        {
            for (const std::uint32_t n : {2U, 5U, 8U})
            {
                const auto bytes = [&](Granularity granularity) {
                    return BytesByPair(OneCollective(kind, n, 1003, {algorithm, granularity, 64}));
                };
                EXPECT_EQ(bytes(Granularity::FLOW), bytes(Granularity::STEP));
                EXPECT_EQ(bytes(Granularity::FLOW), bytes(Granularity::CHUNK));
            }
        }
    }
}

TEST(Collectives, FlowGranularityHasOneFlowPerRingEdge)
{
    // 8 flows, a barrier before and after, and the latency of the 13 hidden steps.
    const TaskGraph graph = OneCollective(CollectiveKind::ALL_REDUCE, 8, 8000, FLOW);
    EXPECT_EQ(CountTasks(graph, TaskKind::FLOW), 8U);
    EXPECT_EQ(CountTasks(graph, TaskKind::BARRIER), 2U);
    EXPECT_EQ(CountTasks(graph, TaskKind::DELAY), 1U);
    EXPECT_EQ(graph.Tasks().back().duration, 13 * LATENCY);
}

TEST(Collectives, ChunksAreNoLongerThanAsked)
{
    const CollectiveStyle style{CollectiveAlgorithm::TREE, Granularity::CHUNK, 64};
    const TaskGraph graph = OneCollective(CollectiveKind::ALL_REDUCE, 6, 1003, style);
    for (const Task& task : graph.Tasks())
    {
        EXPECT_TRUE(task.kind != TaskKind::FLOW || task.flow.bytes <= 64);
    }
}

TEST(Collectives, ARankThatIsLateHoldsTheOthersUp)
{
    // Rank 2 is ready after 1 s; at every granularity the collective ends later by just that.
    for (const CollectiveStyle& style : {FLOW, STEP})
    {
        TaskGraph graph;
        const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
        std::vector<TaskId> ready;
        for (std::uint32_t rank = 0; rank < 4; ++rank)
        {
            ready.push_back(graph.AddDelay(Time::FromSeconds(rank == 2 ? 1 : 0)));
        }
        AddCollective(graph,
                      OneSwitch(4),
                      {CollectiveKind::ALL_REDUCE, FirstDevices(4), 4000, style},
                      group,
                      0,
                      ready);
        EXPECT_EQ(Makespan(FinishTimes(graph, Uncontended)),
                  Time::FromSeconds(1) + TimeOf(CollectiveKind::ALL_REDUCE, 4, 4000, style));
    }
}

TEST(Collectives, UnequalAllToAllFollowsItsMatrix)
{
    TaskGraph graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    AddAllToAll(graph,
                OneSwitch(3),
                {FirstDevices(3), {{9, 1, 0}, {2, 9, 3}, {4, 0, 9}}, FLOW},
                group,
                0,
                {});
    const std::map<std::pair<std::uint32_t, std::uint32_t>, Bytes> expected{{{0, 1}, 1},
                                                                            {{1, 0}, 2},
                                                                            {{1, 2}, 3},
                                                                            {{2, 0}, 4}};
    EXPECT_EQ(BytesByPair(graph), expected);
}

} // namespace
} // namespace echelon
