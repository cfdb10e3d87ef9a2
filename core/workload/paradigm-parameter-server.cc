// SPDX-License-Identifier: GPL-2.0-only
#include "model/layer-pass.h"
#include "workload/paradigms.h"

#include <algorithm>
#include <string>

namespace echelon
{

static RankLayout
Layout(const WorkloadSpec& spec)
{
    const std::uint32_t workers = CountOf(spec.parameters, "workers");
    const std::uint32_t servers = CountOf(spec.parameters, "servers");
    TrainingOptionsOf(spec.parameters);
    LayersOf(spec);
    return {workers + servers, 1};
}

static double
Tasks(const WorkloadSpec& spec,
      const Topology& /*topology*/,
      const std::vector<DeviceId>& /*devices*/)
{
    const std::uint32_t workers = CountOf(spec.parameters, "workers");
    const std::uint32_t servers = CountOf(spec.parameters, "servers");
    const TrainingOptions options = TrainingOptionsOf(spec.parameters);
    const std::vector<LayerProfile> layers = LayersOf(spec);
    double sum = LayerPassTasks(layers, options, workers);
    for (const GradientBucket& bucket :
         MakeBuckets(ParameterBytes(layers, options.valueBytes), options.bucket))
    {
        // A push and a pull per worker and server that has a part, and a barrier between them.
        const Bytes parts = std::min<Bytes>(servers, bucket.bytes);
        sum += static_cast<double>(parts) * (2.0 * workers + 1);
    }
    return sum;
}

static TaskGraph
Build(const WorkloadSpec& spec, const Topology& /*topology*/, const std::vector<DeviceId>& devices)
{
    const std::uint32_t workers = CountOf(spec.parameters, "workers");
    const std::uint32_t servers = CountOf(spec.parameters, "servers");
    const TrainingOptions options = TrainingOptionsOf(spec.parameters);
    const std::vector<LayerProfile> layers = LayersOf(spec);
    TaskGraph graph;
    LayerPass pass(graph, layers, options, {devices.begin(), devices.begin() + workers});
    std::vector<std::vector<TaskId>> finished(workers);
    for (std::uint32_t worker = 0; worker < workers; ++worker)
    {
        finished[worker].push_back(pass.Backward(worker, 0));
    }
    std::size_t index = 0;
    for (const GradientBucket& bucket :
         MakeBuckets(ParameterBytes(layers, options.valueBytes), options.bucket))
    {
        const std::string name = " bucket" + std::to_string(index++);
        const GroupIndex push =
            graph.AddGroup({"ps push" + name, "ps push", Arrangement::Coflow(), 1.0});
        const GroupIndex pull =
            graph.AddGroup({"ps pull" + name, "ps pull", Arrangement::Coflow(), 1.0});
        for (std::uint32_t server = 0; server < servers; ++server)
        {
            const Bytes part = PartBegin(bucket.bytes, servers, server + 1) -
                               PartBegin(bucket.bytes, servers, server);
            if (part == 0)
            {
                continue;
            }
            const DeviceId host = devices[workers + server];
            const TaskId updated = graph.AddBarrier();
            for (std::uint32_t worker = 0; worker < workers; ++worker)
            {
                const TaskId up = graph.AddFlow({push, devices[worker], host, part, 0, 1});
                graph.AddDependency(pass.Backward(worker, bucket.first), up);
                graph.AddDependency(up, updated);
            }
            for (std::uint32_t worker = 0; worker < workers; ++worker)
            {
                const TaskId down = graph.AddFlow({pull, host, devices[worker], part, 0, 1});
                graph.AddDependency(updated, down);
                finished[worker].push_back(down);
            }
        }
    }
    for (std::uint32_t worker = 0; worker < workers; ++worker)
    {
        pass.AddOptimizer(devices[worker], finished[worker]);
    }
    return graph;
}

WorkloadEntry
ParameterServerWorkload()
{
    return {"parameter-server",
            "workers push gradients and pull parameters; a coflow each per bucket",
            ModelNeed::ANY,
            Joined({{"workers", ParameterType::INTEGER, "8", "ranks that compute"},
                    {"servers", ParameterType::INTEGER, "1", "ranks that hold the parameters"}},
                   TrainingParameters()),
            Layout,
            Tasks,
            Build};
}

} // namespace echelon
