// SPDX-License-Identifier: GPL-2.0-only
#include "model/layer-pass.h"
#include "taskgraph/derived-arrangement.h"
#include "workload/gradient-buckets.h"
#include "workload/paradigms.h"

namespace echelon
{

namespace
{

/// Layers [first, last] whose parameters are gathered together.
struct Unit
{
    std::size_t first;
    std::size_t last;
    Bytes bytes;
};

std::vector<Unit>
MakeUnits(const WorkloadSpec& spec, const std::vector<LayerProfile>& layers, Bytes valueBytes)
{
    std::vector<Unit> units;
    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        const Bytes bytes = valueBytes * layers[i].parameters;
        const bool joins = spec.model->transformer ? i == 1 || i + 1 == layers.size() : bytes == 0;
        if (units.empty() || !joins)
        {
            units.push_back({i, i, 0});
        }
        units.back().last = i;
        units.back().bytes += bytes;
    }
    return units;
}

GradientCollectives
GradientsOf(const std::vector<Unit>& units, const std::vector<DeviceId>& devices)
{
    std::vector<Bytes> bytes;
    for (const Unit& unit : units)
    {
        bytes.push_back(unit.bytes);
    }
    return {CollectiveKind::REDUCE_SCATTER, devices, bytes, "fsdp reduce-scatter", "fsdp"};
}

/// Eq 7 with each unit's own times; see Arrangement::Fsdp.
Arrangement
GatherArrangement(const LayerPass& pass, const std::vector<Unit>& units)
{
    std::vector<Time> forward(units.size());
    std::vector<Time> backward(units.size());
    for (std::size_t u = 0; u < units.size(); ++u)
    {
        for (std::size_t i = units[u].first; i <= units[u].last; ++i)
        {
            forward[u] += pass.ForwardTime(i);
            backward[u] += pass.BackwardTime(i);
        }
    }
    return Arrangement::Fsdp(forward, backward);
}

} // namespace

static RankLayout
Layout(const WorkloadSpec& spec)
{
    const std::uint32_t dp = CountOf(spec.parameters, "dp");
    CountOf(spec.parameters, "prefetch", 0);
    TrainingOptionsOf(spec.parameters);
    LayersOf(spec);
    return {dp, 1};
}

static double
Tasks(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    const TrainingOptions options = TrainingOptionsOf(spec.parameters);
    const std::size_t prefetch = CountOf(spec.parameters, "prefetch", 0);
    const std::vector<LayerProfile> layers = LayersOf(spec);
    const std::vector<Unit> units = MakeUnits(spec, layers, options.valueBytes);
    const std::size_t n = units.size();
    CollectiveTasks tasks(topology, devices, options.collectives);
    double sum = LayerPassTasks(layers, options, devices.size());
    for (std::size_t k = 0; k < 2 * n && devices.size() > 1; ++k)
    {
        const bool follows = options.inOrder && k > 0;
        const bool waits = k > prefetch;
        sum += follows && waits ? static_cast<double>(devices.size()) : 0;
        sum += tasks.Of(CollectiveKind::ALL_GATHER,
                        units[k < n ? k : 2 * n - 1 - k].bytes,
                        follows || waits);
    }
    return sum + GradientBucketTasks(tasks, GradientsOf(units, devices), options);
}

static TaskGraph
Build(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    const TrainingOptions options = TrainingOptionsOf(spec.parameters);
    const std::size_t prefetch = CountOf(spec.parameters, "prefetch", 0);
    const std::vector<LayerProfile> layers = LayersOf(spec);
    TaskGraph graph;
    LayerPass pass(graph, layers, options, devices);
    const std::vector<Unit> units = MakeUnits(spec, layers, options.valueBytes);
    const std::size_t n = units.size();
    const GroupIndex gathers =
        graph.AddGroup({"fsdp all-gather", "fsdp", GatherArrangement(pass, units), 1.0});
    // Pass k of unit k (forward) or 2n-1-k (backward): its first and its last computation.
    const auto first = [&](std::size_t rank, std::size_t k) {
        return k < n ? pass.Forward(rank, units[k].first)
                     : pass.Backward(rank, units[2 * n - 1 - k].last);
    };
    const auto last = [&](std::size_t rank, std::size_t k) {
        return k < n ? pass.Forward(rank, units[k].last)
                     : pass.Backward(rank, units[2 * n - 1 - k].first);
    };
    std::vector<TaskId> previous;
    for (std::size_t k = 0; k < 2 * n && devices.size() > 1; ++k)
    {
        const Unit& unit = units[k < n ? k : 2 * n - 1 - k];
        std::vector<TaskId> ready;
        for (std::size_t rank = 0; rank < devices.size(); ++rank)
        {
            std::vector<TaskId> after;
            if (options.inOrder && !previous.empty())
            {
                after.push_back(previous[rank]);
            }
            if (k > prefetch)
            {
                after.push_back(last(rank, k - 1 - prefetch));
            }
            if (!after.empty())
            {
                ready.push_back(Join(graph, after));
            }
        }
        previous =
            AddCollective(graph,
                          topology,
                          {CollectiveKind::ALL_GATHER, devices, unit.bytes, options.collectives},
                          gathers,
                          static_cast<std::uint32_t>(k),
                          ready);
        for (std::size_t rank = 0; rank < devices.size(); ++rank)
        {
            graph.AddDependency(previous[rank], first(rank, k));
        }
    }
    std::vector<std::vector<TaskId>> reduced = AddGradientBuckets(
        graph,
        topology,
        GradientsOf(units, devices),
        options,
        [&](std::size_t rank, std::size_t unit) { return last(rank, 2 * n - 1 - unit); });
    for (std::size_t rank = 0; rank < devices.size(); ++rank)
    {
        reduced[rank].push_back(last(rank, 2 * n - 1));
        pass.AddOptimizer(devices[rank], reduced[rank]);
    }
    // Eq 7 holds where the all-gathers' hops inside hosts hide behind the computation.
    UseDerivedArrangements(graph, topology, {gathers});
    return graph;
}

WorkloadEntry
FsdpWorkload()
{
    return {
        "fsdp",
        "FSDP, ZeRO-3: all-gathers layer by layer as one EchelonFlow, reduce-scatters as coflows",
        ModelNeed::ANY,
        Joined({{"dp", ParameterType::INTEGER, "8", "ranks that share the parameters"},
                {"prefetch",
                 ParameterType::INTEGER,
                 "1",
                 "all-gathers issued ahead of the layer that computes; 0: no overlap"}},
               TrainingParameters()),
        Layout,
        Tasks,
        Build};
}

} // namespace echelon
