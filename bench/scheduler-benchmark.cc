// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Time of one decision, contract checks included: every registered scheduler, and the max-min
 * solver alone.
 *
 *     build/release/bin/scheduler-benchmark
 *     build/release/bin/scheduler-benchmark --benchmark_filter=Decision/bssi
 *
 * Prints one table. Decision/<name>/<n>: n active flows in n / 10 groups of 8 jobs on the 512 links
 * of 256 hosts; each repetition is one decision, on one of several random views in turn. Of the
 * sizes follows the exponent p of time ~ n^p, by least squares over logarithms; n log n has one as
 * well on these sizes, given below the table.
 */
#include "base/random.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"
#include "sharing/max-min.h"
#include "support/routes.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdio>
#include <map>

namespace echelon
{
namespace
{

constexpr BitRate HOST_RATE = 100e9;
constexpr std::uint32_t HOSTS = 256;
constexpr std::uint32_t JOBS = 8;
constexpr std::uint32_t FLOWS_PER_GROUP = 10;
constexpr std::uint32_t CLASSES = 4;

/// Flows, and how many decisions on how many views.
struct Size
{
    std::int64_t flows;
    int repetitions;
    std::uint64_t views;
};

/// The bar is on 10,000 flows.
constexpr Size SIZES[] = {{1000, 200, 20},
                          {2000, 100, 10},
                          {4000, 60, 10},
                          {8000, 40, 5},
                          {10000, 400, 20},
                          {16000, 40, 5},
                          {32000, 30, 3},
                          {64000, 20, 2}};
constexpr std::int64_t BAR_FLOWS = 10000;
constexpr double BAR_MEDIAN_MS = 10;
constexpr double BAR_P99_MS = 50;

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

const Topology&
Switch()
{
    static const Topology topology = MakeBigSwitch({HOSTS, {1, {HOST_RATE, Time()}, {}, {}}});
    return topology;
}

/// Ten flows in a group, up to four ideal finish times in each; each flow part sent, with some
/// slack.
NetworkView
RandomView(std::uint32_t flows, std::uint64_t seed)
{
    static const std::vector<BitRate> capacity = Capacities(Switch());
    RandomStream stream(seed, "decision");
    NetworkView view;
    view.capacity = &capacity;
    view.now = Time::FromSeconds(1);
    for (std::uint32_t j = 0; j < JOBS; ++j)
    {
        ActiveJob job;
        job.id = JobId(j);
        job.weight = 1 + stream.Uniform();
        view.jobs.push_back(job);
    }
    for (std::uint32_t g = 0; g < flows / FLOWS_PER_GROUP; ++g)
    {
        ActiveGroup group;
        group.id = GroupId(g);
        group.job = g % JOBS;
        group.weight = 1 + static_cast<double>(stream.Below(8));
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
        ActiveGroup& group = view.groups[flow.group];
        flow.route = RouteBetween(Switch(), DeviceId(source), DeviceId(destination), i);
        flow.sizeBits = 1 + stream.Exponential(1e9);
        flow.remainingBits = flow.sizeBits * (0.05 + 0.95 * stream.Uniform());
        group.sentBits += flow.sizeBits - flow.remainingBits;
        flow.release = group.reference;
        const std::int64_t position = i % FLOWS_PER_GROUP * CLASSES / FLOWS_PER_GROUP;
        flow.idealFinish = flow.release + position * Time::FromSeconds(1e-3);
        flow.latestFinish = flow.idealFinish + Time::FromSeconds(0.5 * stream.Uniform());
        view.flows.push_back(flow);
    }
    return view;
}

/// Kept from one repetition to the next, for the size at hand only.
const std::vector<NetworkView>&
Views(const Size& size)
{
    static std::int64_t flows = 0;
    static std::vector<NetworkView> views;
    if (flows != size.flows)
    {
        views.clear();
        for (std::uint64_t seed = 0; seed < size.views; ++seed)
        {
            views.push_back(RandomView(static_cast<std::uint32_t>(size.flows), seed));
        }
        flows = size.flows;
    }
    return views;
}

/// One decision. Schedulers live on, as in a run.
void
Decision(benchmark::State& state, const SchedulerEntry& entry, const Size& size)
{
    static std::map<std::string, std::unique_ptr<Scheduler>> schedulers;
    std::unique_ptr<Scheduler>& scheduler = schedulers[entry.name];
    const std::vector<NetworkView>& views = Views(size);
    if (!scheduler)
    {
        scheduler = entry.make(ParameterSet(entry.parameters));
    }
    const NetworkView& view = views[scheduler->Counts().calls % views.size()];
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
    std::vector<Route> routes;
    for (std::uint32_t source = 0; source < topology.Devices(); ++source)
    {
        for (std::uint32_t destination = 0; destination < topology.Devices(); ++destination)
        {
            if (source != destination)
            {
                routes.push_back(
                    RouteBetween(topology, DeviceId(source), DeviceId(destination), 1));
            }
        }
    }
    MaxMinSolver solver;
    for (auto _ : state)
    {
        solver.Clear();
        for (const Route route : routes)
        {
            solver.Add(route, 1);
        }
        solver.Solve(capacity);
        benchmark::DoNotOptimize(solver.Rate(0));
    }
}

/// Slope of log y over log x by least squares.
double
Exponent(const std::vector<std::pair<double, double>>& points)
{
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (const auto& [n, value] : points)
    {
        x += std::log(n);
        y += std::log(value);
        xx += std::log(n) * std::log(n);
        xy += std::log(n) * std::log(value);
    }
    const double count = static_cast<double>(points.size());
    return (count * xy - x * y) / (count * xx - x * x);
}

/// The value that a part of the sorted values does not exceed (nearest rank).
double
Quantile(const std::vector<double>& sorted, double part)
{
    const double rank = std::ceil(part * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

/// Collects the decisions, and prints the table at the end.
class Table : public benchmark::BenchmarkReporter
{
  public:
    bool ReportContext(const Context&) override
    {
        return true;
    }

    void ReportRuns(const std::vector<Run>& runs) override
    {
        for (const Run& run : runs)
        {
            if (run.run_type == Run::RT_Iteration)
            {
                m_milliseconds[NameOf(run)].push_back(run.GetAdjustedRealTime());
            }
        }
    }

    void Finalize() override
    {
        std::printf("%-14s", "median ms at n");
        for (const Size& size : SIZES)
        {
            std::printf(" %8lld", static_cast<long long>(size.flows));
        }
        std::printf(" %8s %6s  %s\n", "p99", "n^p", "bar");
        for (const SchedulerEntry& entry : SchedulerEntries())
        {
            PrintScheduler(entry.name);
        }
        std::vector<std::pair<double, double>> points;
        for (const Size& size : SIZES)
        {
            const double n = static_cast<double>(size.flows);
            points.emplace_back(n, n * std::log(n));
        }
        std::printf("p99 and bar at n = %lld: median < %g ms, p99 < %g ms; n log n has p = %.2f\n",
                    static_cast<long long>(BAR_FLOWS),
                    BAR_MEDIAN_MS,
                    BAR_P99_MS,
                    Exponent(points));
        for (auto& [name, milliseconds] : m_milliseconds)
        {
            if (name.rfind("Decision/", 0) != 0)
            {
                std::sort(milliseconds.begin(), milliseconds.end());
                std::printf("%s: %.3f ms\n", name.c_str(), Quantile(milliseconds, 0.5));
            }
        }
    }

  private:
    static std::string NameOf(const Run& run)
    {
        const benchmark::BenchmarkName& name = run.run_name;
        return name.args.empty() ? name.function_name : name.function_name + "/" + name.args;
    }

    void PrintScheduler(const std::string& name)
    {
        std::vector<std::pair<double, double>> points;
        double p99 = 0;
        bool isWithinBar = false;
        std::string line;
        char cell[32];
        for (const Size& size : SIZES)
        {
            std::vector<double>& times =
                m_milliseconds["Decision/" + name + "/" + std::to_string(size.flows)];
            if (times.empty())
            {
                line += std::string(8, ' ') + "-";
                continue;
            }
            std::sort(times.begin(), times.end());
            const double median = Quantile(times, 0.5);
            points.emplace_back(static_cast<double>(size.flows), median);
            std::snprintf(cell, sizeof cell, " %8.3f", median);
            line += cell;
            if (size.flows == BAR_FLOWS)
            {
                p99 = Quantile(times, 0.99);
                isWithinBar = median < BAR_MEDIAN_MS && p99 < BAR_P99_MS;
            }
        }
        if (points.size() > 1)
        {
            std::printf("%-14s%s %8.3f %6.2f  %s\n",
                        name.c_str(),
                        line.c_str(),
                        p99,
                        Exponent(points),
                        isWithinBar ? "met" : "MISSED");
        }
    }

    std::map<std::string, std::vector<double>> m_milliseconds; ///< by name of the benchmark
};

void
Register()
{
    // Size by size, since views are kept for one size at a time.
    for (const Size& size : SIZES)
    {
        for (const SchedulerEntry& entry : SchedulerEntries())
        {
            const std::string name = "Decision/" + entry.name + "/" + std::to_string(size.flows);
            benchmark::RegisterBenchmark(
                name.c_str(),
                [&entry, &size](benchmark::State& state) { Decision(state, entry, size); })
                ->Iterations(1)
                ->Repetitions(size.repetitions)
                ->Unit(benchmark::kMillisecond);
        }
    }
    benchmark::RegisterBenchmark("MaxMinAllToAll", MaxMinAllToAll)
        ->Arg(8)
        ->Arg(16)
        ->Unit(benchmark::kMillisecond);
}

} // namespace
} // namespace echelon

int
main(int argc, char** argv)
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
    {
        return 1;
    }
    echelon::Register();
    echelon::Table table;
    benchmark::RunSpecifiedBenchmarks(&table);
    return 0;
}
