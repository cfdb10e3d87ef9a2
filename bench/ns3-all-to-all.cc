// SPDX-License-Identifier: GPL-2.0-only

// All-to-alls on the packet fabric, in and out of order: completion over the bound, fan-in and
// queues at the receivers.
//
//   build/release/bin/ns3-all-to-all aurora              skewed matrices of 16, 32, 64 GPUs
//   build/release/bin/ns3-all-to-all shifts --hosts 512  the shifted all-to-all without barriers
//   … --series fan-in.csv                                fan-in over time
//
// 100 Gb/s, 500 ns a link; big switch, or leaves of 8 hosts (`shifts`: 16) without
// oversubscription. Prints CSV. `shifts` is the known stress case: in round i host s sends to s +
// i, nobody waits for anybody but its own transmission before; hosts start at random times within
// --jitter. On its leaf-spine (as many spines as hosts a leaf) routes are chosen by hash, but for
// `rack-aware`.

#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "support/all-to-all-run.h"

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

/// Without oversubscription, 8 hosts a leaf: one spine that any leaf can fill, or 8 of port rate.
Topology
LeafSpine(std::uint32_t hosts, bool fat)
{
    ServerSpec server;
    server.hostLink = {RATE, LINK_DELAY};
    return MakeLeafSpine({hosts / 8, fat ? 1U : 8U, 8, server, {(fat ? 8 : 1) * RATE, LINK_DELAY}});
}

void
PrintHeader()
{
    std::printf(
        "fabric,hosts,order,awaits,lookahead,scheduler,queues,gap,stages,seconds,over_bound,fan_in,"
        "receiver_queue_segments,drops,wall_s\n");
}

AllToAllRun
Print(const std::string& name,
      const Topology& topology,
      const TrafficMatrix& traffic,
      const AllToAllCase& wanted)
{
    AllToAllRun run(topology, traffic, wanted);
    std::printf("%s,%u,%s,%s,%u,%s,%u,%g,%zu,%.9g,%.5f,%u,%.1f,%llu,%.1f\n",
                name.c_str(),
                traffic.Size(),
                wanted.order.c_str(),
                wanted.senderAwaits == Milestone::SENT || run.IsExclusive() ? "sent" : "arrival",
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
        for (const std::string name : {"big-switch", "fat-spine", "leaf-spine"})
        {
            const Topology topology =
                name == "big-switch" ? Switch(hosts) : LeafSpine(hosts, name == "fat-spine");
            const std::string order = name == "leaf-spine" ? "rack-aware" : "aurora";
            Print(name, topology, traffic, {"unordered", 0, "fair"});
            Print(name, topology, traffic, {"unordered", 0, "fair", 1});
            Print(name, topology, traffic, {"spread-out", 0, "fair"});
            Print(name, topology, traffic, {"spread-out", 0, "fair", 1});
            for (const double gap : {0.0, 0.01})
            {
                Print(name, topology, traffic, {order, 0, "fair", 0, Time(), gap});
                Print(name, topology, traffic, {order, 1, "edf", 0, Time(), gap});
            }
        }
    }
}

/// Hosts of the stress case: what joins them.
Topology
NetworkOf(const std::string& fabric, std::uint32_t hosts)
{
    if (fabric == "big-switch")
    {
        return Switch(hosts);
    }
    ServerSpec server;
    server.hostLink = {RATE, LINK_DELAY};
    if (fabric == "slow-port")
    {
        server.hostRates.assign(hosts, RATE);
        server.hostRates[hosts / 2] = 0.8 * RATE;
        return MakeBigSwitch({hosts, server});
    }
    constexpr std::uint32_t RACK = 16;
    if (fabric == "leaf-spine")
    {
        return MakeLeafSpine({hosts / RACK, RACK, RACK, server, server.hostLink});
    }
    return MakeLeafSpine({hosts / RACK, 1, RACK, server, {RACK * RATE, LINK_DELAY}});
}

struct Shifts
{
    std::uint32_t hosts = 512;
    std::string fabric = "big-switch";
    double kilobytes = 256;
    double jitter = 200;
    std::uint64_t seed = 1;
    Bytes window = 0;
    bool fifo = false;
    std::uint32_t posted = 4;
    std::string series;
};

void
RunShifts(const Shifts& shifts)
{
    const Topology topology = NetworkOf(shifts.fabric, shifts.hosts);
    const TrafficMatrix traffic =
        UniformTraffic(shifts.hosts, std::llround(shifts.kilobytes * 1e3));
    std::ofstream out;
    if (!shifts.series.empty())
    {
        out.open(shifts.series);
        out << "case,seconds,fan_in\n";
    }
    PrintHeader();
    std::vector<std::pair<std::string, AllToAllCase>> cases{
        {"spread-out, next on arrival", {"spread-out", 0, "fair", 0}},
        {"spread-out, next when paced out", {"spread-out", 0, "fair", 0}},
        {"spread-out, " + std::to_string(shifts.posted) + " sends posted",
         {"spread-out", shifts.posted - 1, "fair", 0}}};
    cases[1].second.senderAwaits = Milestone::SENT;
    if (shifts.fifo)
    {
        cases.push_back({"spread-out, FIFO queues", {"spread-out", 0, "fair", 1}});
        cases.push_back({"aurora, FIFO queues", {"aurora", 0, "fair", 1}});
    }
    cases.push_back({"aurora, start conditions", {"aurora", 0, "fair", 0}});
    cases.push_back({"aurora, earlier stage first", {"aurora", 1, "edf", 0}});
    if (shifts.fabric == "leaf-spine")
    {
        cases.push_back({"rack-aware, start conditions", {"rack-aware", 0, "fair", 0}});
        cases.push_back({"rack-aware, earlier stage first", {"rack-aware", 1, "edf", 0}});
    }
    for (auto [name, wanted] : cases)
    {
        wanted.jitter = Time::FromSeconds(shifts.jitter * 1e-6);
        wanted.seed = shifts.seed;
        wanted.window = shifts.window;
        const AllToAllRun run = Print(shifts.fabric, topology, traffic, wanted);
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
    Shifts wanted;
    CLI::App* shifts = app.add_subcommand("shifts", "the shifted all-to-all without barriers");
    shifts->add_option("--hosts", wanted.hosts)->capture_default_str();
    shifts->add_option("--fabric", wanted.fabric, "slow-port: a big switch, one host at 80 Gb/s")
        ->check(CLI::IsMember({"big-switch", "slow-port", "leaf-spine", "fat-spine"}))
        ->capture_default_str();
    shifts->add_option("--kilobytes", wanted.kilobytes, "per pair")->capture_default_str();
    shifts->add_option("--jitter", wanted.jitter, "us, of the hosts' starts")
        ->capture_default_str();
    shifts->add_option("--seed", wanted.seed, "of the jitter")->capture_default_str();
    shifts->add_flag("--fifo",
                     wanted.fifo,
                     "also hosts without pacing, one FIFO queue a port (slow)");
    shifts->add_option("--posted", wanted.posted, "sends that a host posts at once, in one case")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    shifts->add_option("--window", wanted.window, "with queues: bytes on the way; 0: by the path");
    shifts->add_option("--series", wanted.series, "CSV file: fan-in over time");
    CLI11_PARSE(app, argc, argv);
    if (aurora->parsed())
    {
        RunAurora(std::llround(megabytes * 1e6), skew);
    }
    else
    {
        RunShifts(wanted);
    }
}
