// SPDX-License-Identifier: GPL-2.0-only
#include "fabric-network.h"

#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/object-vector.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <utility>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FabricNetwork");

NS_OBJECT_ENSURE_REGISTERED(FabricNetwork);

TypeId
FabricNetwork::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FabricNetwork")
            .SetParent<Object>()
            .SetGroupName("PacketNetwork")
            .AddConstructor<FabricNetwork>()
            .AddAttribute("SegmentSize",
                          "Payload bytes of a full segment between hosts.",
                          UintegerValue(4096),
                          MakeUintegerAccessor(&FabricNetwork::m_segmentSize),
                          MakeUintegerChecker<uint32_t>(1, 1 << 30))
            .AddAttribute("ScaleUpSegmentSize",
                          "Payload bytes of a full segment inside a host. Larger than SegmentSize, "
                          "so that the bulk that stays inside hosts costs few events.",
                          UintegerValue(65536),
                          MakeUintegerAccessor(&FabricNetwork::m_scaleUpSegmentSize),
                          MakeUintegerChecker<uint32_t>(1, 1 << 30))
            .AddAttribute("HeaderSize",
                          "Bytes on the wire besides the payload. RoCEv2: preamble 8, inter-frame "
                          "gap 12, Ethernet 14, FCS 4, IPv4 20, UDP 8, BTH 12, ICRC 4.",
                          UintegerValue(82),
                          MakeUintegerAccessor(&FabricNetwork::m_headerSize),
                          MakeUintegerChecker<uint32_t>(0, 65536))
            .AddAttribute("Queues",
                          "0: agents pace, ports serve by strict priority. 1 to 8: hosts and "
                          "switches share links among so many queues by weights; windows keep "
                          "buffers short. Read when ports are added.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&FabricNetwork::m_queues),
                          MakeUintegerChecker<uint32_t>(0, FABRIC_PRIORITIES))
            .AddAttribute("Window",
                          "With queues: payload bytes that a flow may have on their way, not "
                          "acknowledged; at least one segment. 0: what the slowest link of the "
                          "path carries in a round trip of an empty network, and one segment.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&FabricNetwork::m_window),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("Ports",
                          "The egress ports, by index.",
                          ObjectVectorValue(),
                          MakeObjectVectorAccessor(&FabricNetwork::m_ports),
                          MakeObjectVectorChecker<EgressPort>())
            .AddAttribute("Switches",
                          "The switches, in the order they were added.",
                          ObjectVectorValue(),
                          MakeObjectVectorAccessor(&FabricNetwork::m_switches),
                          MakeObjectVectorChecker<FabricSwitch>())
            .AddTraceSource("FlowStart",
                            "A flow was registered.",
                            MakeTraceSourceAccessor(&FabricNetwork::m_flowStartTrace),
                            "ns3::FabricNetwork::FlowTracedCallback")
            .AddTraceSource("FlowSent",
                            "The source has handed the flow's last segment to its interface.",
                            MakeTraceSourceAccessor(&FabricNetwork::m_flowSentTrace),
                            "ns3::FabricNetwork::FlowTracedCallback")
            .AddTraceSource("FlowEnd",
                            "The flow's last byte has arrived.",
                            MakeTraceSourceAccessor(&FabricNetwork::m_flowEndTrace),
                            "ns3::FabricNetwork::FlowTracedCallback");
    return tid;
}

void
FabricNetwork::UsePicoseconds()
{
    if (Time::GetResolution() != Time::PS)
    {
        Time::SetResolution(Time::PS);
    }
}

void
FabricNetwork::DoDispose()
{
    if (m_engine)
    {
        // Events still pending when the simulation stopped must not reach the engine any more.
        m_engine->Stop();
    }
    for (const Ptr<EgressPort>& port : m_ports)
    {
        port->Dispose();
    }
    for (const Ptr<FabricSwitch>& node : m_switches)
    {
        node->Dispose();
    }
    m_ports.clear();
    m_switches.clear();
    Object::DoDispose();
}

void
FabricNetwork::SetControllers(ControllerMaker maker)
{
    NS_ABORT_MSG_IF(m_engine, "sources have their controllers already");
    m_controllers = std::move(maker);
}

uint32_t
FabricNetwork::AddPort(Ptr<EgressPort> port, EgressPort::Role role, bool scaleUp)
{
    NS_ABORT_MSG_IF(Time::GetResolution() != Time::PS,
                    "the packet fabric counts picoseconds: call FabricNetwork::UsePicoseconds() "
                    "at the start of main");
    if (!m_engine)
    {
        FlowObserver& observer = *this;
        m_engine = std::make_shared<PacketEngine>(EngineOptions{m_segmentSize,
                                                                m_scaleUpSegmentSize,
                                                                m_headerSize,
                                                                m_queues,
                                                                m_window,
                                                                m_controllers},
                                                  observer);
    }
    m_ports.push_back(port);
    return port->Attach(m_engine, role, scaleUp);
}

Ptr<EgressPort>
FabricNetwork::GetPort(uint32_t index) const
{
    NS_ABORT_MSG_IF(index >= m_ports.size(), "there is no port " << index);
    return m_ports[index];
}

PacketEngine&
FabricNetwork::GetEngine() const
{
    NS_ABORT_MSG_IF(!m_engine, "the network has no ports");
    return *m_engine;
}

void
FabricNetwork::StartFlow(const FabricFlow& flow)
{
    NS_LOG_FUNCTION(this << flow.id << flow.bytes);
    GetEngine().StartFlow(flow, Simulator::Now().GetTimeStep());
    m_flowStartTrace(flow.id);
}

void
FabricNetwork::SetRate(uint32_t flow, double rate, uint8_t priority)
{
    GetEngine().SetRate(flow, rate, priority, Simulator::Now().GetTimeStep());
}

double
FabricNetwork::RemainingBits(uint32_t flow) const
{
    return GetEngine().RemainingBits(flow, Simulator::Now().GetTimeStep());
}

void
FabricNetwork::OnFlowSent(uint32_t flow)
{
    m_flowSentTrace(flow);
}

void
FabricNetwork::OnFlowEnd(uint32_t flow)
{
    m_flowEndTrace(flow);
}

} // namespace ns3
