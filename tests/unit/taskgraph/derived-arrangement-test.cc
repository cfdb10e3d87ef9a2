// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Arrangements out of dependencies, against hand-made graphs and against those that the paradigms
 * declare (Pan et al., HotNets 2022, Table 1). Times are whole picoseconds, so equal means equal.
 * Links have no propagation delay: latency is no part of an infinitely fast network.
 */
#include "taskgraph/derived-arrangement.h"

#include "network/big-switch.h"
#include "support/graph-evaluation.h"
#include "support/model-dims.h"

namespace echelon
{
namespace
{

Time
Seconds(double seconds)
{
    return Time::FromSeconds(seconds);
}

/// Four layers that differ in everything; `equal` gives them the same times.
ModelProfile
Layers(bool equal)
{
    ModelProfile model;
    model.name = "layers";
    for (std::int64_t i = 1; i <= 4; ++i)
    {
        LayerProfile layer;
        layer.name = "layer" + std::to_string(i);
        layer.parameters = i * 1000000;
        layer.forward = Seconds(equal ? 0.75 : 0.3 * static_cast<double>(i * i % 7));
        model.layers.push_back(layer);
    }
    return model;
}

ModelProfile
Transformer()
{
    return {"transformer", Small(), {}};
}

/// Stages of equal times, as the paper's pipeline has them: with FAST the output layer's are less
/// than a picosecond.
ModelProfile
Balanced()
{
    TransformerDims dims = Small();
    dims.layerForward = Seconds(0.01);
    return {"balanced", dims, {}};
}

const std::pair<std::string, std::string> FAST{"peak_flops", "1e20"};

/// One device to a host, so that all flows cross the network; links without delay.
Topology
Switch(std::uint32_t hosts)
{
    ServerSpec server;
    server.hostLink = {100e9, Time()};
    return MakeBigSwitch({hosts, server});
}

TaskGraph
Build(const std::string& kind, const ModelProfile& model, const Settings& settings)
{
    const WorkloadSpec spec = SpecOf(kind, model, settings);
    const RankLayout layout = LayoutOf(spec);
    return BuildTaskGraph(spec, Switch(layout.ranks), FirstDevices(layout.ranks));
}

/// Names of the groups whose derived offsets are not the declared ones.
std::vector<std::string>
Differing(const TaskGraph& graph)
{
    const std::vector<Arrangement> derived = DeriveArrangements(graph, Switch(64));
    EXPECT_EQ(derived.size(), graph.Groups().size());
    std::vector<std::string> names;
    for (std::size_t g = 0; g < derived.size(); ++g)
    {
        const GroupTemplate& group = graph.Groups()[g];
        if (derived[g].Offsets() != group.arrangement.Offsets())
        {
            names.push_back(group.name);
        }
        else
        {
            EXPECT_EQ(derived[g].GetShape(), group.arrangement.GetShape());
        }
    }
    return names;
}

/// Every way to send collectives.
std::vector<Settings>
WithCollectives(const Settings& settings)
{
    std::vector<Settings> all;
    for (const char* granularity : {"flow", "step", "chunk"})
    {
        for (const char* inOrder : {"true", "false"})
        {
            all.push_back(settings);
            all.back().emplace_back("granularity", granularity);
            all.back().emplace_back("in_order", inOrder);
            all.back().emplace_back("chunk", "100KB");
        }
    }
    return all;
}

void
ExpectAsDeclared(const std::string& kind,
                 const std::vector<ModelProfile>& models,
                 const std::vector<Settings>& settings)
{
    for (const ModelProfile& model : models)
    {
        for (const Settings& wanted : settings)
        {
            for (const Settings& full : WithCollectives(wanted))
            {
                const TaskGraph graph = Build(kind, model, full);
                EXPECT_FALSE(graph.Groups().empty());
                EXPECT_EQ(Differing(graph), std::vector<std::string>())
                    << kind << ' ' << model.name << ' ' << full[0].first << ' ' << full[0].second;
            }
        }
    }
}

TEST(DerivedEqualsDeclared, DataParallelAllReduce)
{
    ExpectAsDeclared("data-parallel",
                     {Layers(true), Layers(false), Transformer()},
                     {{{"dp", "2"}, {"bucket", "0B"}},
                      {{"dp", "4"}, {"bucket", "7MB"}, {"optimizer_time", "1ms"}},
                      {{"dp", "7"}, {"all_reduce", "halving-doubling"}}});
}

TEST(DerivedEqualsDeclared, DataParallelParameterServer)
{
    ExpectAsDeclared("parameter-server",
                     {Layers(true), Layers(false), Transformer()},
                     {{{"workers", "2"}, {"servers", "1"}, {"bucket", "0B"}},
                      {{"workers", "5"}, {"servers", "3"}, {"optimizer_time", "2ms"}}});
}

TEST(DerivedEqualsDeclared, TensorParallel)
{
    ExpectAsDeclared("transformer",
                     {Transformer(), Balanced()},
                     {{{"tp", "2"}, {"microbatches", "1"}},
                      {{"tp", "4"}, {"microbatches", "3"}, {"sequence_parallel", "true"}},
                      {{"tp", "2"}, {"dp", "3"}, {"optimizer_time", "1ms"}}});
}

TEST(DerivedEqualsDeclared, PipelineWithGPipe)
{
    ExpectAsDeclared("transformer",
                     {Balanced()},
                     {{{"pp", "2"}, {"microbatches", "1"}, {"schedule", "gpipe"}, FAST},
                      {{"pp", "4"}, {"microbatches", "6"}, {"schedule", "gpipe"}, FAST},
                      {{"pp", "8"}, {"microbatches", "8"}, {"schedule", "gpipe"}, FAST},
                      {{"pp", "4"}, {"tp", "2"}, {"dp", "2"}, {"schedule", "gpipe"}, FAST}});
}

TEST(DerivedEqualsDeclared, Fsdp)
{
    ExpectAsDeclared("fsdp",
                     {Layers(true), Layers(false), Transformer(), Balanced()},
                     {{{"dp", "2"}},
                      {{"dp", "4"}, {"prefetch", "0"}},
                      {{"dp", "3"}, {"prefetch", "3"}, {"bucket", "0B"}}});
}

/// Offsets in seconds of the group with this name.
std::vector<double>
Derived(const TaskGraph& graph, const std::string& name)
{
    const std::vector<Arrangement> derived = DeriveArrangements(graph, Switch(64));
    std::vector<double> offsets;
    for (std::size_t g = 0; g < derived.size(); ++g)
    {
        if (graph.Groups()[g].name == name)
        {
            for (const Time offset : derived[g].Offsets())
            {
                offsets.push_back(offset.Seconds());
            }
        }
    }
    return offsets;
}

TEST(PipelineNeeds, TheSlowestStagePacesGPipe)
{
    // Two stages of 4 blocks: T_fwd = 1 s on stage 0, 1 s + x on stage 1, which also computes the
    // output layer; T_bwd = 2 s and 2 s + 2x. Eq 6 would have 2 s between the backward flows, stage
    // 0's time, but stage 1 produces them only every 2 s + 2x, and nobody can need them faster.
    TransformerDims dims = Small();
    dims.layerForward = Seconds(0.25);
    const TaskGraph graph =
        Build("transformer",
              {"output", dims, {}},
              {{"pp", "2"}, {"microbatches", "3"}, {"schedule", "gpipe"}, {"peak_flops", "1e9"}});
    EXPECT_TRUE(Differing(graph).empty());
    Time last;
    for (const Task& task : graph.Tasks())
    {
        const std::string& label = graph.Labels()[task.label];
        last = label.find("backward m0 output") == 0 ? task.duration : last;
    }
    ASSERT_GT(last, Time());
    const std::vector<double> offsets = Derived(graph, "pp backward s1->s0 d0 t0");
    ASSERT_EQ(offsets.size(), 3U);
    EXPECT_DOUBLE_EQ(offsets[1], 2 + last.Seconds());
    EXPECT_DOUBLE_EQ(offsets[2], 2 * (2 + last.Seconds()));
}

TEST(PipelineNeeds, A1F1BConsumerHasMicroBatchesInStore)
{
    // Two stages of 1 s forward and 2 s backward, three micro-batches.
    //     stage 0: F0 [0, 1] F1 [1, 2] … B0 [4, 6] F2 [6, 7]
    //     stage 1: F0 [1, 2] B0 [2, 4] F1 [4, 5] B1 [5, 7] F2 [7, 8]
    // The flows are produced at 1, 2, 7 and needed at 1, 4, 7.
    TransformerDims dims = Small();
    dims.layerForward = Seconds(0.25);
    const TaskGraph graph = Build("transformer",
                                  {"even", dims, {}},
                                  {{"pp", "2"}, {"microbatches", "3"}, {"schedule", "1f1b"}, FAST});
    const std::vector<double> wanted{0, 3, 6};
    EXPECT_EQ(Derived(graph, "pp forward s0->s1 d0 t0"), wanted);
    EXPECT_EQ(graph.Groups()[0].arrangement.Offset(1), Seconds(3));
    EXPECT_EQ(graph.Groups()[0].arrangement.Offset(2), Seconds(6));
}

/// Hosts of `gpus` devices with scale-up ports of 1 Tb/s, which delay by 1 us.
Topology
Servers(std::uint32_t hosts, std::uint32_t gpus)
{
    ServerSpec server;
    server.gpusPerHost = gpus;
    server.hostLink = {100e9, Time()};
    server.scaleUp = {1e12, Time::FromPicoseconds(1000000)};
    return MakeBigSwitch({hosts, server});
}

TEST(PipelineNeeds, CollectivesInsideHostsBelongToTheProfile)
{
    // GPipe over 2 hosts of 4 devices, tp 4: a stage has 4 blocks of 0.25 s forward and, in each,
    // two ring all-reduces of S = 32 × 64 × 2 = 4096 bytes in each direction. A rank sends 6/4 S =
    // 6144 bytes, 49,152 ps at 1 Tb/s; the route inside a host is two links of 1 us, which the
    // first step takes and the five later ones repeat: 6 × 2 us. Forward
    //     T = 4 × (0.25 s + 2 × 12.049152 us),
    // and backward twice the computation and the same collectives.
    TransformerDims dims = Small();
    dims.layerForward = Seconds(0.25);
    const Settings settings{{"pp", "2"},
                            {"tp", "4"},
                            {"microbatches", "5"},
                            {"schedule", "gpipe"},
                            FAST};
    const WorkloadSpec spec = SpecOf("transformer", ModelProfile{"even", dims, {}}, settings);
    const TaskGraph graph = BuildTaskGraph(spec, Servers(2, 4), FirstDevices(8));
    const Time collectives = Time::FromPicoseconds(8 * (12000000 + 49152));
    std::size_t seen = 0;
    for (const GroupTemplate& group : graph.Groups())
    {
        if (group.name.rfind("pp ", 0) == 0)
        {
            const bool forward = group.name.find("forward") != std::string::npos;
            EXPECT_EQ(group.arrangement.GetShape(), Arrangement::Shape::PIPELINE);
            EXPECT_EQ(group.arrangement.Offset(1), Seconds(forward ? 1 : 2) + collectives);
            EXPECT_EQ(group.arrangement.Offset(4), (Seconds(forward ? 1 : 2) + collectives) * 4);
            ++seen;
        }
    }
    EXPECT_EQ(seen, 8U);
}

TEST(PipelineNeeds, CollectivesBetweenHostsDoNot)
{
    // The same job with one device to a host: all its collectives cross the network, which is
    // infinitely fast in the ideal run; only the delays of their later steps count, and the links
    // have none.
    TransformerDims dims = Small();
    dims.layerForward = Seconds(0.25);
    const TaskGraph graph =
        Build("transformer",
              {"even", dims, {}},
              {{"pp", "2"}, {"tp", "4"}, {"microbatches", "5"}, {"schedule", "gpipe"}, FAST});
    EXPECT_EQ(Derived(graph, "pp forward s0->s1 d0 t3"), (std::vector<double>{0, 1, 2, 3, 4}));
}

TEST(FsdpNeeds, GathersInsideOneHostThatComputationCannotHide)
{
    // Two devices of one host, two equal layers of 1 ms forward (2 ms backward), 62.5 MB each.
    // An all-gather moves half of a layer's 250 MB (two bytes a parameter, 125 M parameters) over a
    // port of 1 Tb/s: 125 MB × 8 / 1 Tb/s = 1 ms and 2 us of delay; with prefetch 0 it starts when
    // the pass before has ended, so that the passes start t_g = 1.002 ms apart besides computing.
    ModelProfile model;
    model.name = "two layers";
    for (const char* name : {"a", "b"})
    {
        LayerProfile layer;
        layer.name = name;
        layer.parameters = 125000000;
        layer.forward = Seconds(0.001);
        model.layers.push_back(layer);
    }
    const WorkloadSpec spec = SpecOf("fsdp", model, {{"dp", "2"}, {"prefetch", "0"}});
    const TaskGraph graph = BuildTaskGraph(spec, Servers(1, 2), FirstDevices(2));
    const Arrangement& gathers = graph.Groups()[0].arrangement;
    const Time gather = Seconds(0.001002);
    EXPECT_EQ(gathers.Offset(1), Seconds(0.001) + gather);
    EXPECT_EQ(gathers.Offset(2), (Seconds(0.001) + gather) * 2);
    EXPECT_EQ(gathers.Offset(3), Seconds(0.004) + gather * 3);
}

/// Computations of 1 s each, in order, on device 1.
struct Chain
{
    TaskGraph graph;
    std::vector<TaskId> steps;

