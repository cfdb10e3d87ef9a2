// SPDX-License-Identifier: GPL-2.0-only

// A trace format in one file: lines of text that say what each rank does become a task graph. A
// reader of a real format does the same in apps/echelon/traces.

#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"
#include "taskgraph/rank-program.h"

#include <cstdlib>
#include <iostream>
#include <sstream>

using namespace echelon;

/// Lines "RANK compute SECONDS", "RANK send TO BYTES", "RANK receive FROM".
TaskGraph
ReadTrace(std::istream& trace, const std::vector<DeviceId>& devices)
{
    RankProgram program(devices);
    std::uint32_t rank = 0;
    std::uint32_t other = 0;
    Bytes bytes = 0;
    double seconds = 0;
    std::string what;
    while (trace >> rank >> what)
    {
        if (what == "compute" && trace >> seconds)
        {
            program.Compute(rank, Time::FromSeconds(seconds), what);
        }
        else if (what == "send" && trace >> other >> bytes)
        {
            program.Send(rank, other, bytes, 0);
        }
        else if (what == "receive" && trace >> other)
        {
            program.Receive(rank, other, 0);
        }
    }
    return program.Build();
}

int
main()
{
    // Rank 0 computes for 1 s and sends 2 GB at 1 GB/s; rank 1 then computes for 3 s: 1 + 2 + 3.
    std::istringstream trace("0 compute 1\n0 send 1 2000000000\n1 receive 0\n1 compute 3\n");
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    Job job;
    job.name = "trace";
    job.graph = ReadTrace(trace, {DeviceId(0), DeviceId(1)});
    FluidFabric fabric(topology);
    const auto fair = SchedulerEntryOf("fair").make(ParameterSet());
    const RunRecord record = RunEmulation({topology, {job}}, *fair, fabric);
    std::cout << "the trace took " << record.makespan.Seconds() << " s\n";
    return record.makespan == Time::FromSeconds(6) ? EXIT_SUCCESS : EXIT_FAILURE;
}
