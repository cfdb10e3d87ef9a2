// SPDX-License-Identifier: GPL-2.0-only
#include "workload/paradigm-data-parallel.h"

#include "model/layer-pass.h"
#include "workload/task-count.h"

#include <string>

namespace echelon
{

namespace
{

/// What is all-reduced; nothing on a single rank.
std::vector<GradientBucket>
BucketsOf(const std::vector<LayerProfile>& layers,
          const TrainingOptions& options,
          std::size_t ranks)
{
    return ranks == 1 ? std::vector<GradientBucket>()
                      : MakeBuckets(ParameterBytes(layers, options.valueBytes), options.bucket);
}

} // namespace

std::vector<ParameterSpec>
DataParallelParameters()
{
    return Joined({{"dp", ParameterType::INTEGER, "8", "data-parallel ranks"}},
                  TrainingParameters());
}

RankLayout
DataParallelLayout(const WorkloadSpec& spec)
{
    const std::uint32_t dp = CountOf(spec.parameters, "dp");
    TrainingOptionsOf(spec.parameters);
    LayersOf(spec);
    return {dp, 1};
}

double
DataParallelTasks(const WorkloadSpec& spec,
                  const Topology& topology,
                  const std::vector<DeviceId>& devices)
{
    const TrainingOptions options = TrainingOptionsOf(spec.parameters);
    const std::vector<LayerProfile> layers = LayersOf(spec);
    CollectiveTasks tasks(topology, devices, options.collectives);
    return LayerPassTasks(layers, options, devices.size()) +
           BucketTasks(tasks,
                       devices.size(),
                       CollectiveKind::ALL_REDUCE,
                       BucketsOf(layers, options, devices.size()),
                       options.inOrder);
}

TaskGraph
BuildDataParallel(const WorkloadSpec& spec,
                  const Topology& topology,
                  const std::vector<DeviceId>& devices)
{
    const TrainingOptions options = TrainingOptionsOf(spec.parameters);
    const std::vector<LayerProfile> layers = LayersOf(spec);
    TaskGraph graph;
    LayerPass pass(graph, layers, options);
    std::vector<std::vector<TaskId>> finished(devices.size());
    for (std::size_t rank = 0; rank < devices.size(); ++rank)
    {
        pass.AddRank(devices[rank]);
        finished[rank].push_back(pass.Backward(rank, 0));
    }
    const std::vector<GradientBucket> buckets = BucketsOf(layers, options, devices.size());
    std::vector<TaskId> previous;
    for (std::size_t b = 0; b < buckets.size(); ++b)
    {
        std::vector<TaskId> ready;
        for (std::size_t rank = 0; rank < devices.size(); ++rank)
        {
            const TaskId own = pass.Backward(rank, buckets[b].first);
            ready.push_back(previous.empty() ? own : Join(graph, {previous[rank], own}));
        }
        const GroupIndex group =
            graph.AddGroup({"dp bucket" + std::to_string(b), "dp", Arrangement::Coflow(), 1.0});
        const std::vector<TaskId> done = AddCollective(
            graph,
            topology,
            {CollectiveKind::ALL_REDUCE, devices, buckets[b].bytes, options.collectives},
            group,
            0,
            ready);
        for (std::size_t rank = 0; rank < devices.size(); ++rank)
        {
            finished[rank].push_back(done[rank]);
        }
        if (options.inOrder)
        {
            previous = done;
        }
    }
    for (std::size_t rank = 0; rank < devices.size(); ++rank)
    {
        pass.AddOptimizer(devices[rank], finished[rank]);
    }
    return graph;
}

} // namespace echelon