    explicit Chain(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
        {
            steps.push_back(graph.AddCompute(DeviceId(1), Seconds(1), "step"));
            if (i > 0)
            {
                graph.AddDependency(steps[i - 1], steps[i]);
            }
        }
    }

    TaskId Flow(GroupIndex group, std::uint32_t position, std::uint32_t from = 0)
    {
        return graph.AddFlow({group, DeviceId(from), DeviceId(1), 1000, position, 1});
    }
};

TEST(DeriveArrangements, FollowsFlowsDelaysAndBarriersToTheFirstComputation)
{
    // Position 0 feeds step 1 through a barrier and a second flow; position 1 feeds step 3 and,
    // later, step 4; position 2 nothing, so it is needed at the end (5 s). A flow inside device 1
    // does not count.
    Chain chain(5);
    const GroupIndex g = chain.graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    const GroupIndex other = chain.graph.AddGroup({"other", "o", Arrangement::Coflow(), 1.0});
    const TaskId head = chain.Flow(g, 0);
    const TaskId joined = chain.graph.AddBarrier();
    const TaskId second = chain.Flow(other, 0);
    chain.graph.AddDependency(head, joined);
    chain.graph.AddDependency(joined, second);
    chain.graph.AddDependency(second, chain.steps[1]);
    const TaskId middle = chain.Flow(g, 1);
    chain.graph.AddDependency(middle, chain.steps[4]);
    chain.graph.AddDependency(middle, chain.steps[3]);
    chain.Flow(g, 2);
    const TaskId inside = chain.Flow(g, 2, 1);
    chain.graph.AddDependency(inside, chain.steps[1]);
    EXPECT_EQ(Derived(chain.graph, "g"), (std::vector<double>{0, 2, 4}));
    EXPECT_EQ(Derived(chain.graph, "other"), std::vector<double>{0});
}

TEST(DeriveArrangements, NeedsAscendAndPositionsWithoutFlowsAreDueWithTheOneBefore)
{
    // Needs: position 0 at 1 s, 1 at 4 s, 2 at 3 s, 4 at 4 s. Position 1 may not be due after 2;
    // position 3 has no flow.
    Chain chain(5);
    const GroupIndex g = chain.graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    chain.graph.AddDependency(chain.Flow(g, 0), chain.steps[1]);
    chain.graph.AddDependency(chain.Flow(g, 1), chain.steps[4]);
    chain.graph.AddDependency(chain.Flow(g, 2), chain.steps[3]);
    chain.graph.AddDependency(chain.Flow(g, 4), chain.steps[4]);
    EXPECT_EQ(Derived(chain.graph, "g"), (std::vector<double>{0, 2, 2, 2, 3}));
}

TEST(DeriveArrangements, ReplacesWhatWasDeclared)
{
    Chain chain(3);
    const GroupIndex g =
        chain.graph.AddGroup({"g", "g", Arrangement::Pipeline(2, Seconds(7)), 1.0});
    chain.graph.AddDependency(chain.Flow(g, 0), chain.steps[1]);
    chain.graph.AddDependency(chain.Flow(g, 1), chain.steps[1]);
    UseDerivedArrangements(chain.graph, Switch(2));
    EXPECT_EQ(chain.graph.Groups()[g].arrangement.GetShape(), Arrangement::Shape::COFLOW);
    EXPECT_TRUE(DeriveArrangements(TaskGraph(), Switch(2)).empty());
}

} // namespace
} // namespace echelon
