// SPDX-License-Identifier: GPL-2.0-only

// One all-to-all on an oversubscribed leaf-spine, carried out on the fluid fabric: its completion
// over the leaf-spine lower bound. Prints one line of CSV, without a header:
//
//   leaf-spine-all-to-all --ranks 64 --rack 8 --spines 8 --oversubscription 4 --traffic zipf
//                         --order rack-aware --scheduler edf --lookahead 1 --gap 0.01
//
//   ranks,rack,gpus_per_server,spines,oversubscription,traffic,seed,order,scheduler,bound_s,
//   relay_bound_s,makespan_s,ratio,stages,transmissions,planning_s
//
// Hosts of --gpus-per-server GPUs, each with an interface of its own at 100 Gb/s and 900 Gb/s
// inside the host; no delays. relay_bound_s: the bound of hosts whose GPUs may use each other's
// interfaces. planning_s is processor time; with --planning N the least of N times, and nothing is
// carried out (makespan and ratio 0). Traffic: balanced, zipf (the generators of `echelon plan
// --generate`), hot-rack (uniform entries, four times as much to the ranks of the first rack).
// --step T carries out `unordered` under max-min rates that are decided anew every T × bound
// instead of at every departure: what ends in between leaves its share idle until then, so
// completion is late by a few steps at most. It makes 512 GPUs, 261,632 flows at once, a matter of
// seconds.

#include "alltoall/order-registry.h"
#include "collective/planned-all-to-all.h"
#include "emulation/emulation.h"
#include "experts/traffic-generator.h"
#include "fabric/fluid-fabric.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"
#include "sharing/max-min.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace echelon;

