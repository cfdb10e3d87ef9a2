// SPDX-License-Identifier: GPL-2.0-only

// A kind of topology: five switches in a ring, one host each. To make it a choice of scenarios, put
// it into a file of core/network with a TopologyEntry (topology-kind.h), and list that in
// topology-registry.cc; the loader follows. tools/schemas/make-schemas.py names it for its page.

#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/host-links.h"
#include "sched/fair.h"

#include <iostream>

using namespace echelon;
constexpr std::uint32_t N = 5;

/// Links 2N to 3N - 1 go from each switch to the next one, the N after them to the one before.
struct Ring : Interconnect
{
    void AppendPath(std::uint32_t from, std::uint32_t to, std::uint32_t, Path& path) const override
    {
        const bool isForward = (to + N - from) % N <= N / 2;
        for (; from != to; from = (from + (isForward ? 1 : N - 1)) % N)
        {
            path.emplace_back((isForward ? 2 : 3) * N + from);
        }
    }

    std::uint32_t MostHops() const override
    {
        return N / 2;
    }
};

int
main()
{
    const LinkSpec spec{8e9, Time()}; // 1 GB/s
    std::vector<Link> links;
    AddHostLinks(links, {1, spec, {}, {}}, N, 1, NodeKind::LEAF);
    for (std::uint32_t i = 0; i < 2 * N; ++i)
    {
        const Node next{NodeKind::LEAF, (i + (i < N ? 1 : N - 1)) % N};
        links.push_back(Between({NodeKind::LEAF, i % N}, next, spec, spec.rate));
    }
    const Topology topology({N, 1, 1, N}, links, std::make_shared<Ring>());
    // Flows of 1 GB: 4 -> 0 -> 1 and 0 -> 1 -> 2 share a link, 1 -> 0 goes the other way round.
    Job job;
    const auto group = job.graph.AddGroup({"", "transfer", Arrangement::Coflow(), 1.0});
    for (const auto& [from, to] : {std::pair(4u, 1u), std::pair(0u, 2u), std::pair(1u, 0u)})
    {
        job.graph.AddFlow({group, DeviceId(from), DeviceId(to), 1'000'000'000, 0, 1});
    }
    FairScheduler fair;
    FluidFabric fabric(topology);
    const auto flows = RunEmulation({topology, {job}}, fair, fabric).flows;
    const auto end = [&flows](int flow) { return flows[flow].finish.Seconds(); };
    std::cout << end(0) << " s, " << end(1) << " s, " << end(2) << " s\n";
    return end(0) == 2 && end(1) == 2 && end(2) == 1 ? 0 : 1;
}
