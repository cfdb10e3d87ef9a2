// SPDX-License-Identifier: GPL-2.0-only
#include "support/graph-evaluation.h"
#include "support/ideal-pipeline.h"
#include "support/model-dims.h"
#include "workload/workload-registry.h"

#include <map>

namespace echelon
{
namespace
{

TaskGraph
Build(const TransformerDims& dims,
      const Settings& settings,
      const std::string& kind = "transformer")
{
    const WorkloadSpec spec = SpecOf(kind, dims, settings);
    const RankLayout layout = LayoutOf(spec);
    TaskGraph graph = BuildTaskGraph(spec, OneSwitch(layout.ranks), FirstDevices(layout.ranks));
    graph.CheckAcyclic();
    return graph;
}

/// A model whose stages take exactly 1 s forward and 2 s backward: no output matrix to speak of.
TransformerDims
EvenStages(std::int64_t layers, std::int64_t stages)
{
    TransformerDims dims = Small();
    dims.layers = layers;
    dims.vocabulary = 1;
    dims.layerForward = Time::FromPicoseconds(1000000000000 / (layers / stages));
    return dims;
}

/// The time of the output layer of EvenStages is a few picoseconds.
constexpr double NEARLY = 1e-9;

const GroupTemplate&
GroupNamed(const TaskGraph& graph, const std::string& name)
{
    for (const GroupTemplate& group : graph.Groups())
    {
        if (group.name == name)
        {
            return group;
        }
    }
    throw std::out_of_range(name);
}

TEST(Transformer, ThreeDimensionsHaveTheExpectedTasks)
{
    // 8 blocks over pp 2, tp 2, dp 2, 4 micro-batches. Per micro-batch, replica and direction: 8
    // blocks × 2 halves × 2 tensor ranks = 32 computations, and the output layer on 2 ranks.
    const TaskGraph graph =
        Build(Small(),
              {{"tp", "2"}, {"pp", "2"}, {"dp", "2"}, {"microbatches", "4"}, {"bucket", "1B"}});
    EXPECT_EQ(CountTasks(graph, TaskKind::COMPUTE), 4U * 2 * 2 * (32 + 2));
    // One tensor-parallel coflow per half and direction.
    EXPECT_EQ(CountGroups(graph, "tp "), 4U * 2 * 2 * 16);
    // One pipeline group per device pair and direction.
    EXPECT_EQ(CountGroups(graph, "pp forward"), 4U);
    EXPECT_EQ(CountGroups(graph, "pp backward"), 4U);
    // One bucket per layer: 4 blocks and the embedding or the output layer, per stage and rank.
    EXPECT_EQ(CountGroups(graph, "dp "), 2U * 2 * 5);
    // Ring all-reduces over 2 ranks have 2 flows; a pipeline group one per micro-batch.
    EXPECT_EQ(CountTasks(graph, TaskKind::FLOW), 2U * 256 + 8 * 4 + 2 * 20);
}

TEST(Transformer, BytesFollowTheClosedFormulas)
{
    const TransformerDims dims = Small();
    const TaskGraph graph =
        Build(dims, {{"tp", "2"}, {"pp", "2"}, {"dp", "4"}, {"microbatches", "4"}});
    // A gradient of 2 bytes per parameter, split over tp × pp; a ring of 4 sends 2·3 times that.
    // All parameters are even in number here, so halves are exact: 2 tensor ranks × half.
    EXPECT_EQ(BytesOfGroups(graph, "dp "), 2 * 3 * 2 * ParameterCount(dims));
    // Activations: 32 tokens × 64 × 2 bytes = 4096 per micro-batch, from each of the 2 · 4 device
    // pairs, forward and backward.
    EXPECT_EQ(BytesOfGroups(graph, "pp forward"), 4 * 8 * 4096);
    EXPECT_EQ(BytesOfGroups(graph, "pp backward"), 4 * 8 * 4096);
    // Tensor parallel: a ring of 2 moves 2 · 4096 per all-reduce; 2 per block and direction.
    EXPECT_EQ(BytesOfGroups(graph, "tp "), 4 * 4 * 8 * 4 * 2 * 4096);
}

TEST(Transformer, SequenceParallelismMovesTheSameBytesInTwoCollectives)
{
    const Settings plain{{"tp", "4"}, {"pp", "2"}, {"microbatches", "2"}};
    Settings sequence = plain;
    sequence.emplace_back("sequence_parallel", "true");
    const TaskGraph without = Build(Small(), plain);
    const TaskGraph with = Build(Small(), sequence);
    EXPECT_EQ(BytesOfGroups(with, "tp "), BytesOfGroups(without, "tp "));
    EXPECT_EQ(CountGroups(with, "tp "), 2 * CountGroups(without, "tp "));
    // Each tensor rank passes on its part of the sequence only.
    EXPECT_EQ(4 * BytesOfGroups(with, "pp "), BytesOfGroups(without, "pp "));
}

TEST(Transformer, BubbleWithoutCommunicationTime)
{
    // p stages of 1 s and 2 s, m micro-batches: (m + p - 1) · 3 s, a bubble of (p-1)/(m+p-1).
    for (const std::string schedule : {"gpipe", "1f1b"})
    {
        for (const std::int64_t p : {1, 2, 4})
        {
            for (const std::int64_t m : {1, 4, 8})
            {
                const TaskGraph graph = Build(EvenStages(8, p),
                                              {{"pp", std::to_string(p)},
                                               {"schedule", schedule},
                                               {"microbatches", std::to_string(m)}});
                EXPECT_NEAR(Makespan(FinishTimes(graph, NoTime)).Seconds(),
                            static_cast<double>(m + p - 1) * 3.0,
                            NEARLY)
                    << schedule << " p " << p << " m " << m;
            }
        }
    }
    // Two chunks per stage halve the bubble: 4 · 3 s + (2 - 1) · 3 s / 2.
    const TaskGraph graph = Build(
        EvenStages(8, 2),
        {{"pp", "2"}, {"schedule", "interleaved"}, {"virtual_stages", "2"}, {"microbatches", "4"}});
    EXPECT_NEAR(Makespan(FinishTimes(graph, NoTime)).Seconds(), 13.5, NEARLY);
}

TEST(Transformer, GPipeDeclaresTheArrangementOfTable1)
{
    // d_j = d_(j-1) + T, T the consumer's compute time of a micro-batch: 1 s forward, 2 s backward.
    TransformerDims dims = EvenStages(8, 4);
    const TaskGraph graph = Build(dims,
                                  {{"pp", "4"},
                                   {"schedule", "gpipe"},
                                   {"microbatches", "5"},
                                   {"peak_flops", "1e20"}}); // the output layer takes no time
    const Arrangement forward = GroupNamed(graph, "pp forward s0->s1 d0 t0").arrangement;
    EXPECT_EQ(forward.GetShape(), Arrangement::Shape::PIPELINE);
    ASSERT_EQ(forward.Offsets().size(), 5U);
    const Arrangement backward = GroupNamed(graph, "pp backward s2->s1 d0 t0").arrangement;
    for (std::uint32_t j = 0; j < 5; ++j)
    {
        EXPECT_EQ(forward.Offset(j), Time::FromSeconds(j));
        EXPECT_EQ(backward.Offset(j), Time::FromSeconds(2 * j));
    }
}

class PipelineArrangement : public ::testing::TestWithParam<PipelineShape>
{
};

const char*
ScheduleName(PipelineKind kind)
{
    return kind == PipelineKind::GPIPE         ? "gpipe"
           : kind == PipelineKind::ONE_F_ONE_B ? "1f1b"
                                               : "interleaved";
}

TEST_P(PipelineArrangement, IsWhenTheConsumersOfTheIdealPipelineStart)
{
    // Stages of 1 s forward and 2 s backward, in equal chunks. The ideal pipeline says when a pass
    // ends, which produces a flow, and when its consumer starts. Flows are due, from the first on,
    // when the consumer starts on them or on a later one, but not before they are produced.
    const PipelineShape& shape = GetParam();
    const TaskGraph graph = Build(EvenStages(8, shape.stages),
                                  {{"pp", std::to_string(shape.stages)},
                                   {"schedule", ScheduleName(shape.kind)},
                                   {"virtual_stages", std::to_string(shape.chunks)},
                                   {"microbatches", std::to_string(shape.microBatches)}});
    const auto schedule = MakePipelineSchedule(shape);
    const Time forward = Time::FromPicoseconds(1000000000000 / shape.chunks);
    const IdealPipeline ideal(shape,
                              schedule,
                              std::vector<Time>(shape.VirtualStages(), forward),
                              std::vector<Time>(shape.VirtualStages(), forward * 2));
    // By group: of each flow, in the order of production, when it is produced and needed.
    std::map<std::string, std::vector<std::pair<double, double>>> flows;
    for (const std::vector<StageOp>& ops : schedule)
    {
        for (const StageOp& op : ops)
        {
            const std::uint32_t next = op.VirtualStage(shape) + (op.forward ? 1U : -1U);
            if (next < shape.VirtualStages())
            {
                const StageOp consumer{next % shape.stages,
                                       op.forward,
                                       next / shape.stages,
                                       op.microBatch};
                const Time start = ideal.End(consumer) - (op.forward ? forward : forward * 2);
                flows[std::string("pp ") + (op.forward ? "forward s" : "backward s") +
                      std::to_string(op.stage) + "->s" + std::to_string(consumer.stage) + " d0 t0"]
                    .emplace_back(ideal.End(op).Seconds(), start.Seconds());
            }
        }
    }
    EXPECT_EQ(flows.size(), CountGroups(graph, "pp "));
    for (auto& [name, times] : flows)
    {
        for (std::size_t j = times.size() - 1; j-- > 0;)
        {
            times[j].second = std::min(times[j].second, times[j + 1].second);
        }
        double offset = 0;
        for (std::uint32_t j = 0; j < times.size(); ++j)
        {
            offset = std::max(
                {offset, times[j].first - times[0].first, times[j].second - times[0].second});
            EXPECT_NEAR(GroupNamed(graph, name).arrangement.Offset(j).Seconds(), offset, NEARLY)
                << name << " " << j;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Schedules,
                         PipelineArrangement,
                         ::testing::Values(PipelineShape{PipelineKind::GPIPE, 2, 1, 6},
                                           PipelineShape{PipelineKind::ONE_F_ONE_B, 2, 1, 6},
                                           PipelineShape{PipelineKind::ONE_F_ONE_B, 4, 1, 3},
                                           PipelineShape{PipelineKind::INTERLEAVED, 2, 4, 4}));

TEST(Transformer, GradientsTravelWhileTheBackwardPassGoesOn)
{
    // The bucket of the last block needs its gradient only: it starts before the first block's
    // backward pass. One flow time of 0.1 s per bucket of a block; 8 blocks of 2/8 s backward.
    TransformerDims dims = EvenStages(8, 1);
    const TaskGraph graph = Build(dims, {{"dp", "2"}, {"schedule", "none"}, {"bucket", "1B"}});
    const std::vector<Time> finish =
        FinishTimes(graph, [](const FlowTemplate&) { return Time::FromSeconds(0.1); });
    // 3 s of computation; each bucket's 0.1 s fit into the next block's 0.25 s. The first block's
    // bucket and then the embedding's follow the last computation, each with the 1 us latency of
    // the ring's other step.
    EXPECT_NEAR(Makespan(finish).Seconds(), 3.200002, NEARLY);
    // In one bucket: all of it after the computation.
    const TaskGraph single = Build(dims, {{"dp", "2"}, {"schedule", "none"}, {"bucket", "1GB"}});
    EXPECT_EQ(CountGroups(single, "dp "), 1U);
}

TEST(Transformer, ExpertsExchangeTokens)
{
    // 32 tokens × top 2 = 64 routed tokens of 128 bytes per rank; 4 ranks with 2 experts each.
    // Balanced: 16 to each rank, a quarter stays: 3/4 of 8192 bytes leave each of 4 ranks, in 2
    // exchanges per block and direction.
    TransformerDims dims = Small();
    dims.experts = 8;
    dims.topK = 2;
    const Settings settings{{"ep", "4"}, {"dp", "4"}};
    const TaskGraph graph = Build(dims, settings, "expert-parallel");
    EXPECT_EQ(CountGroups(graph, "ep "), 8U * 2 * 2);
    EXPECT_EQ(BytesOfGroups(graph, "ep "), 32 * 4 * 8192 * 3 / 4);
    // Experts are not replicated: their gradients stay; the shared ones travel 2·3 times.
    const std::int64_t experts = 8 * 8 * ExpertParameters(dims);
    EXPECT_EQ(BytesOfGroups(graph, "dp "), 2 * 3 * 2 * (ParameterCount(dims) - experts));
    EXPECT_EQ(BytesOfGroups(graph, "dp experts"), 0);
    // With 8 replicas in two expert-parallel groups, pairs of ranks hold the same experts.
    const TaskGraph two = Build(dims, {{"ep", "4"}, {"dp", "8"}}, "expert-parallel");
    EXPECT_EQ(BytesOfGroups(two, "dp experts"), 2 * 2 * experts);
}

TEST(Transformer, PlannedExchangesMoveTheSameBytesInStages)
{
    // Whatever the order, each pair exchanges what it does at once; each exchange is an
    // EchelonFlow. Balanced over 4 ranks: 3 stages of one transmission per sender.
    TransformerDims dims = Small();
    dims.experts = 8;
    const Settings settings{{"ep", "4"}, {"dp", "4"}};
    const TaskGraph atOnce = Build(dims, settings, "expert-parallel");
    for (const char* order : {"spread-out", "aurora", "random"})
    {
        Settings planned = settings;
        planned.emplace_back("all_to_all", order);
        const TaskGraph graph = Build(dims, planned, "expert-parallel");
        EXPECT_EQ(BytesByPair(graph), BytesByPair(atOnce)) << order;
        for (const GroupTemplate& group : graph.Groups())
        {
            if (group.name.rfind("ep ", 0) == 0)
            {
                EXPECT_EQ(group.arrangement.Offsets().size(), 3) << order;
            }
        }
    }
}

TEST(Transformer, SkewedExpertsKeepTheNumberOfTokensAndSlowTheStep)
{
    TransformerDims dims = Small();
    dims.experts = 8;
    const TaskGraph balanced = Build(dims, {{"ep", "8"}, {"dp", "8"}}, "expert-parallel");
    const TaskGraph skewed =
        Build(dims, {{"ep", "8"}, {"dp", "8"}, {"expert_skew", "1.2"}}, "expert-parallel");
    // Column sums change, the total does not: every source keeps what goes to its own experts.
    EXPECT_EQ(BytesOfGroups(balanced, "ep "), BytesOfGroups(skewed, "ep "));
    EXPECT_GT(Makespan(FinishTimes(skewed, NoTime)), Makespan(FinishTimes(balanced, NoTime)));
}

TEST(Transformer, OptimizerEndsTheIteration)
{
    // After 3 s of computation and the 1 us latency of the ring's other step.
    const TaskGraph graph = Build(EvenStages(8, 1), {{"dp", "2"}, {"optimizer_time", "500ms"}});
    EXPECT_NEAR(Makespan(FinishTimes(graph, NoTime)).Seconds(), 3.500001, NEARLY);
}

TEST(Transformer, RefusesDegreesThatDoNotFit)
{
    const auto complaint = [](const Settings& settings) {
        return ComplaintOf(SpecOf("transformer", Small(), settings));
    };
    EXPECT_EQ(complaint({}), "");
    EXPECT_EQ(complaint({{"tp", "3"}}), "tp");
    EXPECT_EQ(complaint({{"pp", "3"}}), "pp");
    EXPECT_EQ(complaint({{"dp", "0"}}), "dp");
    EXPECT_EQ(complaint({{"pp", "2"}, {"schedule", "none"}}), "schedule");
    EXPECT_EQ(complaint({{"virtual_stages", "2"}}), "virtual_stages");
    EXPECT_EQ(complaint({{"pp", "2"}, {"schedule", "interleaved"}}), "virtual_stages");
    const Settings interleaved{{"pp", "2"},
                               {"schedule", "interleaved"},
                               {"virtual_stages", "2"},
                               {"microbatches", "3"}};
    EXPECT_EQ(complaint(interleaved), "microbatches");
    EXPECT_EQ(complaint({{"ep", "2"}, {"dp", "2"}}), "ep");
    EXPECT_EQ(complaint({{"utilisation", "1.5"}}), "utilisation");
    EXPECT_EQ(complaint({{"chunk", "0B"}}), "chunk");
    EXPECT_EQ(complaint({{"dp", "60000"}, {"tp", "4"}, {"pp", "8"}}), "dp");
    WorkloadSpec spec = SpecOf("transformer", Small(), {});
    spec.model.reset();
    EXPECT_EQ(ComplaintOf(spec), "model");
}

} // namespace
} // namespace echelon
