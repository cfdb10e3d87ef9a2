// SPDX-License-Identifier: GPL-2.0-only

// The packet fabric's data plane against stock ns-3 TCP, in one run on one core.
//
//   build/release/bin/ns3-packet-fabric [--bytes=1000000] [--repeat=3] [--json]
//
// Packet fabric: all-to-all on a leaf-spine at 100 Gb/s, 4 KiB segments; 16 hosts are 4 leaves × 4
// spines × 4 hosts per leaf, 128 hosts are 16 × 16 × 8. Each flow has 1/(n-1) of its interface, set
// once at the start; no coordinator runs. Stock TCP: the same all-to-all of 16 hosts at 10 Gb/s
// around one router (fewer hops than a leaf-spine, in its favour), PointToPoint + IPv4 + TCP +
// BulkSend, MSS 8900. Figures are per CPU second (getrusage) of Simulator::Run; the best of the
// repeats counts, for both alike.

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/leaf-spine-helper.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <sys/resource.h>

using namespace ns3;

namespace
{

double
CpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Figures
{
    double cpu{0};
    double hops{0};
    double packets{0};
    double events{0};
    double payload{0};
    double drops{0};
    double simulated{0}; ///< seconds
};

struct Shape
{
    uint32_t leaves;
    uint32_t spines;
    uint32_t hostsPerLeaf;
};

Figures
RunPacketFabric(Shape shape, uint64_t bytes)
{
    Ptr<LeafSpineHelper> helper = CreateObject<LeafSpineHelper>();
    helper->SetAttribute("Leaves", UintegerValue(shape.leaves));
    helper->SetAttribute("Spines", UintegerValue(shape.spines));
    helper->SetAttribute("HostsPerLeaf", UintegerValue(shape.hostsPerLeaf));
    Ptr<FabricNetwork> network = helper->Create();
    const uint32_t hosts = shape.leaves * shape.hostsPerLeaf;
    const double goodput = 4096.0 / (4096.0 + network->GetHeaderSize());
    const double rate = 100e9 * goodput / (hosts - 1);
    uint32_t id = 0;
    for (uint32_t source = 0; source < hosts; ++source)
    {
        for (uint32_t shift = 1; shift < hosts; ++shift, ++id)
        {
            network->StartFlow(helper->MakeFlow(id, source, (source + shift) % hosts, bytes, id));
            network->SetRate(id, rate, 0);
        }
    }
    Figures figures;
    const double start = CpuSeconds();
    Simulator::Run();
    figures.cpu = CpuSeconds() - start;
    NS_ABORT_MSG_IF(network->LiveFlows() != 0, "every flow ends");
    figures.hops = static_cast<double>(network->SegmentHops());
    figures.packets = static_cast<double>(network->EmittedSegments());
    figures.events = static_cast<double>(Simulator::GetEventCount() + network->SoonEvents());
    figures.payload = static_cast<double>(id) * static_cast<double>(bytes);
    figures.drops = static_cast<double>(network->DroppedSegments());
    figures.simulated = Simulator::Now().GetSeconds();
    network->Dispose();
    Simulator::Destroy();
    return figures;
}

Figures
RunStockTcp(uint32_t hosts, uint64_t bytes)
{
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(8900));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(4 << 20));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(4 << 20));
    Config::SetDefault("ns3::BulkSendApplication::SendSize", UintegerValue(8900));

    NodeContainer nodes;
    nodes.Create(hosts);
    Ptr<Node> router = CreateObject<Node>();
    InternetStackHelper internet;
    internet.Install(nodes);
    internet.Install(router);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("10Gbps"));
    link.SetDeviceAttribute("Mtu", UintegerValue(9000));
    link.SetChannelAttribute("Delay", StringValue("1us"));
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    std::vector<Ipv4Address> address;
    for (uint32_t i = 0; i < hosts; ++i)
    {
        const NetDeviceContainer devices = link.Install(nodes.Get(i), router);
        address.push_back(addresses.Assign(devices).GetAddress(0));
        addresses.NewNetwork();
    }
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();

    const uint16_t port = 5000;
    ApplicationContainer sinks;
    for (uint32_t source = 0; source < hosts; ++source)
    {
        PacketSinkHelper sink("ns3::TcpSocketFactory",
                              InetSocketAddress(Ipv4Address::GetAny(), port));
        sinks.Add(sink.Install(nodes.Get(source)));
        for (uint32_t shift = 1; shift < hosts; ++shift)
        {
            BulkSendHelper sender("ns3::TcpSocketFactory",
                                  InetSocketAddress(address[(source + shift) % hosts], port));
            sender.SetAttribute("MaxBytes", UintegerValue(bytes));
            sender.Install(nodes.Get(source));
        }
    }
    Figures figures;
    const double start = CpuSeconds();
    Simulator::Run();
    figures.cpu = CpuSeconds() - start;
    for (uint32_t i = 0; i < sinks.GetN(); ++i)
    {
        figures.payload += static_cast<double>(DynamicCast<PacketSink>(sinks.Get(i))->GetTotalRx());
    }
    NS_ABORT_MSG_IF(figures.payload != static_cast<double>(bytes) * hosts * (hosts - 1),
                    "every byte arrives");
    figures.events = static_cast<double>(Simulator::GetEventCount());
    Simulator::Destroy();
    return figures;
}

