// SPDX-License-Identifier: GPL-2.0-only
#include "leaf-spine-helper.h"

#include "topology-helper.h"

#include "network/leaf-spine.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/horizon-scheduler.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(LeafSpineHelper);

TypeId
LeafSpineHelper::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::LeafSpineHelper")
            .SetParent<Object>()
            .SetGroupName("PacketNetwork")
            .AddConstructor<LeafSpineHelper>()
            .AddAttribute("Leaves",
                          "Number of leaf switches.",
                          UintegerValue(4),
                          MakeUintegerAccessor(&LeafSpineHelper::m_leaves),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Spines",
                          "Number of spine switches; every leaf has one link to each.",
                          UintegerValue(4),
                          MakeUintegerAccessor(&LeafSpineHelper::m_spines),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("HostsPerLeaf",
                          "Number of hosts on each leaf.",
                          UintegerValue(4),
                          MakeUintegerAccessor(&LeafSpineHelper::m_hostsPerLeaf),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("GpusPerHost",
                          "Number of GPUs behind one host interface.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&LeafSpineHelper::m_gpusPerHost),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("HostRate",
                          "Rate of a host's interface, each direction.",
                          DataRateValue(DataRate("100Gbps")),
                          MakeDataRateAccessor(&LeafSpineHelper::m_hostRate),
                          MakeDataRateChecker())
            .AddAttribute("UplinkRate",
                          "Rate of the link between a leaf and a spine, each direction.",
                          DataRateValue(DataRate("100Gbps")),
                          MakeDataRateAccessor(&LeafSpineHelper::m_uplinkRate),
                          MakeDataRateChecker())
            .AddAttribute("ScaleUpRate",
                          "Rate between a GPU and the scale-up switch of its host, each direction.",
                          DataRateValue(DataRate("3600Gbps")),
                          MakeDataRateAccessor(&LeafSpineHelper::m_scaleUpRate),
                          MakeDataRateChecker())
            .AddAttribute("HostDelay",
                          "Propagation delay between a host and its leaf.",
                          TimeValue(NanoSeconds(500)),
                          MakeTimeAccessor(&LeafSpineHelper::m_hostDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("UplinkDelay",
                          "Propagation delay between a leaf and a spine.",
                          TimeValue(NanoSeconds(500)),
                          MakeTimeAccessor(&LeafSpineHelper::m_uplinkDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("ScaleUpDelay",
                          "Propagation delay between a GPU and its scale-up switch.",
                          TimeValue(NanoSeconds(0)),
                          MakeTimeAccessor(&LeafSpineHelper::m_scaleUpDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("SegmentSize",
                          "Payload bytes of a full segment between hosts.",
                          UintegerValue(4096),
                          MakeUintegerAccessor(&LeafSpineHelper::m_segmentSize),
                          MakeUintegerChecker<uint32_t>(1, 1 << 30))
            .AddAttribute("ScaleUpSegmentSize",
                          "Payload bytes of a full segment inside a host.",
                          UintegerValue(65536),
                          MakeUintegerAccessor(&LeafSpineHelper::m_scaleUpSegmentSize),
                          MakeUintegerChecker<uint32_t>(1, 1 << 30))
            .AddAttribute("HeaderSize",
                          "Bytes on the wire besides the payload (see FabricNetwork).",
                          UintegerValue(82),
                          MakeUintegerAccessor(&LeafSpineHelper::m_headerSize),
                          MakeUintegerChecker<uint32_t>(0, 65536))
            .AddAttribute("QueueCapacity",
                          "Bytes on the wire that may wait at each port of a switch.",
                          UintegerValue(16 << 20),
                          MakeUintegerAccessor(&LeafSpineHelper::m_queueCapacity),
                          MakeUintegerChecker<uint64_t>(1))
            .AddAttribute("RunAhead",
                          "Give the simulator a HorizonScheduler, so that the fabric runs its own "
                          "events without a turn of the simulator's loop for each.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&LeafSpineHelper::m_runAhead),
                          MakeBooleanChecker());
    return tid;
}

LeafSpineHelper::LeafSpineHelper() = default;
LeafSpineHelper::~LeafSpineHelper() = default;

Ptr<FabricNetwork>
LeafSpineHelper::Create()
{
    NS_ABORT_MSG_IF(m_topology, "a LeafSpineHelper builds one network");
    const auto link = [](DataRate rate, Time delay) {
        return echelon::LinkSpec{static_cast<double>(rate.GetBitRate()),
                                 echelon::Time::FromPicoseconds(delay.GetPicoSeconds())};
    };
    FabricNetwork::UsePicoseconds();
    if (m_runAhead)
    {
        HorizonScheduler::Install();
    }
    const echelon::ServerSpec server{m_gpusPerHost,
                                     link(m_hostRate, m_hostDelay),
                                     {},
                                     link(m_scaleUpRate, m_scaleUpDelay)};
    m_topology = std::make_unique<echelon::Topology>(echelon::MakeLeafSpine(
        {m_leaves, m_spines, m_hostsPerLeaf, server, link(m_uplinkRate, m_uplinkDelay)}));
    Ptr<FabricNetwork> network = CreateObject<FabricNetwork>();
    network->SetAttribute("SegmentSize", UintegerValue(m_segmentSize));
    network->SetAttribute("ScaleUpSegmentSize", UintegerValue(m_scaleUpSegmentSize));
    network->SetAttribute("HeaderSize", UintegerValue(m_headerSize));
    return BuildFabricNetwork(*m_topology, network, m_queueCapacity);
}

const echelon::Topology&
LeafSpineHelper::GetTopology() const
{
    NS_ABORT_MSG_IF(!m_topology, "call Create() first");
    return *m_topology;
}

FabricFlow
LeafSpineHelper::MakeFlow(uint32_t id,
                          uint32_t source,
                          uint32_t destination,
                          uint64_t bytes,
                          uint64_t key) const
{
    const echelon::Path path =
        GetTopology().Route(echelon::DeviceId(source), echelon::DeviceId(destination), key);
    FabricFlow flow{id, bytes, static_cast<uint32_t>(path.size()), {}};
    for (uint32_t hop = 0; hop < flow.hops; ++hop)
    {
        flow.path[hop] = path[hop].Value();
    }
    return flow;
}

} // namespace ns3
