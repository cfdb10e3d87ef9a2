// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * CountTasks against the graphs that are built: every workload of the registry, granularity and
 * algorithm, on one interface a host and several, packed and not.
 */
#include "collective/collective-tasks.h"
#include "network/big-switch.h"
#include "support/graph-evaluation.h"
#include "support/model-dims.h"

namespace echelon
{
namespace
{

/// Hosts on one switch; 500 ns a link, or no delay at all.
Topology
Hosts(std::uint32_t gpus, std::uint32_t interfaces, bool delays)
{
    ServerSpec server;
    server.gpusPerHost = gpus;
    server.interfacesPerHost = interfaces;
    const Time delay = Time::FromPicoseconds(delays ? 500000 : 0);
    server.hostLink = {100e9, delay};
    server.scaleUp = {900e9, delay};
    return MakeBigSwitch({64 / gpus, server});
}

/// The first devices, or every third one.
std::vector<DeviceId>
Devices(std::uint32_t ranks, bool scattered)
{
    std::vector<DeviceId> devices;
    for (std::uint32_t rank = 0; rank < ranks; ++rank)
    {
        devices.emplace_back(scattered ? rank * 3 : rank);
    }
    return devices;
}

void
ExpectExact(const WorkloadSpec& spec)
{
    const std::uint32_t ranks = LayoutOf(spec).ranks;
    ASSERT_LE(ranks, 21U);
    for (const auto& [gpus, interfaces] : {std::pair(1U, 1U), {4U, 1U}, {4U, 4U}, {8U, 4U}})
    {
        for (const bool other : {false, true})
        {
            const Topology topology = Hosts(gpus, interfaces, !other);
            const std::vector<DeviceId> devices = Devices(ranks, other);
            EXPECT_EQ(CountTasks(spec, topology, devices),
                      static_cast<double>(BuildTaskGraph(spec, topology, devices).Tasks().size()))
                << spec.kind << ", " << gpus << " GPUs and " << interfaces << " interfaces a host";
        }
    }
}

/// With every granularity and algorithm.
void
ExpectExactInEveryStyle(WorkloadSpec spec)
{
    for (const char* granularity : {"flow", "step", "chunk"})
    {
        for (const char* algorithm : {"ring", "halving-doubling", "tree"})
        {
            spec.parameters.Set("granularity", granularity);
            spec.parameters.Set("all_reduce", algorithm);
            SCOPED_TRACE(std::string(granularity) + " " + algorithm);
            ExpectExact(spec);
        }
    }
}

TEST(TaskCount, IsExactForCollectives)
{
    for (const char* operation :
         {"all-reduce", "reduce-scatter", "all-gather", "broadcast", "all-to-all"})
    {
        for (const char* bytes : {"1B", "7B", "1003B"})
        {
            for (const char* ranks : {"2", "5", "16", "21"})
            {
                WorkloadSpec spec{"collective",
                                  ParameterSet(WorkloadEntryOf("collective").parameters),
                                  {}};
                spec.parameters.Set("operation", operation);
                spec.parameters.Set("bytes", bytes);
                spec.parameters.Set("ranks", ranks);
                spec.parameters.Set("chunk", "10B");
                ExpectExactInEveryStyle(spec);
            }
        }
    }
}

/// Layers with and without parameters.
ModelProfile
Layers()
{
    ModelProfile model;
    model.name = "layers";
    for (const std::int64_t parameters : {0, 3, 1000, 0, 50000, 70, 20000, 0})
    {
        LayerProfile layer;
        layer.name = "layer" + std::to_string(model.layers.size());
        layer.parameters = parameters;
        layer.forwardFlops = 1e6;
        model.layers.push_back(layer);
    }
    return model;
}

TEST(TaskCount, IsExactForParadigmsOfLayers)
{
    const std::vector<Settings> all{{},
                                    {{"in_order", "false"}},
                                    {{"bucket", "1KB"}, {"optimizer_time", "1ms"}}};
    for (Settings settings : all)
    {
        settings.emplace_back("chunk", "20KB");
        for (const char* ranks : {"1", "2", "8", "12"})
        {
            Settings replicas = settings;
            replicas.emplace_back("dp", ranks);
            ExpectExactInEveryStyle(SpecOf("data-parallel", Layers(), replicas));
            for (const char* prefetch : {"0", "1", "3"})
            {
                Settings sharded = replicas;
                sharded.emplace_back("prefetch", prefetch);
                ExpectExactInEveryStyle(SpecOf("fsdp", Layers(), sharded));
            }
            Settings served = settings;
            served.emplace_back("workers", ranks);
            served.emplace_back("servers", "3");
            ExpectExact(SpecOf("parameter-server", Layers(), served));
        }
    }
    ExpectExactInEveryStyle(SpecOf("fsdp", Small(), {{"dp", "8"}, {"chunk", "20KB"}}));
}

TEST(TaskCount, IsExactForTransformers)
{
    TransformerDims dims = Small();
    dims.experts = 8;
    const std::vector<Settings> shapes{
        {{"tp", "4"}, {"dp", "4"}},
        {{"tp", "2"}, {"pp", "4"}, {"dp", "2"}, {"microbatches", "4"}},
        {{"tp", "2"}, {"dp", "4"}, {"sequence_parallel", "true"}, {"optimizer_time", "1ms"}},
        {{"pp", "2"}, {"dp", "4"}, {"microbatches", "3"}, {"schedule", "gpipe"}, {"ep", "2"}},
        {{"pp", "2"}, {"virtual_stages", "2"}, {"schedule", "interleaved"}, {"microbatches", "4"}},
        {{"dp", "8"}, {"ep", "4"}, {"expert_skew", "3"}, {"in_order", "false"}},
        {{"dp", "8"}, {"ep", "8"}, {"expert_skew", "9"}, {"bucket", "1KB"}}};
    for (Settings settings : shapes)
    {
        settings.emplace_back("chunk", "5KB");
        ExpectExactInEveryStyle(SpecOf("transformer", dims, settings));
    }
    ExpectExactInEveryStyle(
        SpecOf("expert-parallel", dims, {{"dp", "8"}, {"ep", "8"}, {"chunk", "5KB"}}));
}

TEST(TaskCount, IsExactForInference)
{
    for (const char* start : {"together", "each-rank"})
    {
        for (const char* models : {"1", "2"})
        {
            WorkloadSpec spec{"moe-inference",
                              ParameterSet(WorkloadEntryOf("moe-inference").parameters),
                              {}};
            spec.parameters.Set("start", start);
            spec.parameters.Set("models", models);
            spec.parameters.Set("backward", models[0] == '1' ? "true" : "false");
            ExpectExactInEveryStyle(spec);
        }
    }
}

TEST(TaskCount, OfPlannedAllToAllsIsNeverTooHigh)
{
    for (const OrderEntry& order : OrderEntries())
    {
        WorkloadSpec spec{"collective", ParameterSet(WorkloadEntryOf("collective").parameters), {}};
        spec.parameters.Set("operation", "all-to-all");
        spec.parameters.Set("ranks", "16");
        spec.parameters.Set("all_to_all", order.name);
        const Topology topology = Hosts(4, 4, true);
        const std::size_t built = BuildTaskGraph(spec, topology, FirstDevices(16)).Tasks().size();
        EXPECT_LE(CountTasks(spec, topology, FirstDevices(16)), static_cast<double>(built));
        EXPECT_GE(CountTasks(spec, topology, FirstDevices(16)), 16.0 * 15) << order.name;
    }
}

TEST(TaskCount, RefusesWithTheNumberAndItsMemory)
{
    // 64 ranks in steps of 1-byte chunks: 126 steps of 16 MB in all are 2.016e9 flows, and 64
    // barriers.
    WorkloadSpec spec{"collective", ParameterSet(WorkloadEntryOf("collective").parameters), {}};
    spec.parameters.Set("ranks", "64");
    spec.parameters.Set("bytes", "16MB");
    spec.parameters.Set("granularity", "chunk");
    spec.parameters.Set("chunk", "1B");
    try
    {
        BuildTaskGraph(spec, OneSwitch(64), FirstDevices(64));
        FAIL();
    }
    catch (const ParameterError& error)
    {
        EXPECT_EQ(error.Parameter(), "kind");
        EXPECT_NE(std::string(error.what()).find("2,016,000,064 tasks"), std::string::npos)
            << error.what();
        EXPECT_NE(std::string(error.what()).find(" GB"), std::string::npos) << error.what();
    }
}

TEST(TaskCount, OfLlama70BOn4096Gpus)
{
    // tp 8, pp 8, dp 64, 6 micro-batches on hosts of 8 GPUs: 12 passes.
    // Computations: 512 ranks a stage x 12 x (160 halves of blocks + the output) = 989,184.
    // Pipeline: 12 x 7 receipts x 512 flows, and barriers but for the first of 7 stages = 82,432.
    // Tensor all-reduces: 240 halves a stage x 512 groups x (8 flows + 2 barriers) = 1,228,800.
    // Gradients: 82 buckets x 8 tensor ranks, each 64 flows, 2 barriers and a delay, and 64
    // barriers behind the bucket before, but for the first of 8 stages = 43,952 + 37,888.
    ServerSpec server;
    server.gpusPerHost = 8;
    server.interfacesPerHost = 8;
    server.hostLink = {400e9, Time::FromPicoseconds(500000)};
    server.scaleUp = {3600e9, Time()};
    WorkloadSpec spec = SpecOf("transformer",
                               Llama2With(80, 8192, 64, 8, 28672),
                               {{"tp", "8"}, {"pp", "8"}, {"dp", "64"}, {"microbatches", "6"}});
    EXPECT_EQ(CountTasks(spec, MakeBigSwitch({512, server}), FirstDevices(4096)), 2382256);
}

TEST(TaskCount, AcceptsWhatFitsAndGrowsLinearlyInARing)
{
    // n flows, a barrier before and after, and the delay of the steps behind the first.
    WorkloadSpec spec{"collective", ParameterSet(WorkloadEntryOf("collective").parameters), {}};
    for (const std::uint32_t n : {1024U, 16384U})
    {
        spec.parameters.Set("ranks", std::to_string(n));
        const TaskGraph graph = BuildTaskGraph(spec, OneSwitch(n), FirstDevices(n));
        EXPECT_EQ(graph.Tasks().size(), n + 3);
        EXPECT_EQ(graph.Dependencies().size(), 2 * n + 1);
    }
}

} // namespace
} // namespace echelon
