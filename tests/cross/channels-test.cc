// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Collectives on hosts with several interfaces, run on the fluid fabric, against their closed
 * forms.
 *
 * h hosts of g GPUs and m interfaces of rate B, n = h g ranks, no delays, S bytes. Of every ring's
 * bytes a host sends as much as a rank of the ring does, 2 (n-1)/n S in an all-reduce; m rings on
 * an interface each take
 *
 *     all-reduce 2 (n-1)/n · S/(m B), all-gather and reduce-scatter (n-1)/n · S/(m B),
 *
 * so that the bus bandwidth, as nccl-tests defines it, is m B. In an all-to-all each rank sends
 * n - g of its n parts to other hosts, by an interface that g/m ranks share: g/m · (n-g)/n · S/B.
 * Inside a host the ports are faster than all interfaces together and hold nothing up.
 */
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"
#include "workload/workload-registry.h"

#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace echelon
{
namespace
{

constexpr BitRate INTERFACE = 400e9;

struct Shape
{
    std::uint32_t hosts;
    std::uint32_t gpus;
    std::uint32_t interfaces;

    std::uint32_t Ranks() const
    {
        return hosts * gpus;
    }

    Topology Make() const
    {
        ServerSpec server;
        server.gpusPerHost = gpus;
        server.interfacesPerHost = interfaces;
        server.hostLink = {INTERFACE, Time()};
        server.scaleUp = {3600e9, Time()};
        return MakeBigSwitch({hosts, server});
    }
};

const std::vector<Shape> SHAPES{{2, 8, 8}, {3, 8, 4}, {8, 8, 8}};

using Settings = std::vector<std::pair<std::string, std::string>>;

/// One layer of so many parameters of 2 bytes that computes in no time.
ModelProfile
OneLayer(std::int64_t parameters)
{
    ModelProfile model;
    model.name = "layer";
    LayerProfile layer;
    layer.name = "layer";
    layer.parameters = parameters;
    layer.forward = Time::FromPicoseconds(0);
    layer.backward = Time::FromPicoseconds(0);
    model.layers.push_back(layer);
    return model;
}

/// One iteration of a workload on all devices.
class OneRun
{
  public:
    /// @param devices one per rank; none: the first.
    OneRun(const Shape& shape,
           WorkloadSpec spec,
           const Settings& settings,
           std::vector<DeviceId> devices = {})
    {
        const Topology topology = shape.Make();
        for (const auto& [name, value] : settings)
        {
            spec.parameters.Set(name, value);
        }
        for (std::uint32_t rank = devices.size(); rank < LayoutOf(spec).ranks; ++rank)
        {
            devices.emplace_back(rank);
        }
        const std::vector<Job> jobs{{"job", BuildTaskGraph(spec, topology, devices), 1, Time()}};
        for (const Task& task : jobs[0].graph.Tasks())
        {
            if (task.kind == TaskKind::FLOW)
            {
                for (const LinkId link : topology.Route(task.flow.source, task.flow.destination, 0))
                {
                    if (!topology.IsScaleUp(link))
                    {
                        bytes[link] += task.flow.bytes;
                    }
                }
            }
        }
        interfaces = topology.Interfaces();
        FluidFabric fabric(topology);
        const SchedulerEntry& entry = SchedulerEntryOf("fair");
        const std::unique_ptr<Scheduler> fair = entry.make(ParameterSet(entry.parameters));
        seconds = RunEmulation({topology, jobs}, *fair, fabric).makespan.Seconds();
    }

    /// Both directions of every interface carry equally much.
    void ExpectEqualLoads() const
    {
        EXPECT_EQ(bytes.size(), 2 * interfaces);
        for (const auto& [link, load] : bytes)
        {
            EXPECT_EQ(load, bytes.begin()->second);
        }
    }

    double seconds = 0;
    std::size_t interfaces = 0;
    std::map<LinkId, Bytes> bytes;
};

WorkloadSpec
Collective()
{
    return {"collective", ParameterSet(WorkloadEntryOf("collective").parameters), {}};
}

WorkloadSpec
OfModel(const std::string& kind, const ModelProfile& model)
{
    return {kind, ParameterSet(WorkloadEntryOf(kind).parameters), model};
}

TEST(Channels, BusBandwidthIsThatOfAllInterfaces)
{
    for (const Shape& shape : SHAPES)
    {
        const std::uint32_t n = shape.Ranks();
        const Bytes size = Bytes{1000000} * n * shape.interfaces;
        const double once =
            (n - 1.0) / n * 8 * static_cast<double>(size) / (shape.interfaces * INTERFACE);
        for (const char* granularity : {"flow", "step", "chunk"})
        {
            for (const auto& [operation, passes] : {std::pair("all-reduce", 2),
                                                    std::pair("all-gather", 1),
                                                    std::pair("reduce-scatter", 1)})
            {
                const OneRun run(shape,
                                 Collective(),
                                 {{"operation", operation},
                                  {"ranks", std::to_string(n)},
                                  {"bytes", std::to_string(size) + "B"},
                                  {"granularity", granularity},
                                  {"chunk", "500KB"}});
                EXPECT_NEAR(run.seconds / (passes * once), 1, 1e-9)
                    << operation << " of " << n << " ranks, " << granularity;
                run.ExpectEqualLoads();
            }
        }
    }
}

TEST(Channels, TheHostThatOffersFewestInterfacesSetsThePace)
{
    // Ranks on hosts of 8 GPUs: how many interfaces every host has for them at least.
    struct Case
    {
        Shape shape;
        std::vector<std::uint32_t> devices;
        std::uint32_t interfaces;
    };

    const std::vector<Case> cases{
        {{2, 8, 8}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 4}, // 8 and 4
        {{2, 8, 8}, {0, 8, 1, 9, 2, 10, 3, 11}, 4},             // in turns
        {{2, 8, 8}, {3, 0, 12, 15}, 2},                         // other interfaces there
        {{2, 8, 4}, {0, 2, 4, 6, 9, 11, 13, 15}, 4},            // one rank an interface
        {{3, 8, 4}, {0, 1, 8, 9, 16, 17}, 1},                   // all on one interface
        {{3, 8, 8}, {5, 13, 21}, 1},                            // one rank a host
        {{2, 8, 8}, {0, 1, 2, 3, 4, 5, 6, 7, 8}, 1}};           // 8 and 1
    for (const Case& c : cases)
    {
        const auto n = static_cast<double>(c.devices.size());
        const Bytes size = Bytes{1000000} * static_cast<Bytes>(c.devices.size()) * c.interfaces;
        for (const char* granularity : {"flow", "step"})
        {
            const OneRun run(c.shape,
                             Collective(),
                             {{"ranks", std::to_string(c.devices.size())},
                              {"bytes", std::to_string(size) + "B"},
                              {"granularity", granularity}},
                             {c.devices.begin(), c.devices.end()});
            const double form =
                2 * (n - 1) / n * 8 * static_cast<double>(size) / (c.interfaces * INTERFACE);
            EXPECT_NEAR(run.seconds / form, 1, 1e-9) << granularity << ", " << n << " ranks";
        }
    }
}

TEST(Channels, AllToAllsLoadTheInterfacesOfTheRanks)
{
    for (const Shape& shape : SHAPES)
    {
        const std::uint32_t n = shape.Ranks();
        const Bytes size = Bytes{1000000} * n;
        const double sharers = static_cast<double>(shape.gpus) / shape.interfaces;
        const OneRun run(shape,
                         Collective(),
                         {{"operation", "all-to-all"},
                          {"ranks", std::to_string(n)},
                          {"bytes", std::to_string(size) + "B"}});
        EXPECT_NEAR(run.seconds / (sharers * (n - shape.gpus) * 8e6 / INTERFACE), 1, 1e-9);
        run.ExpectEqualLoads();
    }
}

TEST(Channels, DataParallelJobsUseAllInterfaces)
{
    // Gradients are all-reduced once. FSDP gathers the layer forward and backward and scatters its
    // gradients: 3 (n-1)/n of its bytes.
    for (const Shape& shape : SHAPES)
    {
        const std::uint32_t n = shape.Ranks();
        const std::int64_t parameters = std::int64_t{500000} * n * shape.interfaces;
        const double once = (n - 1.0) / n * 8 * 2 * static_cast<double>(parameters) /
                            (shape.interfaces * INTERFACE);
        const Settings settings{{"dp", std::to_string(n)}};
        const OneRun dp(shape, OfModel("data-parallel", OneLayer(parameters)), settings);
        EXPECT_NEAR(dp.seconds / (2 * once), 1, 1e-9);
        dp.ExpectEqualLoads();
        const OneRun fsdp(shape, OfModel("fsdp", OneLayer(parameters)), settings);
        EXPECT_NEAR(fsdp.seconds / (3 * once), 1, 1e-9);
        fsdp.ExpectEqualLoads();
    }
}

TEST(Channels, ParameterServersUseTheInterfacesOfTheirRanks)
{
    // Hosts of 8 workers and hosts of 8 servers, an interface each: a worker pushes its bytes by
    // its own interface while each server receives an eighth from all 8 workers, then back.
    const Shape shape{2, 8, 8};
    const std::int64_t parameters = 4000000;
    const OneRun run(shape,
                     OfModel("parameter-server", OneLayer(parameters)),
                     {{"workers", "8"}, {"servers", "8"}});
    EXPECT_NEAR(run.seconds / (2 * 8 * 2.0 * static_cast<double>(parameters) / INTERFACE), 1, 1e-9);
    run.ExpectEqualLoads();
}

TEST(Channels, TransformersUseThemForTensorsGradientsAndExperts)
{
    // A tensor group over both hosts; replicas that fill them; experts on all ranks.
    TransformerDims dims;
    dims.layers = 2;
    dims.hidden = 1024;
    dims.heads = 16;
    dims.kvHeads = 16;
    dims.ffnHidden = 4096;
    dims.vocabulary = 1024;
    dims.sequence = 1024;
    dims.experts = 16;
    const Shape shape{2, 8, 8};
    for (const Settings& settings : {Settings{{"tp", "16"}},
                                     Settings{{"tp", "16"}, {"sequence_parallel", "true"}},
                                     Settings{{"dp", "16"}},
                                     Settings{{"dp", "16"}, {"ep", "16"}},
                                     Settings{{"tp", "8"}, {"dp", "2"}},
                                     Settings{{"tp", "2"}, {"dp", "8"}, {"ep", "4"}}})
    {
        WorkloadSpec spec = OfModel("transformer", ModelProfile{"model", dims, {}});
        const OneRun run(shape, spec, settings);
        EXPECT_EQ(run.bytes.size(), 2 * run.interfaces);
        for (const auto& [link, load] : run.bytes)
        {
            EXPECT_NEAR(static_cast<double>(load) / static_cast<double>(run.bytes.begin()->second),
                        1,
                        1e-4);
        }
    }
}

} // namespace
} // namespace echelon
