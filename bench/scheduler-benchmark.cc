// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Time of one decision: every registered scheduler, contract checks included, and the max-min
 * solver alone.
 *
 *     build/release/bin/scheduler-benchmark --benchmark_filter=Decision/echelon
 */
#include "base/random.h"
#include "sched/max-min.h"
#include "sched/scheduler-registry.h"
#include "topology/builders.h"

#include <benchmark/benchmark.h>

namespace echelon
{
namespace
{

constexpr BitRate HOST_RATE = 100e9;

std::vector<BitRate>
Capacities(const Topology& topology)
{
    std::vector<BitRate> capacity;
    for (const Link& link : topology.Links())
    {
        capacity.push_back(link.rate);
    }
    return capacity;
}

/// One host per GPU, uplinks as fast as host links, as many spines as hosts per leaf: no
/// oversubscription.
Topology
SquareLeafSpine(std::uint32_t leaves, std::uint32_t hostsPerLeaf)
{
    return MakeLeafSpine({leaves,
                          hostsPerLeaf,
                          hostsPerLeaf,
                          {1, {HOST_RATE, Time()}, {}, {}},
                          {HOST_RATE, Time()}});
}

/// Ten flows in a group, four ideal finish times in each, over 256 hosts of a big switch.
void
Decision(benchmark::State& state, const std::string& name)
{
    constexpr std::uint32_t HOSTS = 256;
    constexpr std::uint32_t FLOWS_PER_GROUP = 10;
    constexpr std::uint32_t CLASSES = 4;
    const auto flows = static_cast<std::uint32_t>(state.range(0));
    const Topology topology = MakeBigSwitch({HOSTS, {1, {HOST_RATE, Time()}, {}, {}}});
    const std::vector<BitRate> capacity = Capacities(topology);
    RandomStream stream(1, "decision");
    NetworkView view;
    view.capacity = &capacity;
    view.now = Time::FromSeconds(1);
    view.jobs.emplace_back();
    for (std::uint32_t g = 0; g < flows / FLOWS_PER_GROUP; ++g)
    {
        ActiveGroup group;
        group.id = GroupId(g);
        group.reference = Time::FromSeconds(stream.Uniform());
        view.groups.push_back(group);
    }
    for (std::uint32_t i = 0; i < flows; ++i)
    {
        const std::uint64_t source = stream.Below(HOSTS);
        const std::uint64_t destination = (source + 1 + stream.Below(HOSTS - 1)) % HOSTS;
        ActiveFlow flow;
        flow.id = FlowId(i);
        flow.group = i / FLOWS_PER_GROUP;
        flow.path = topology.Route(DeviceId(source), DeviceId(destination), i);
        flow.sizeBits = flow.remainingBits = 1 + stream.Exponential(1e8);
        flow.release = view.groups[flow.group].reference;
        const std::int64_t position = i % FLOWS_PER_GROUP * CLASSES / FLOWS_PER_GROUP;
        flow.idealFinish = flow.release + position * Time::FromSeconds(1e-3);
        view.flows.push_back(flow);
    }
    const SchedulerEntry& entry = SchedulerEntryOf(name);
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    for (auto _ : state)
    {
        benchmark::DoNotOptimize(scheduler->Allocate(view).rates.data());
    }
}

/// All pairs of hosts, one flow each, as in an all-to-all; spines by hash, so that levels differ.
void
MaxMinAllToAll(benchmark::State& state)
{
    const auto leaves = static_cast<std::uint32_t>(state.range(0));
    const Topology topology = SquareLeafSpine(leaves, 8);
    const std::vector<BitRate> capacity = Capacities(topology);
    std::vector<Path> paths;
    for (std::uint32_t source = 0; source < topology.Devices(); ++source)
    {
        for (std::uint32_t destination = 0; destination < topology.Devices(); ++destination)
        {
            if (source != destination)
            {
                paths.push_back(topology.Route(DeviceId(source), DeviceId(destination), 1));
            }
        }
    }
    MaxMinSolver solver;
    for (auto _ : state)
    {
        solver.Clear();
        for (const Path& path : paths)
        {
            solver.Add(path, 1);
        }
        solver.Solve(capacity);
        benchmark::DoNotOptimize(solver.Rate(0));
    }
    state.counters["flows"] = static_cast<double>(paths.size());
}

BENCHMARK(MaxMinAllToAll)->Arg(8)->Arg(16)->Unit(benchmark::kMicrosecond);

const bool REGISTERED = [] {
    for (const SchedulerEntry& entry : SchedulerEntries())
    {
        const std::string name = entry.name;
        benchmark::RegisterBenchmark(("Decision/" + name).c_str(),
                                     [name](benchmark::State& state) { Decision(state, name); })
            ->Arg(100)
            ->Arg(1000)
            ->Arg(10000)
            ->Unit(benchmark::kMicrosecond);
    }
    return true;
}();

} // namespace
} // namespace echelon
