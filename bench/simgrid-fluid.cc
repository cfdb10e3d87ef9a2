// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fluid fabric beside SimGrid's flow-level model, in one run: same flows, same paths, same
 * max-min sharing.
 *
 *     simgrid-fluid [hosts-per-leaf] [seed]
 *
 * A skewed all-to-all on a leaf-spine of 8 leaves and 8 spines: the size of the flow from s to d is
 * 1 MB x the product of two Zipf-like factors, one of a random rank of s and one of d. No
 * propagation delay, so that both models mean the same. Prints both makespans, their relative
 * difference, CPU seconds of both (model construction excluded), and the ratio. Exit code 1 when
 * the makespans differ by more than 1e-6. SimGrid's model: CM02 without latency, TCP-gamma and
 * cross-traffic corrections.
 */
#include "base/random.h"
#include "emulation/emulation.h"
#include "fabric/fair-fabric.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <simgrid/s4u.hpp>
#include <sys/resource.h>

namespace
{

namespace s4u = simgrid::s4u;

using echelon::DeviceId;
using echelon::Job;
using echelon::LinkId;
using echelon::RandomStream;
using echelon::Topology;

constexpr std::uint32_t LEAVES = 8;
constexpr std::uint32_t SPINES = 8;
constexpr std::uint64_t ROUTE_SEED = 1;
constexpr double MAKESPAN_TOLERANCE = 1e-6;

double
CpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/// One weight per host: 1 / rank^0.5 for a random ranking.
std::vector<double>
Skew(std::uint32_t hosts, std::uint64_t seed, const char* name)
{
    std::vector<std::uint32_t> rank(hosts);
    std::iota(rank.begin(), rank.end(), 1);
    RandomStream(seed, name).Shuffle(rank);
    std::vector<double> weights;
    for (const std::uint32_t r : rank)
    {
        weights.push_back(1 / std::sqrt(r));
    }
    return weights;
}

Job
SkewedAllToAll(std::uint32_t hosts, std::uint64_t seed)
{
    const std::vector<double> sender = Skew(hosts, seed, "senders");
    const std::vector<double> receiver = Skew(hosts, seed, "receivers");
    Job job;
    job.name = "all-to-all";
    const auto group =
        job.graph.AddGroup({"all-to-all", "world", echelon::Arrangement::Coflow(), 1});
    for (std::uint32_t s = 0; s < hosts; ++s)
    {
        for (std::uint32_t d = 0; d < hosts; ++d)
        {
            if (s != d)
            {
                const auto bytes = static_cast<echelon::Bytes>(1e6 * sender[s] * receiver[d]) + 1;
                job.graph.AddFlow({group, DeviceId(s), DeviceId(d), bytes, 0, 1});
            }
        }
    }
    return job;
}

struct Outcome
{
    double makespan;
    double cpuSeconds;
};

Outcome
RunEchelon(const Topology& topology, const std::vector<Job>& jobs)
{
    const auto& entry = echelon::SchedulerEntryOf("fair");
    const auto scheduler = entry.make(echelon::ParameterSet(entry.parameters));
    echelon::FairFabric fabric(topology);
    echelon::EmulationInput input{topology, jobs, ROUTE_SEED};
    input.keepsSeries = false;
    const double start = CpuSeconds();
    const auto record = echelon::RunEmulation(input, *scheduler, fabric);
    return {record.makespan.Seconds(), CpuSeconds() - start};
}

Outcome
RunSimGrid(const Topology& topology, const Job& job, s4u::Engine& engine)
{
    auto* zone = s4u::create_full_zone("fabric");
    std::vector<s4u::Host*> hosts;
    for (std::uint32_t h = 0; h < topology.Devices(); ++h)
    {
        hosts.push_back(zone->create_host("host" + std::to_string(h), 1e9));
    }
    std::vector<const s4u::Link*> links;
    for (const echelon::Link& link : topology.Links())
    {
        links.push_back(zone->create_link(link.name, link.rate / 8)->set_latency(0)->seal());
    }
    // As the emulation derives it from seed, job and connection: both models use the same spine for
    // every pair.
    const std::uint64_t key = echelon::Mix64(ROUTE_SEED) ^ echelon::HashText("all-to-all/world");
    for (std::uint32_t s = 0; s < hosts.size(); ++s)
    {
        for (std::uint32_t d = 0; d < hosts.size(); ++d)
        {
            if (s == d)
            {
                continue;
            }
            std::vector<s4u::LinkInRoute> route;
            for (const LinkId link : topology.Route(DeviceId(s), DeviceId(d), key))
            {
                route.emplace_back(links[link.Value()]);
            }
            zone->add_route(hosts[s]->get_netpoint(),
                            hosts[d]->get_netpoint(),
                            nullptr,
                            nullptr,
                            route,
                            false);
        }
    }
    zone->seal();
    s4u::Actor::create("starter", hosts[0], [&] {
        std::vector<s4u::CommPtr> comms;
        for (const echelon::Task& task : job.graph.Tasks())
        {
            auto comm = s4u::Comm::sendto_init(hosts[task.flow.source.Value()],
                                               hosts[task.flow.destination.Value()]);
            comm->set_payload_size(static_cast<std::uint64_t>(task.flow.bytes));
            comm->start();
            comms.push_back(comm);
        }
        s4u::Comm::wait_all(comms);
    });
    const double start = CpuSeconds();
    engine.run();
    return {s4u::Engine::get_clock(), CpuSeconds() - start};
}

} // namespace

int
main(int argc, char** argv)
{
    s4u::Engine engine(&argc, argv);
    s4u::Engine::set_config("network/model:CM02");
    s4u::Engine::set_config("network/TCP-gamma:0");
    s4u::Engine::set_config("network/crosstraffic:0");
    s4u::Engine::set_config("network/latency-factor:1");
    s4u::Engine::set_config("network/bandwidth-factor:1");
    s4u::Engine::set_config("network/weight-S:0");
    s4u::Engine::set_config("maxmin/precision:1e-9");
    s4u::Engine::set_config("surf/precision:1e-12");

    const auto hostsPerLeaf = static_cast<std::uint32_t>(argc > 1 ? std::atoi(argv[1]) : 8);
    const auto seed = static_cast<std::uint64_t>(argc > 2 ? std::atoi(argv[2]) : 1);
    const echelon::LinkSpec link{100e9, echelon::Time()};
    const Topology topology =
        echelon::MakeLeafSpine({LEAVES, SPINES, hostsPerLeaf, {1, link, {}, {}}, link});
    const std::vector<Job> jobs{SkewedAllToAll(topology.Devices(), seed)};

    const Outcome ours = RunEchelon(topology, jobs);
    const Outcome theirs = RunSimGrid(topology, jobs[0], engine);
    const double difference = std::abs(ours.makespan - theirs.makespan) / theirs.makespan;
    std::printf("skewed all-to-all, %u hosts, 8 leaves x 8 spines, %zu flows, max-min sharing\n",
                topology.Devices(),
                jobs[0].graph.Tasks().size());
    std::printf("%-10s %20s %12s\n", "", "makespan_s", "cpu_s");
    std::printf("%-10s %20.15f %12.4f\n", "echelon", ours.makespan, ours.cpuSeconds);
    std::printf("%-10s %20.15f %12.4f\n", "simgrid", theirs.makespan, theirs.cpuSeconds);
    std::printf("relative difference of makespans %.2e, speed ratio %.1f\n",
                difference,
                theirs.cpuSeconds / ours.cpuSeconds);
    return difference <= MAKESPAN_TOLERANCE ? 0 : 1;
}
