// SPDX-License-Identifier: GPL-2.0-only
#include "model/training-options.h"
#include "support/graph-evaluation.h"
#include "support/model-dims.h"
#include "workload/workload-registry.h"

namespace echelon
{
namespace
{

/// Four layers of 1 s forward and 2 s backward, with 1, 2, 3 and 4 million parameters.
ModelProfile
FourLayers()
{
    ModelProfile model;
    model.name = "four";
    for (std::int64_t i = 1; i <= 4; ++i)
    {
        LayerProfile layer;
        layer.name = "layer" + std::to_string(i);
        layer.parameters = i * 1000000;
        layer.forward = Time::FromSeconds(1);
        model.layers.push_back(layer);
    }
    return model;
}

TaskGraph
Build(const std::string& kind, const ModelProfile& model, const Settings& settings)
{
    const WorkloadSpec spec = SpecOf(kind, model, settings);
    const RankLayout layout = LayoutOf(spec);
    TaskGraph graph = BuildTaskGraph(spec, OneSwitch(layout.ranks), FirstDevices(layout.ranks));
    graph.CheckAcyclic();
    return graph;
}

/// Finish times of each position of the group with this name.
std::map<std::uint32_t, Time>
FinishByPosition(const TaskGraph& graph, const std::vector<Time>& finish, const std::string& name)
{
    std::map<std::uint32_t, Time> times;
    for (std::size_t t = 0; t < graph.Tasks().size(); ++t)
    {
        const Task& task = graph.Tasks()[t];
        if (task.kind == TaskKind::FLOW && graph.Groups()[task.flow.group].name == name)
        {
            times[task.flow.position] = std::max(times[task.flow.position], finish[t]);
        }
    }
    return times;
}

TEST(GradientBuckets, CollectWholeLayersFromTheLast)
{
    // Limit 5: 4 + 3 >= 5; then 2 + 0 + 1 with a layer without gradients between.
    const std::vector<GradientBucket> buckets = MakeBuckets({1, 0, 2, 3, 4}, 5);
    ASSERT_EQ(buckets.size(), 2U);
    EXPECT_EQ(buckets[0].first, 3U);
    EXPECT_EQ(buckets[0].last, 4U);
    EXPECT_EQ(buckets[0].bytes, 7);
    EXPECT_EQ(buckets[1].first, 0U);
    EXPECT_EQ(buckets[1].last, 2U);
    EXPECT_EQ(buckets[1].bytes, 3);
    // Limit 0: a bucket per layer; layers without gradients have none.
    EXPECT_EQ(MakeBuckets({1, 0, 2, 3, 4}, 0).size(), 4U);
    EXPECT_TRUE(MakeBuckets({0, 0}, 5).empty());
}

TEST(DataParallel, AllReducesEveryGradientOnce)
{
    // 10 million parameters of 2 bytes; a ring of 4 sends 2·3 times that.
    const TaskGraph graph = Build("data-parallel", FourLayers(), {{"dp", "4"}, {"bucket", "7MB"}});
    EXPECT_EQ(BytesOfGroups(graph, "dp "), 2 * 3 * 20000000);
    // Buckets: 8 MB; 6 + 4 = 10 MB; 2 MB.
    EXPECT_EQ(CountGroups(graph, "dp "), 3U);
    EXPECT_EQ(CountTasks(graph, TaskKind::COMPUTE), 4U * 8);
    for (const GroupTemplate& group : graph.Groups())
    {
        EXPECT_EQ(group.arrangement.GetShape(), Arrangement::Shape::COFLOW);
        EXPECT_EQ(group.connection, "dp");
    }
}

TEST(DataParallel, BucketsLeaveWhenTheirGradientsAreComplete)
{
    // Forward 4 s; backward of layers 4, 3, 2, 1 ends at 6, 8, 10, 12. With a bucket per layer and
    // no communication time the buckets are done then, but for the 1 us of the hidden ring step.
    const TaskGraph graph = Build("data-parallel", FourLayers(), {{"dp", "2"}, {"bucket", "0B"}});
    const std::vector<Time> finish = FinishTimes(graph, NoTime);
    for (int b = 0; b < 4; ++b)
    {
        EXPECT_EQ(FinishByPosition(graph, finish, "dp bucket" + std::to_string(b)).at(0),
                  Time::FromSeconds(6 + 2 * b));
    }
}

TEST(DataParallel, InOrderMakesABucketWaitForTheOneBefore)
{
    // 3 s per flow: in order the buckets start at 6, 9, 12, 15 (and 1 us of latency each); on their
    // own at 6, 8, 10, 12.
    const FlowTime threeSeconds = [](const FlowTemplate&) { return Time::FromSeconds(3); };
    const auto makespan = [&](const std::string& inOrder) {
        return Makespan(FinishTimes(Build("data-parallel",
                                          FourLayers(),
                                          {{"dp", "2"}, {"bucket", "0B"}, {"in_order", inOrder}}),
                                    threeSeconds));
    };
    const Time latency = Time::FromPicoseconds(1000000);
    EXPECT_EQ(makespan("true"), Time::FromSeconds(18) + 4 * latency);
    EXPECT_EQ(makespan("false"), Time::FromSeconds(15) + latency);
}

TEST(ParameterServer, PushesAndPullsEveryParameterOfEveryWorker)
{
    const TaskGraph graph = Build("parameter-server",
                                  FourLayers(),
                                  {{"workers", "3"}, {"servers", "2"}, {"bucket", "7MB"}});
    EXPECT_EQ(BytesOfGroups(graph, "ps push"), 3 * 20000000);
    EXPECT_EQ(BytesOfGroups(graph, "ps pull"), 3 * 20000000);
    // 3 buckets × 2 servers × 3 workers, up and down; one group each per bucket.
    EXPECT_EQ(CountTasks(graph, TaskKind::FLOW), 2U * 18);
    EXPECT_EQ(CountGroups(graph, "ps push"), 3U);
    EXPECT_EQ(CountGroups(graph, "ps pull"), 3U);
    // A pull waits for all pushes: 1 s each way after the last gradient at 12 s.
    const std::vector<Time> finish =
        FinishTimes(graph, [](const FlowTemplate&) { return Time::FromSeconds(1); });
    EXPECT_EQ(Makespan(finish), Time::FromSeconds(14));
}

TEST(Fsdp, GathersTwiceAndScattersOnce)
{
    // 20 MB of parameters over 4 ranks: each collective moves 3 times its bytes.
    const TaskGraph graph = Build("fsdp", FourLayers(), {{"dp", "4"}, {"bucket", "0B"}});
    EXPECT_EQ(BytesOfGroups(graph, "fsdp all-gather"), 2 * 3 * 20000000);
    EXPECT_EQ(BytesOfGroups(graph, "fsdp reduce-scatter"), 3 * 20000000);
    EXPECT_EQ(CountGroups(graph, "fsdp all-gather"), 1U);
    EXPECT_EQ(CountGroups(graph, "fsdp reduce-scatter"), 4U);
    // 12 s of computation when communication takes no time: nothing else but latencies (3 steps of
    // 1 us, one of them hidden in a flow that takes no time here).
    EXPECT_NEAR(Makespan(FinishTimes(graph, NoTime)).Seconds(), 12.0, 1e-5);
}

TEST(Fsdp, DeclaresWhenEachPassBeginsIfCommunicationTakesNoTime)
{
    // n = 4 layers of 1 s and 2 s: + T_fwd up to C_n, which the backward pass of the last layer
    // waits for; then + T_bwd.
    const Arrangement listed = Build("fsdp", FourLayers(), {{"dp", "4"}}).Groups()[0].arrangement;
    EXPECT_EQ(listed.GetShape(), Arrangement::Shape::FSDP);
    ASSERT_EQ(listed.Offsets().size(), 8U);
    for (std::uint32_t i = 0; i < 8; ++i)
    {
        EXPECT_EQ(listed.Offset(i), Time::FromSeconds(i <= 4 ? i : 4 + 2.0 * (i - 4)));
    }
    // 8 blocks of 0.125 s and 0.25 s, and an output layer in the last unit: it moves the backward
    // pass by its forward time, and all but the last unit's by its backward time.
    TransformerDims dims = Small();
    dims.layerForward = Time::FromSeconds(0.125);
    const TaskGraph graph = Build("fsdp", ModelProfile{"m", dims, {}}, {{"dp", "4"}});
    const Arrangement& arrangement = graph.Groups()[0].arrangement;
    ASSERT_EQ(arrangement.Offsets().size(), 16U);
    const Time output = arrangement.Offset(8) - Time::FromSeconds(1);
    EXPECT_GT(output, Time());
    for (std::uint32_t i = 0; i < 16; ++i)
    {
        const Time blocks = Time::FromSeconds(i <= 8 ? 0.125 * i : 1 + 0.25 * (i - 8));
        const std::int64_t outputs = i < 8 ? 0 : i == 8 ? 1 : 3; // backward takes twice as long
        EXPECT_NEAR((arrangement.Offset(i) - blocks - outputs * output).Seconds(), 0, 3e-12);
    }
}

TEST(Fsdp, PrefetchOverlapsGatheringWithComputation)
{
    // All-gathers of 1 s. Without prefetch each pass waits for its own: 4 (1+1) + 4 (1+2) = 20.
    // One ahead: the first at 0 … 1; then each hides behind the pass before it: 1 + 12 = 13.
    const auto makespan = [](const std::string& prefetch) {
        const TaskGraph graph =
            Build("fsdp", FourLayers(), {{"dp", "2"}, {"prefetch", prefetch}, {"bucket", "1GB"}});
        const FlowTime time = [&](const FlowTemplate& flow) {
            return graph.Groups()[flow.group].name == "fsdp all-gather" ? Time::FromSeconds(1)
                                                                        : Time();
        };
        return Makespan(FinishTimes(graph, time));
    };
    EXPECT_EQ(makespan("0"), Time::FromSeconds(20));
    EXPECT_EQ(makespan("1"), Time::FromSeconds(13));
}

TEST(Fsdp, ATransformersEmbeddingsTravelWithItsOuterBlocks)
{
    const TransformerDims dims = Small();
    const TaskGraph graph = Build("fsdp", ModelProfile{"m", dims, {}}, {{"dp", "2"}});
    std::map<std::uint32_t, Bytes> gathered;
    for (const Task& task : graph.Tasks())
    {
        if (task.kind == TaskKind::FLOW && task.flow.group == 0)
        {
            gathered[task.flow.position] += task.flow.bytes;
        }
    }
    ASSERT_EQ(gathered.size(), 16U);
    EXPECT_EQ(gathered[0], 2 * (BlockParameters(dims) + EmbeddingParameters(dims)));
    EXPECT_EQ(gathered[1], 2 * BlockParameters(dims));
    EXPECT_EQ(gathered[7], 2 * (BlockParameters(dims) + OutputParameters(dims)));
    EXPECT_EQ(gathered[8], gathered[7]);
    EXPECT_EQ(gathered[15], gathered[0]);
}

TEST(CollectiveWorkload, IsOneCoflow)
{
    WorkloadSpec spec{"collective", ParameterSet(WorkloadEntryOf("collective").parameters), {}};
    spec.parameters.Set("ranks", "4");
    spec.parameters.Set("bytes", "4KB");
    EXPECT_EQ(LayoutOf(spec).ranks, 4U);
    const TaskGraph graph = BuildTaskGraph(spec, OneSwitch(4), FirstDevices(4));
    EXPECT_EQ(graph.Groups().size(), 1U);
    EXPECT_EQ(BytesOfGroups(graph, "all-reduce"), 2 * 3 * 4000);
    spec.parameters.Set("operation", "send-recv");
    EXPECT_EQ(ComplaintOf(spec), "ranks");
    spec.parameters.Set("ranks", "2");
    spec.parameters.Set("bytes", "0B");
    EXPECT_EQ(ComplaintOf(spec), "bytes");
}

TEST(WorkloadRegistry, EveryWorkloadIsDescribedAndTakesItsDefaults)
{
    for (const WorkloadEntry& entry : WorkloadEntries())
    {
        EXPECT_FALSE(entry.help.empty());
        EXPECT_EQ(&WorkloadEntryOf(entry.name), &entry);
        for (const ParameterSpec& parameter : entry.parameters)
        {
            EXPECT_FALSE(parameter.help.empty()) << parameter.name;
        }
        if (entry.build != nullptr)
        {
            TransformerDims dims = Small();
            dims.experts = 8;
            const WorkloadSpec spec = SpecOf(entry.name, dims, {});
            const RankLayout layout = LayoutOf(spec);
            EXPECT_EQ(layout.ranks % layout.block, 0U);
            EXPECT_FALSE(BuildTaskGraph(spec, OneSwitch(layout.ranks), FirstDevices(layout.ranks))
                             .Tasks()
                             .empty());
        }
    }
}

TEST(WorkloadRegistry, SaysWhatIsWrong)
{
    try
    {
        WorkloadEntryOf("transfomer");
        FAIL();
    }
    catch (const ParameterError& error)
    {
        EXPECT_EQ(error.Parameter(), "kind");
        EXPECT_EQ(error.Hint(), "did you mean \"transformer\"?");
    }
    const WorkloadSpec spec = SpecOf("data-parallel", FourLayers(), {{"dp", "4"}});
    EXPECT_THROW(BuildTaskGraph(spec, OneSwitch(4), FirstDevices(3)), ParameterError);
    EXPECT_EQ(ComplaintOf(SpecOf("data-parallel", FourLayers(), {{"dp", "0"}})), "dp");
    EXPECT_EQ(ComplaintOf(SpecOf("transformer", FourLayers(), {})), "model");
    EXPECT_EQ(DefaultWorkload(FourLayers()), "data-parallel");
}

} // namespace
} // namespace echelon
