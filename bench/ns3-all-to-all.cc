// SPDX-License-Identifier: GPL-2.0-only

// All-to-alls on the packet fabric, in and out of order: completion over the bound, fan-in and
// queues at the receivers.
//
//   build/release/bin/ns3-all-to-all aurora              skewed matrices of 16, 32, 64 GPUs
//   build/release/bin/ns3-all-to-all shifts --hosts 512  the shifted all-to-all without barriers
//   … --series fan-in.csv                                fan-in over time, for
//                                                        tools/all-to-all-figure.py
//
// Big switch, 100 Gb/s, 500 ns a link. Prints CSV. `shifts` is the known stress case: in round i
// host s sends to s + i, nobody waits for anybody but its own transmission before; hosts start at
// random times within --jitter.

#include "support/all-to-all-run.h"
#include "topology/builders.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>

using namespace echelon;

namespace
{

constexpr BitRate RATE = 100e9;
const Time LINK_DELAY = Time::FromPicoseconds(500000);

Topology
Switch(std::uint32_t hosts)
{
    ServerSpec server;
    server.hostLink = {RATE, LINK_DELAY};
    return MakeBigSwitch({hosts, server});
}

/// One leaf-spine without oversubscription: 8 hosts a leaf, one fat spine.
Topology
FatSpine(std::uint32_t hosts)
{
    ServerSpec server;
    server.hostLink = {RATE, LINK_DELAY};
    return MakeLeafSpine({hosts / 8, 1, 8, server, {8 * RATE, LINK_DELAY}});
}

void
PrintHeader()
{
    std::printf(
        "fabric,hosts,order,lookahead,scheduler,queues,gap,stages,seconds,over_bound,fan_in,"
        "receiver_queue_segments,drops,wall_s\n");
}

AllToAllRun
Print(const char* name,
      const Topology& topology,
      const TrafficMatrix& traffic,
      const AllToAllCase& wanted)
{
    AllToAllRun run(topology, traffic, wanted);
    std::printf("%s,%u,%s,%u,%s,%u,%g,%zu,%.9g,%.5f,%u,%.1f,%llu,%.1f\n",
                name,
                traffic.Size(),
                wanted.order.c_str(),
                wanted.lookahead,
                wanted.scheduler.c_str(),
                wanted.queues,
                wanted.gap,
                run.Stages(),
                run.Seconds(),
                run.Seconds() / run.Bound(),
                run.FanIn(),
                run.ReceiverQueue(),
                static_cast<unsigned long long>(run.Drops()),
                run.WallSeconds());
    std::fflush(stdout);
    return run;
}

void
RunAurora(Bytes bytes, double skew)
{
    PrintHeader();
    for (const std::uint32_t hosts : {16U, 32U, 64U})
    {
        const TrafficMatrix traffic = SkewedTraffic(hosts, bytes, skew, 1);
        for (const bool fat : {false, true})
        {
            const Topology topology = fat ? FatSpine(hosts) : Switch(hosts);
            const char* name = fat ? "leaf-spine" : "big-switch";
            Print(name, topology, traffic, {"at-once", 0, "fair"});
            Print(name, topology, traffic, {"at-once", 0, "fair", 1});
            Print(name, topology, traffic, {"spread-out", 0, "fair"});
            Print(name, topology, traffic, {"spread-out", 0, "fair", 1});
            for (const double gap : {0.0, 0.01})
            {
                Print(name, topology, traffic, {"aurora", 0, "fair", 0, Time(), gap});
                Print(name, topology, traffic, {"aurora", 1, "edf", 0, Time(), gap});
            }
        }
    }
}

void
RunShifts(std::uint32_t hosts,
          Bytes bytes,
          Time jitter,
          std::uint64_t seed,
          Bytes window,
          bool fifo,
          std::uint32_t posted,
          const std::string& series)
{
    const Topology topology = Switch(hosts);
    const TrafficMatrix traffic = UniformTraffic(hosts, bytes);
    std::ofstream out;
    if (!series.empty())
    {
        out.open(series);
        out << "case,seconds,fan_in\n";
    }
    PrintHeader();
    const std::vector<std::pair<std::string, AllToAllCase>> cases{
        {"spread-out, max-min rates", {"spread-out", 0, "fair", 0}},
        {"spread-out, " + std::to_string(posted) + " sends posted",
         {"spread-out", posted - 1, "fair", 0}},
        {"spread-out, FIFO queues", {"spread-out", 0, "fair", 1}},
        {"aurora, start conditions", {"aurora", 0, "edf", 0}},
        {"aurora, start conditions, FIFO queues", {"aurora", 0, "edf", 1}},
        {"aurora, earlier stage first", {"aurora", 1, "edf", 0}}};
    for (auto [name, wanted] : cases)
    {
        wanted.jitter = jitter;
        wanted.seed = seed;
        wanted.window = window;
        if (wanted.queues > 0 && !fifo)
        {
            continue;
        }
        const AllToAllRun run = Print("big-switch", topology, traffic, wanted);
        for (const auto& [time, fanIn] : run.FanInOverTime())
        {
            if (out.is_open())
            {
                out << '"' << name << "\"," << time.Seconds() << ',' << fanIn << '\n';
            }
        }
    }
}

} // namespace

int
main(int argc, char** argv)
{
    CLI::App app{"All-to-alls on the packet fabric"};
    app.require_subcommand(1);
    double megabytes = 64;
    double skew = 0.5;
    CLI::App* aurora = app.add_subcommand("aurora", "skewed matrices, order by order");
    aurora->add_option("--megabytes", megabytes, "sent by every GPU")->capture_default_str();
    aurora->add_option("--skew", skew, "Zipf exponent")->capture_default_str();
    std::uint32_t hosts = 512;
    double kilobytes = 256;
    double jitter = 20;
    std::uint64_t seed = 1;
    Bytes window = 0;
    bool fifo = false;
    std::uint32_t posted = 4;
    std::string series;
    CLI::App* shifts = app.add_subcommand("shifts", "the shifted all-to-all without barriers");
    shifts->add_option("--hosts", hosts)->capture_default_str();
    shifts->add_option("--kilobytes", kilobytes, "per pair")->capture_default_str();
    shifts->add_option("--jitter", jitter, "us, of the hosts' starts")->capture_default_str();
    shifts->add_option("--seed", seed, "of the jitter")->capture_default_str();
    shifts->add_flag("--fifo", fifo, "also hosts without pacing, one FIFO queue a port (slow)");
    shifts->add_option("--posted", posted, "sends that a host posts at once, in one case")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    shifts->add_option("--window", window, "with queues: bytes on the way; 0: by the path");
    shifts->add_option("--series", series, "CSV file: fan-in over time");
    CLI11_PARSE(app, argc, argv);
    if (aurora->parsed())
    {
        RunAurora(std::llround(megabytes * 1e6), skew);
    }
    else
    {
        RunShifts(hosts,
                  std::llround(kilobytes * 1e3),
                  Time::FromSeconds(jitter * 1e-6),
                  seed,
                  window,
                  fifo,
                  posted,
                  series);
    }
}
