// SPDX-License-Identifier: GPL-2.0-only
#include "packet-fabric.h"

#include "packet-clock.h"
#include "solo-time.h"

#include "base/contracts.h"
#include "fabric/fabric.h"
#include "fabric/framing.h"
#include "network/topology.h"

#include "ns3/fabric-network.h"
#include "ns3/horizon-scheduler.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/topology-helper.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace echelon
{

NS_LOG_COMPONENT_DEFINE("PacketFabric");

namespace
{

double
GoodputOf(const ns3::FabricNetwork& network)
{
    return Framing{network.GetSegmentSize(), network.GetHeaderSize()}.GoodputFactor();
}

/// Only one fabric may drive ns-3's simulator.
bool g_alive = false;

class PacketFabric : public Fabric
{
  public:
    PacketFabric(ns3::Ptr<ns3::FabricNetwork> network,
                 NetworkCondition condition,
                 bool ownsSimulation)
        : Fabric(m_clock, std::move(condition)),
          m_clock(network),
          m_network(network),
          m_ownsSimulation(ownsSimulation)
    {
        g_alive = true;
        m_network->TraceConnectWithoutContext("FlowSent",
                                              ns3::MakeCallback(&PacketFabric::HearSent, this));
        m_network->TraceConnectWithoutContext("FlowEnd",
                                              ns3::MakeCallback(&PacketFabric::HearEnd, this));
    }

    PacketFabric(const PacketFabric&) = delete;
    PacketFabric& operator=(const PacketFabric&) = delete;

    ~PacketFabric() override
    {
        m_network->TraceDisconnectWithoutContext("FlowSent",
                                                 ns3::MakeCallback(&PacketFabric::HearSent, this));
        m_network->TraceDisconnectWithoutContext("FlowEnd",
                                                 ns3::MakeCallback(&PacketFabric::HearEnd, this));
        if (m_ownsSimulation)
        {
            m_network->Dispose();
            ns3::Simulator::Destroy();
        }
        g_alive = false;
    }

    void SetObserver(FabricObserver* observer) override
    {
        m_observer = observer;
    }

    void StartFlow(const Flow& flow) override
    {
        ECHELON_REQUIRE(m_observer != nullptr, "a fabric has an observer before flows start");
        ECHELON_REQUIRE(flow.bytes > 0 && flow.route.Hops() > 0 && !flow.route.IsSplit(),
                        "a flow carries bytes along one path");
        m_network->StartFlow(StartedAs(flow));
    }

    double RemainingBits(FlowId flow) const override
    {
        return m_network->RemainingBits(flow.Value());
    }

    BitRate RateOf(FlowId flow) const override
    {
        return m_network->GetEngine().RateOf(flow.Value());
    }

    Time LeavesAt(FlowId flow) const override
    {
        return Time::FromPicoseconds(m_network->GetEngine().LeavesAt(flow.Value()));
    }

    void SetRates(const std::vector<RateChange>& changes) override
    {
        for (const RateChange& change : changes)
        {
            m_network->SetRate(change.flow.Value(), change.rate, change.priority);
        }
    }

    Enforcement EnforcedBy() const override
    {
        return m_network->GetQueues() > 0 ? Enforcement::QUEUES : Enforcement::RATES;
    }

    std::uint32_t Queues() const override
    {
        return m_network->GetQueues();
    }

    void SetQueueWeights(const std::vector<QueueWeight>& weights) override
    {
        for (const QueueWeight& weight : weights)
        {
            m_network->SetQueueWeight(weight.link.Value(), weight.queue, weight.weight);
        }
    }

    void SetCapacity(LinkId /*link*/, BitRate /*rate*/) override
    {
        throw ContractViolation("the links of the packet fabric keep their rates");
    }

    SoloTimes UncontendedTimes(const Flow& flow) const override
    {
        ns3::PacketEngine& engine = m_network->GetEngine();
        const std::uint64_t segment = engine.PortAt(flow.route[0].link.Value()).segmentSize;
        const std::uint64_t bytes = static_cast<std::uint64_t>(flow.bytes) * flow.multiplicity;
        SoloTrain train;
        train.segments = (bytes + segment - 1) / segment;
        const std::uint64_t last = bytes - (train.segments - 1) * segment;
        std::vector<SoloHop> hops;
        double slowest = std::numeric_limits<double>::infinity();
        for (const LinkId link : flow.route)
        {
            const ns3::PortState& port = engine.PortAt(link.Value());
            hops.push_back({port.TransmissionTime(static_cast<std::uint32_t>(segment)),
                            port.TransmissionTime(static_cast<std::uint32_t>(last)),
                            port.delay,
                            port.cutThrough});
            slowest = std::min(slowest, static_cast<double>(port.rate));
        }
        if (EnforcedBy() == Enforcement::RATES)
        {
            // Paced by the rate that schedulers know.
            const double psPerByte = 8e12 / slowest / GoodputFactor();
            train.interval = static_cast<double>(segment) * psPerByte;
            train.sentAt = std::llround(static_cast<double>(bytes) * psPerByte);
        }
        else
        {
            const ns3::FlowWindow window = engine.WindowFor(StartedAs(flow));
            const auto fitting = [&window, segment](std::uint64_t newest) {
                return 1 + (window.size > newest ? (window.size - newest) / segment : 0);
            };
            train.window = fitting(segment);
            train.lastWindow = fitting(last);
            train.wayBack = window.wayBack;
        }
        const PacketSoloTimes times = TimesOfTrain(hops, train);
        return {Time::FromPicoseconds(times.sent), Time::FromPicoseconds(times.finished)};
    }

    FabricCounts Counts() const override
    {
        FabricCounts counts;
        counts.events = ns3::Simulator::GetEventCount() + m_network->SoonEvents();
        const ns3::SegmentCounts segments = m_network->GetEngine().Counts();
        counts.packetHops = segments.hops;
        counts.packets = segments.emitted;
        counts.drops = segments.dropped;
        return counts;
    }

    std::vector<LinkLoad> MeasuredLoads(Time width) const override
    {
        std::vector<LinkLoad> loads;
        for (const uint32_t link : m_measured)
        {
            const auto bins = m_network->GetEngine().PortAt(link).load.Read(width.Picoseconds());
            for (std::uint32_t i = 0; i < bins.size(); ++i)
            {
                if (bins[i].payload > 0 || bins[i].backlog > 0)
                {
                    loads.push_back({LinkId(link), i, 8 * bins[i].payload, bins[i].backlog});
                }
            }
        }
        return loads;
    }

    /// Keep the loads of the links between hosts.
    void Measure(const Topology& topology)
    {
        for (std::size_t link = 0; link < topology.Links().size(); ++link)
        {
            if (!topology.IsScaleUp(LinkId(link)))
            {
                m_measured.push_back(static_cast<uint32_t>(link));
                m_network->GetEngine().PortAt(m_measured.back()).load.Enable();
            }
        }
    }

  private:
    static ns3::FabricFlow StartedAs(const Flow& flow)
    {
        ns3::FabricFlow started{flow.id.Value(),
                                static_cast<uint64_t>(flow.bytes) * flow.multiplicity,
                                static_cast<uint32_t>(flow.route.Hops()),
                                {},
                                flow.multiplicity};
        for (std::size_t hop = 0; hop < flow.route.Hops(); ++hop)
        {
            started.path[hop] = flow.route[hop].link.Value();
        }
        return started;
    }

    void HearSent(uint32_t flow)
    {
        m_observer->OnFlowSent(FlowId(flow));
    }

    void HearEnd(uint32_t flow)
    {
        m_observer->OnFlowFinished(FlowId(flow));
    }

    PacketClock m_clock;
    ns3::Ptr<ns3::FabricNetwork> m_network;
    bool m_ownsSimulation;
    FabricObserver* m_observer = nullptr;
    std::vector<uint32_t> m_measured; ///< links whose loads are kept, ascending
};

} // namespace

std::unique_ptr<Fabric>
MakePacketFabric(const Topology& topology, const PacketFabricOptions& options)
{
    ECHELON_REQUIRE(!g_alive, "one packet fabric at a time: ns-3's simulator is process-wide");
    CheckPacketFabricOptions(options);
    ns3::FabricNetwork::UsePicoseconds();
    ns3::HorizonScheduler::Install();
    ns3::Ptr<ns3::FabricNetwork> network = ns3::CreateObject<ns3::FabricNetwork>();
    const auto set = [&network](const char* name, std::int64_t value) {
        network->SetAttribute(name, ns3::UintegerValue(static_cast<uint64_t>(value)));
    };
    set("SegmentSize", options.segment);
    set("HeaderSize", options.header);
    set("ScaleUpSegmentSize", options.scaleUpSegment);
    set("Queues", options.enforcement == Enforcement::QUEUES ? options.queues : 0);
    set("Window", options.window);
    ns3::BuildFabricNetwork(topology, network, static_cast<uint64_t>(options.queueCapacity));
    NS_LOG_INFO("packet fabric of " << network->GetPorts() << " ports");
    auto fabric = std::make_unique<PacketFabric>(network,
                                                 NetworkCondition(topology, GoodputOf(*network)),
                                                 true);
    if (options.recordsLoads)
    {
        fabric->Measure(topology);
    }
    return fabric;
}

std::unique_ptr<Fabric>
MakePacketFabric(ns3::Ptr<ns3::FabricNetwork> network)
{
    ECHELON_REQUIRE(!g_alive, "one packet fabric at a time: ns-3's simulator is process-wide");
    std::vector<BitRate> rates;
    for (std::uint32_t port = 0; port < network->GetPorts(); ++port)
    {
        rates.push_back(static_cast<double>(network->GetEngine().PortAt(port).rate));
    }
    return std::make_unique<PacketFabric>(network,
                                          NetworkCondition(rates, GoodputOf(*network)),
                                          false);
}

} // namespace echelon
