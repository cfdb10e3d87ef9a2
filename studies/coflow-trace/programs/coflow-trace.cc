// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The public coflow trace, end to end on a big switch of 1 Gb/s per port: time, memory, and mean
 * and 95th percentile of the coflow completion times.
 *
 *     coflow-trace                        fair and sebf on the whole trace
 *     coflow-trace --first 60 --quirks    and what the reference simulator does otherwise
 *
 * The trace is $ECHELON_DATA/coflow/FB2010-1Hr-150-0.txt or --trace FILE; without it the program
 * says so and ends with 0. Each run is a process of its own, so that its peak memory is its own.
 *
 * --quirks adds runs with the habits of the reference simulator (CoflowSim, read in its source):
 *  - equal shares: a flow gets the lesser of its ports' rates over their numbers of flows, which is
 *    not max-min and leaves capacity idle;
 *  - static order: coflows stay in the order of their Γ at arrival;
 *  - idle: what an ended flow had lies idle until a coflow comes or ends;
 *  - epochs: a coflow is admitted at the start of the epoch of 10.24 s in which it arrives, before
 *    its arrival that is, and its time counts from there.
 */
#include "emulation/emulation.h"
#include "fabric/fair-fabric.h"
#include "fabric/fluid-fabric.h"
#include "input/file-source.h"
#include "network/big-switch.h"
#include "sched/coflow-orders.h"
#include "sched/fair.h"
#include "traces/coflow-benchmark.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

using namespace echelon;

constexpr BitRate PORT_RATE = 1e9;
constexpr double EPOCH_MS = 10 * 1024;

/// The lesser of a flow's shares of its links, every link shared equally by its flows. Bundles of
/// one flow only.
class EqualShares : public Scheduler
{
  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        std::vector<double> flows(view.capacity->size(), 0);
        for (const ActiveFlow& flow : view.flows)
        {
            for (const LinkId link : flow.route)
            {
                ++flows[link.Value()];
            }
        }
        for (std::size_t i = 0; i < view.flows.size(); ++i)
        {
            out.rates[i] = std::numeric_limits<double>::infinity();
            for (const LinkId link : view.flows[i].route)
            {
                const double share = (*view.capacity)[link.Value()] / flows[link.Value()];
                out.rates[i] = std::min(out.rates[i], share);
            }
        }
    }

    /// Only flows on links with other numbers of flows change.
    bool DoRepair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes) override
    {
        ++m_call;
        m_visited.resize(state.Table().Slots(), 0);
        for (const LinkId touched : change.links)
        {
            for (const FlowOnLink& flow : state.FlowsOn(touched))
            {
                double rate = std::numeric_limits<double>::infinity();
                for (const LinkId link : state.RouteOf(flow))
                {
                    rate = std::min(rate,
                                    state.Capacity()[link.Value()] /
                                        static_cast<double>(state.FlowsOn(link).size()));
                }
                if (rate != state.RateOf(flow) && m_visited[flow.slot] != m_call)
                {
                    m_visited[flow.slot] = m_call;
                    changes.push_back({flow, rate});
                }
            }
        }
        return true;
    }

    std::uint64_t m_call = 0;
    std::vector<std::uint64_t> m_visited; ///< by slot: the last call that changed the flow
};

/// Coflows in the order of Γ at their arrival.
class StaticSebf : public GroupOrderScheduler
{
  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override
    {
        for (std::uint32_t g = 0; g < view.groups.size(); ++g)
        {
            const std::size_t id = view.groups[g].id.Value();
            if (id >= m_bottlenecks.size())
            {
                m_bottlenecks.resize(id + 1, -1);
            }
            if (m_bottlenecks[id] < 0)
            {
                m_bottlenecks[id] = m_madd.Bottleneck(view, m_byGroup.Of(g), view.capacity->data());
            }
            order.push_back(g);
        }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            const double x = m_bottlenecks[view.groups[a].id.Value()];
            const double y = m_bottlenecks[view.groups[b].id.Value()];
            return x < y || (x == y && a < b);
        });
    }

    std::vector<double> m_bottlenecks; ///< by GroupId; negative: not seen yet
};

/// Decides when coflows come and end, and not at all in between.
class IdleSebf : public StaticSebf
{
  private:
    bool DoRepair(const NetworkState& /*state*/,
                  const NetworkChange& change,
                  std::vector<FlowRate>& /*changes*/) override
    {
        return change.onlyDepartures;
    }
};

/// One row of the output.
struct Variant
{
    const char* name;
    std::function<std::unique_ptr<Scheduler>()> scheduler;
    bool sharesByItself;
    bool inEpochs;
};

std::vector<Variant>
Variants(bool quirks)
{
    const auto fair = [] { return std::make_unique<FairScheduler>(); };
    const auto sebf = [] { return std::make_unique<SebfScheduler>(); };
    const auto equal = [] { return std::make_unique<EqualShares>(); };
    const auto fixed = [] { return std::make_unique<StaticSebf>(); };
    const auto idle = [] { return std::make_unique<IdleSebf>(); };
    std::vector<Variant> variants{{"fair", fair, true, false}, {"sebf", sebf, false, false}};
    if (quirks)
    {
        variants.insert(variants.end(),
                        {{"fair, epochs", fair, true, true},
                         {"equal shares", equal, false, false},
                         {"equal shares, epochs", equal, false, true},
                         {"sebf, epochs", sebf, false, true},
                         {"sebf, static order", fixed, false, false},
                         {"sebf, static order, idle", idle, false, false},
                         {"sebf, static order, idle, epochs", idle, false, true}});
    }
    return variants;
}

