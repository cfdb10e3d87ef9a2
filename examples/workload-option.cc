// SPDX-License-Identifier: GPL-2.0-only

// A workload with an option of its own: a token that goes round all ranks, `rounds` times. To make
// it a choice of scenarios, put the two functions into core/workload and the entry into
// workload-registry.cc; the loader, the schemas and `echelon list workloads` follow.

#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"
#include "workload/workload-registry.h"

#include <cstdlib>
#include <iostream>

using namespace echelon;

TaskGraph
BuildTokenRing(const WorkloadSpec& spec, const Topology&, const std::vector<DeviceId>& devices)
{
    TaskGraph graph;
    const auto group = graph.AddGroup({"token", "ring", Arrangement::Coflow(), 1.0});
    const auto hops = spec.parameters.GetInteger("rounds") * static_cast<int>(devices.size());
    for (std::int64_t hop = 0; hop < hops; ++hop)
    {
        const DeviceId from = devices[hop % devices.size()];
        const DeviceId to = devices[(hop + 1) % devices.size()];
        const TaskId flow =
            graph.AddFlow({group, from, to, spec.parameters.GetBytes("bytes"), 0, 1});
        if (hop > 0)
        {
            graph.AddDependency(TaskId(flow.Value() - 1), flow);
        }
    }
    return graph;
}

const std::vector<ParameterSpec> TOKEN_RING{
    {"rounds", ParameterType::INTEGER, "1", "how often the token goes round"},
    {"bytes", ParameterType::BYTES, "1MB", "size of the token"}};

int
main()
{
    // 1 GB at 8 Gb/s takes 1 s a hop; three ranks and two rounds are six hops.
    const Topology topology = MakeBigSwitch({3, {1, {8e9, Time()}, {}, {}}});
    WorkloadSpec spec{"token-ring", ParameterSet(TOKEN_RING), {}};
    spec.parameters.Set("rounds", "2");
    spec.parameters.Set("bytes", "1GB");
    Job job;
    job.name = "token";
    job.graph = BuildTokenRing(spec, topology, {DeviceId(0), DeviceId(1), DeviceId(2)});
    const auto fair = SchedulerEntryOf("fair").make(ParameterSet());
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, {job}, 1, {}, {}}, *fair, fabric);
    std::cout << "six hops took " << record.makespan.Seconds() << " s\n";
    return record.makespan == Time::FromSeconds(6) ? EXIT_SUCCESS : EXIT_FAILURE;
}