template <class RunOnce>
Figures
Best(uint32_t repeat, RunOnce run)
{
    Figures best;
    for (uint32_t i = 0; i < repeat; ++i)
    {
        const Figures figures = run();
        best = i == 0 || figures.cpu < best.cpu ? figures : best;
    }
    return best;
}

void
PrintFabric(const char* name, const Figures& f)
{
    std::printf("%-24s %8.3f s CPU  %7.2f M packet-hops/s  %7.0f k packets/s  %8.0f MB/s payload  "
                "%5.2f M events/s  %.0f drops  %.1f us simulated\n",
                name,
                f.cpu,
                f.hops / f.cpu / 1e6,
                f.packets / f.cpu / 1e3,
                f.payload / f.cpu / 1e6,
                f.events / f.cpu / 1e6,
                f.drops,
                f.simulated * 1e6);
}

} // namespace

int
main(int argc, char* argv[])
{
    FabricNetwork::UsePicoseconds();
    uint64_t bytes = 1000000;
    uint32_t repeat = 3;
    bool json = false;
    CommandLine cmd(__FILE__);
    cmd.AddValue("bytes", "Bytes of each flow", bytes);
    cmd.AddValue("repeat", "Runs of each kind; the best counts", repeat);
    cmd.AddValue("json", "Print one JSON object", json);
    cmd.Parse(argc, argv);

    const auto fabric = [&](Shape shape) {
        return Best(repeat, [&] { return RunPacketFabric(shape, bytes); });
    };
    const Figures small = fabric({4, 4, 4});
    const Figures large = fabric({16, 16, 8});
    const Figures tcp = Best(repeat, [&] { return RunStockTcp(16, bytes); });
    const double ratio = (small.payload / small.cpu) / (tcp.payload / tcp.cpu);
    if (json)
    {
        const auto print = [](const char* name, const Figures& f) {
            std::printf("  \"%s\": {\"cpu_s\": %.4f, \"packet_hops_per_s\": %.0f, "
                        "\"packets_per_s\": %.0f, \"payload_bytes_per_s\": %.0f},\n",
                        name,
                        f.cpu,
                        f.hops / f.cpu,
                        f.packets / f.cpu,
                        f.payload / f.cpu);
        };
        std::printf("{\n");
        print("packet_fabric_16", small);
        print("packet_fabric_128", large);
        print("stock_tcp_16", tcp);
        std::printf("  \"payload_ratio_16\": %.1f\n}\n", ratio);
        return 0;
    }
    PrintFabric("packet fabric, 16 hosts", small);
    PrintFabric("packet fabric, 128 hosts", large);
    std::printf("%-24s %8.3f s CPU  %59.0f MB/s payload  %5.2f M events/s\n",
                "stock TCP, 16 hosts",
                tcp.cpu,
                tcp.payload / tcp.cpu / 1e6,
                tcp.events / tcp.cpu / 1e6);
    std::printf("simulated payload per CPU second, packet fabric : stock TCP, 16 hosts: %.0f\n",
                ratio);
    return 0;
}