/// An arrival at the very end of an epoch belongs to it.
CoflowTrace
InEpochs(CoflowTrace trace)
{
    for (TracedCoflow& coflow : trace.coflows)
    {
        const double epoch = std::ceil(coflow.arrival.Seconds() * 1e3 / EPOCH_MS) - 1;
        coflow.arrival = Time::FromSeconds(std::max(0.0, epoch) * EPOCH_MS * 1e-3);
    }
    return trace;
}

nlohmann::ordered_json
RunVariant(const Variant& variant, const CoflowBenchmark& input)
{
    const auto before = std::chrono::steady_clock::now();
    const Topology topology = MakeBigSwitch({input.ports, {1, {PORT_RATE, Time()}, {}, {}}});
    std::vector<DeviceId> devices;
    for (std::uint32_t d = 0; d < input.ports; ++d)
    {
        devices.emplace_back(d);
    }
    std::vector<Job> jobs(1);
    jobs[0].name = "trace";
    jobs[0].graph =
        BuildCoflowGraph(variant.inEpochs ? InEpochs(input.trace) : input.trace, devices);
    const auto scheduler = variant.scheduler();
    std::unique_ptr<Fabric> fabric;
    if (variant.sharesByItself)
    {
        fabric = std::make_unique<FairFabric>(topology);
    }
    else
    {
        fabric = std::make_unique<FluidFabric>(topology);
    }
    EmulationInput run{topology, jobs};
    run.keepsSeries = false;
    const RunRecord record = RunEmulation(run, *scheduler, *fabric);
    std::vector<double> times;
    double sum = 0;
    for (const GroupRecord& group : record.groups)
    {
        times.push_back((group.finish - group.reference).Seconds());
        sum += times.back();
    }
    std::sort(times.begin(), times.end());
    const auto rank = static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(times.size())));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - before;
    return {{"run", variant.name},
            {"coflows", times.size()},
            {"flows", record.flows.size()},
            {"cct_mean_s", sum / static_cast<double>(times.size())},
            {"cct_p95_s", times[rank - 1]},
            {"wall_s", wall.count()},
            {"cpu_s",
             static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)},
            {"peak_rss_bytes", static_cast<std::uint64_t>(usage.ru_maxrss) * 1024}};
}

/// In a process of its own; its result comes through a pipe.
nlohmann::ordered_json
RunApart(const Variant& variant, const CoflowBenchmark& input)
{
    int ends[2];
    if (pipe(ends) != 0)
    {
        throw std::runtime_error("there is no pipe");
    }
    const pid_t child = fork();
    if (child == 0)
    {
        const std::string text = RunVariant(variant, input).dump();
        const bool isWritten =
            write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        _exit(isWritten ? 0 : 1);
    }
    close(ends[1]);
    std::string text;
    char piece[4096];
    for (ssize_t n = 0; (n = read(ends[0], piece, sizeof piece)) > 0;)
    {
        text.append(piece, static_cast<std::size_t>(n));
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0)
    {
        throw std::runtime_error(std::string(variant.name) + " failed");
    }
    return nlohmann::ordered_json::parse(text);
}

} // namespace

int
main(int argc, char** argv)
{
    const char* const data = std::getenv("ECHELON_DATA");
    std::string trace =
        std::string(data == nullptr ? "../shared/data" : data) + "/coflow/FB2010-1Hr-150-0.txt";
    CoflowBenchmarkOptions options;
    bool quirks = false;
    bool json = false;
    CLI::App app("The public coflow trace on a big switch of 1 Gb/s per port");
    app.add_option("--trace", trace, "Trace in the coflow-benchmark format");
    app.add_option("--first", options.first, "Only this many coflows");
    app.add_flag("--quirks", quirks, "With the habits of the reference simulator too");
    app.add_flag("--json", json, "Print JSON, one run per line");
    CLI11_PARSE(app, argc, argv);
    if (!std::filesystem::is_regular_file(trace))
    {
        std::fprintf(stderr, "skipped: no %s; set ECHELON_DATA\n", trace.c_str());
        return 0;
    }
    const CoflowBenchmark input = ParseCoflowBenchmark(trace, DiskFiles()(trace), options);
    for (const Variant& variant : Variants(quirks))
    {
        const nlohmann::ordered_json run = RunApart(variant, input);
        if (json)
        {
            std::printf("%s\n", run.dump().c_str());
        }
        else
        {
            std::printf("%-34s %6d flows  mean CCT %8.3f s  p95 %9.3f s  %6.2f s CPU  %5.0f MB\n",
                        variant.name,
                        run["flows"].get<int>(),
                        run["cct_mean_s"].get<double>(),
                        run["cct_p95_s"].get<double>(),
                        run["cpu_s"].get<double>(),
                        run["peak_rss_bytes"].get<double>() / 1e6);
        }
        std::fflush(stdout);
    }
    return 0;
}
