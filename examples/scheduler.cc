// SPDX-License-Identifier: GPL-2.0-only

// A scheduler in one file: flows with the most bytes left go first. To make it a choice of the
// command line, put the class into core/sched and one entry into scheduler-registry.cc.

#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/ordered-allocation.h"

#include <cstdlib>
#include <iostream>

using namespace echelon;

class LongestFirst : public Scheduler
{
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        m_order.Sort(view, [](const ActiveFlow& flow) { return -flow.remainingBits; });
        m_residual.Reset(view);
        GiveInOrder(view, m_order.Order(), m_residual, out.rates);
    }

    FlowOrder<double> m_order;
    ResidualCapacity m_residual;
};

int
main()
{
    // Hosts of one GPU at 8 Gb/s, 1 GB/s. Host 0 sends 1 GB to host 1 and 3 GB to host 2. Decisions
    // are made when flows come or go, so the longer flow keeps the link until it ends after 3 s,
    // and the shorter one ends after 4 s.
    const Topology topology = MakeBigSwitch({3, {1, {8e9, Time()}, {}, {}}});
    Job job;
    job.name = "two flows";
    for (const std::uint32_t i : {1u, 2u})
    {
        const auto group = job.graph.AddGroup(
            {"to host " + std::to_string(i), "transfer", Arrangement::Coflow(), 1.0});
        job.graph.AddFlow({group, DeviceId(0), DeviceId(i), 1'000'000'000 * (2 * i - 1), 0, 1});
    }
    LongestFirst scheduler;
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, {job}}, scheduler, fabric);
    for (const FlowRecord& flow : record.flows)
    {
        std::cout << "flow of " << flow.bytes << " B ends at " << flow.finish.Seconds() << " s\n";
    }
    const bool isRight = record.flows[0].finish == Time::FromSeconds(4) &&
                         record.flows[1].finish == Time::FromSeconds(3);
    return isRight ? EXIT_SUCCESS : EXIT_FAILURE;
}
