// SPDX-License-Identifier: GPL-2.0-only

// Links that fail and come back during a run. In a scenario the same events are written as
//     "events": [{"at": "500ms", "link": "host0->switch", "rate": "0Gbps"}, …]
// Another kind of event is one that the driver (core/emulation/emulation.cc) brings about at its
// time: Fabric::SetCapacity changes a link, Fabric::Reroute the way of a flow.

#include "emulation/emulation.h"
#include "emulation/run-failure.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/fair.h"

#include <cstdlib>
#include <iostream>

using namespace echelon;

int
main()
{
    // Hosts of one GPU at 8 Gb/s, 1 GB/s. Hosts 0 and 1 send 1 GB each to hosts 2 and 3. Host 0's
    // egress link, number 0, is down from 0.5 s to 1 s and then carries half of its rate: the half
    // of the flow that is left takes 1 s more, so it ends at 2 s, and the other at 1 s.
    const Topology topology = MakeBigSwitch({4, {1, {8e9, Time()}, {}, {}}});
    Job job;
    job.name = "two flows";
    for (const std::uint32_t i : {0u, 1u})
    {
        const auto group = job.graph.AddGroup(
            {"from host " + std::to_string(i), "transfer", Arrangement::Coflow(), 1.0});
        job.graph.AddFlow({group, DeviceId(i), DeviceId(i + 2), 1'000'000'000, 0, 1});
    }
    EmulationInput input{topology, {job}};
    input.events = {{Time::FromSeconds(0.5), LinkId(0), 0}, {Time::FromSeconds(1), LinkId(0), 4e9}};
    FairScheduler scheduler;
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation(input, scheduler, fabric);
    for (const FlowRecord& flow : record.flows)
    {
        std::cout << "flow of " << flow.bytes << " B ends at " << flow.finish.Seconds() << " s\n";
    }
    const bool isRight = record.flows[0].finish == Time::FromSeconds(2) &&
                         record.flows[1].finish == Time::FromSeconds(1);

    // If the link does not come back, nothing can move after 1 s, and the run says so.
    input.events.pop_back();
    FluidFabric failing(topology);
    try
    {
        RunEmulation(input, scheduler, failing);
    }
    catch (const RunStalled& stall)
    {
        std::cout << stall.what() << "\n";
        return isRight ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    return EXIT_FAILURE;
}