namespace
{

constexpr BitRate PORT = 100e9;
constexpr BitRate SCALE_UP = 900e9;
constexpr double HOT = 4;

struct Options
{
    std::uint32_t ranks = 64;
    std::uint32_t rack = 8;
    std::uint32_t gpusPerServer = 1;
    std::uint32_t spines = 8;
    double oversubscription = 4;
    std::string traffic = "zipf";
    std::uint64_t seed = 1;
    std::string order = "rack-aware";
    std::string scheduler = "edf";
    std::uint32_t lookahead = 1;
    double gap = 0;
    double step = 0;
    std::uint32_t planning = 0;
};

TrafficMatrix
Traffic(const Options& options)
{
    if (options.traffic != "hot-rack")
    {
        return GenerateTraffic(options.traffic, options.ranks, options.seed);
    }
    const TrafficMatrix even = GenerateTraffic("uniform", options.ranks, options.seed);
    TrafficMatrix traffic(options.ranks);
    for (std::uint32_t i = 0; i < options.ranks; ++i)
    {
        for (std::uint32_t j = 0; j < options.ranks; ++j)
        {
            const double factor = j < options.rack ? HOT : 1;
            traffic.Set(i, j, static_cast<Bytes>(factor * static_cast<double>(even.At(i, j))));
        }
    }
    return traffic;
}

/// All pairs at once over their hashed paths, rates decided anew after each step.
double
SharedInSteps(const Topology& topology, const TrafficMatrix& traffic, double step)
{
    struct Share
    {
        Route route;
        double bits;
    };

    RouteTable routes;
    std::vector<Share> shares;
    for (std::uint32_t i = 0; i < traffic.Size(); ++i)
    {
        for (std::uint32_t j = 0; j < traffic.Size(); ++j)
        {
            if (traffic.At(i, j) > 0)
            {
                shares.push_back(
                    {routes.Along(topology, topology.Route(DeviceId(i), DeviceId(j), 1)),
                     8 * static_cast<double>(traffic.At(i, j))});
            }
        }
    }
    std::vector<BitRate> capacity;
    for (const Link& link : topology.Links())
    {
        capacity.push_back(link.rate);
    }
    MaxMinSolver solver;
    double now = 0;
    while (!shares.empty())
    {
        solver.Clear();
        for (const Share& share : shares)
        {
            solver.Add(share.route, 1);
        }
        solver.Solve(capacity);
        double first = std::numeric_limits<double>::infinity();
        double last = 0;
        for (std::size_t f = 0; f < shares.size(); ++f)
        {
            const double end = shares[f].bits / solver.Rate(f);
            first = std::min(first, end);
            last = std::max(last, end);
        }
        const double length = std::min(last, std::max(first, step));
        std::size_t kept = 0;
        for (std::size_t f = 0; f < shares.size(); ++f)
        {
            const double bits = shares[f].bits - solver.Rate(f) * length;
            if (bits > 0.5)
            {
                shares[kept++] = {shares[f].route, bits};
            }
        }
        shares.resize(kept);
        now += length;
    }
    return now;
}

/// The plan, and the least processor time of the runs of the planner.
std::pair<TransmissionPlan, double>
TimedPlan(const Options& options, const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    OrderOptions orderOptions;
    orderOptions.gap = options.gap;
    std::pair<TransmissionPlan, double> best;
    for (std::uint32_t time = 0; time < std::max(1U, options.planning); ++time)
    {
        const std::clock_t start = std::clock();
        best.first = MakePlan(options.order, traffic, fabric, orderOptions);
        const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        best.second = time == 0 ? seconds : std::min(best.second, seconds);
    }
    return best;
}

void
Run(const Options& options)
{
    LeafSpineSpec spec;
    spec.leaves = options.ranks / options.rack;
    spec.spines = options.spines;
    spec.hostsPerLeaf = options.rack / options.gpusPerServer;
    spec.server.gpusPerHost = options.gpusPerServer;
    spec.server.interfacesPerHost = options.gpusPerServer;
    spec.server.hostLink = {PORT, Time()};
    spec.server.scaleUp = {SCALE_UP, Time()};
    spec.uplink = {PORT, Time()};
    spec.uplinkRates = UplinkRates(spec, options.oversubscription);
    const Topology topology = MakeLeafSpine(spec);
    std::vector<DeviceId> ranks;
    for (std::uint32_t rank = 0; rank < options.ranks; ++rank)
    {
        ranks.emplace_back(rank);
    }
    const TrafficMatrix traffic = Traffic(options);
    const PlanningFabric fabric = PlanningFabric::Of(topology, ranks);
    const double bound = LowerBound(traffic, fabric);

    auto [plan, planningTime] = TimedPlan(options, traffic, fabric);
    const std::size_t stages = plan.stages.size();
    std::size_t transmissions = 0;
    for (const Stage& stage : plan.stages)
    {
        transmissions += stage.transmissions.size();
    }

    double makespan = 0;
    if (options.planning > 0)
    {
        // Planning only.
    }
    else if (options.step > 0 && plan.rule == StartRule::UNORDERED)
    {
        makespan = SharedInSteps(topology, traffic, options.step * bound);
    }
    else
    {
        std::vector<Job> jobs(1);
        jobs[0].name = "all-to-all";
        const GroupIndex group =
            jobs[0].graph.AddGroup({"all-to-all", "all-to-all", Arrangement::Coflow(), 1.0});
        AddPlannedAllToAll(jobs[0].graph,
                           ranks,
                           PlannedOn(std::move(plan), fabric),
                           group,
                           {},
                           options.lookahead);
        const SchedulerEntry& entry = SchedulerEntryOf(options.scheduler);
        const std::unique_ptr<Scheduler> scheduler = entry.make(ParameterSet(entry.parameters));
        FluidFabric fluid(topology);
        makespan =
            RunEmulation({topology, jobs, options.seed}, *scheduler, fluid).makespan.Seconds();
    }
    std::printf("%u,%u,%u,%u,%g,%s,%llu,%s,%s,%.9g,%.9g,%.9g,%.6f,%zu,%zu,%.3f\n",
                options.ranks,
                options.rack,
                options.gpusPerServer,
                options.spines,
                options.oversubscription,
                options.traffic.c_str(),
                static_cast<unsigned long long>(options.seed),
                options.order.c_str(),
                options.scheduler.c_str(),
                bound,
                LowerBound(traffic, fabric, true),
                makespan,
                makespan / bound,
                stages,
                transmissions,
                planningTime);
}

} // namespace

int
main(int argc, char** argv)
{
    CLI::App app("all-to-all on an oversubscribed leaf-spine");
    Options options;
    app.add_option("--ranks", options.ranks);
    app.add_option("--rack", options.rack);
    app.add_option("--gpus-per-server", options.gpusPerServer);
    app.add_option("--spines", options.spines);
    app.add_option("--oversubscription", options.oversubscription);
    app.add_option("--traffic", options.traffic);
    app.add_option("--seed", options.seed);
    app.add_option("--order", options.order);
    app.add_option("--scheduler", options.scheduler);
    app.add_option("--lookahead", options.lookahead);
    app.add_option("--gap", options.gap);
    app.add_option("--step", options.step);
    app.add_option("--planning", options.planning);
    CLI11_PARSE(app, argc, argv);
    try
    {
        Run(options);
    }
    catch (const std::exception& error)
    {
        std::fprintf(stderr, "leaf-spine-all-to-all: %s\n", error.what());
        return 1;
    }
    return 0;
}
