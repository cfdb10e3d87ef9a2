// SPDX-License-Identifier: GPL-2.0-only
#include "model/layer-pass.h"
#include "workload/gradient-buckets.h"
#include "workload/paradigms.h"

namespace echelon
{

static GradientCollectives
GradientsOf(const std::vector<LayerProfile>& layers,
            const TrainingOptions& options,
            const std::vector<DeviceId>& devices)
{
    return {CollectiveKind::ALL_REDUCE,
            devices,
            ParameterBytes(layers, options.valueBytes),
            "dp",
            "dp"};
}

static RankLayout
Layout(const WorkloadSpec& spec)
{
    const std::uint32_t dp = CountOf(spec.parameters, "dp");
    TrainingOptionsOf(spec.parameters);
    LayersOf(spec);
    return {dp, 1};
}

static double
Tasks(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    const TrainingOptions options = TrainingOptionsOf(spec.parameters);
    const std::vector<LayerProfile> layers = LayersOf(spec);
    CollectiveTasks tasks(topology, devices, options.collectives);
    return LayerPassTasks(layers, options, devices.size()) +
           GradientBucketTasks(tasks, GradientsOf(layers, options, devices), options);
}

static TaskGraph
Build(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    const TrainingOptions options = TrainingOptionsOf(spec.parameters);
    const std::vector<LayerProfile> layers = LayersOf(spec);
    TaskGraph graph;
    LayerPass pass(graph, layers, options, devices);
    std::vector<std::vector<TaskId>> reduced = AddGradientBuckets(
        graph,
        topology,
        GradientsOf(layers, options, devices),
        options,
        [&](std::size_t rank, std::size_t layer) { return pass.Backward(rank, layer); });
    for (std::size_t rank = 0; rank < devices.size(); ++rank)
    {
        reduced[rank].insert(reduced[rank].begin(), pass.Backward(rank, 0));
        pass.AddOptimizer(devices[rank], reduced[rank]);
    }
    return graph;
}

WorkloadEntry
DataParallelWorkload()
{
    return {
        "data-parallel",
        "all-reduce of gradient buckets during the backward pass; a coflow per bucket",
        ModelNeed::ANY,
        Joined({{"dp", ParameterType::INTEGER, "8", "data-parallel ranks"}}, TrainingParameters()),
        Layout,
        Tasks,
        Build};
}

} // namespace echelon
