// SPDX-License-Identifier: GPL-2.0-only
#include "fabric-network.h"

#include "event-failure.h"
#include "fabric-switch.h"
#include "horizon-scheduler.h"
#include "host-agent.h"
#include "picoseconds.h"
#include "queue-agent.h"

#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/object-vector.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <limits>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FabricNetwork");

NS_OBJECT_ENSURE_REGISTERED(FabricNetwork);

/// The calendar's next event is due. One object, scheduled again and again.
class FabricNetwork::DriveEvent : public EventImpl
{
  public:
    explicit DriveEvent(FabricNetwork* network)
        : m_network(network)
    {
    }

  private:
    void Notify() override
    {
        EventFailure::Guard([this] { m_network->Drive(); });
    }

    FabricNetwork* m_network;
};

TypeId
FabricNetwork::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FabricNetwork")
            .SetParent<Object>()
            .SetGroupName("LeafSpine")
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

FabricNetwork::FabricNetwork()
    : m_driveEvent(Create<DriveEvent>(this))
{
}

FabricNetwork::~FabricNetwork() = default;

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
    m_driveEvent->Cancel();
    for (const Ptr<EgressPort>& port : m_ports)
    {
        port->Dispose();
    }
    for (const Ptr<HostAgent>& agent : m_agents)
    {
        if (agent)
        {
            agent->Dispose();
        }
    }
    for (const Ptr<FabricSwitch>& node : m_switches)
    {
        node->Dispose();
    }
    m_portTable.clear();
    m_ports.clear();
    m_agents.clear();
    m_queueAgents.clear();
    m_switches.clear();
    Object::DoDispose();
}

uint32_t
FabricNetwork::AddPort(Ptr<EgressPort> port, EgressPort::Role role, bool scaleUp)
{
    NS_ABORT_MSG_IF(Time::GetResolution() != Time::PS,
                    "the packet fabric counts picoseconds: call FabricNetwork::UsePicoseconds() "
                    "at the start of main");
    const auto index = static_cast<uint32_t>(m_ports.size());
    const uint32_t segmentSize = scaleUp ? m_scaleUpSegmentSize : m_segmentSize;
    port->Attach(this, index, role, segmentSize);
    Ptr<HostAgent> agent;
    Ptr<QueueAgent> queueAgent;
    if (role == EgressPort::Role::SOURCE)
    {
        if (m_queues > 0)
        {
            queueAgent = CreateObject<QueueAgent>();
            agent = queueAgent;
        }
        else
        {
            agent = CreateObject<HostAgent>();
        }
        agent->Attach(this, PeekPointer(port));
    }
    else if (m_queues > 0)
    {
        port->UseQueues(m_queues);
    }
    // What lies further ahead goes through the simulator's queue.
    constexpr int64_t FARTHEST = int64_t{1} << 50;
    const int64_t lookAhead = std::min(port->LookAhead(), FARTHEST);
    const uint32_t link = m_wheel.AddNode(lookAhead);
    const uint32_t start = m_wheel.AddNode(lookAhead);
    // An agent with queues waits for acknowledgements: the way there and back.
    const uint32_t pace = m_wheel.AddNode(m_queues > 0 ? 8 * lookAhead : 0);
    port->SetNodes(link, start);
    if (agent)
    {
        agent->SetNode(pace);
    }
    m_ports.push_back(port);
    m_portTable.push_back(PeekPointer(port));
    m_agents.push_back(agent);
    m_queueAgents.push_back(queueAgent);
    m_portSegmentSize.push_back(segmentSize);
    return index;
}

void
FabricNetwork::AddSwitch(Ptr<FabricSwitch> node)
{
    m_switches.push_back(node);
}

uint32_t
FabricNetwork::GetPorts() const
{
    return static_cast<uint32_t>(m_ports.size());
}

Ptr<EgressPort>
FabricNetwork::GetPort(uint32_t index) const
{
    NS_ABORT_MSG_IF(index >= m_ports.size(), "there is no port " << index);
    return m_ports[index];
}

Ptr<HostAgent>
FabricNetwork::GetAgent(uint32_t port) const
{
    NS_ABORT_MSG_IF(port >= m_agents.size(), "there is no port " << port);
    return m_agents[port];
}

const std::vector<Ptr<FabricSwitch>>&
FabricNetwork::GetSwitches() const
{
    return m_switches;
}

uint32_t
FabricNetwork::GetHeaderSize() const
{
    return m_headerSize;
}

uint32_t
FabricNetwork::GetSegmentSize() const
{
    return m_segmentSize;
}

uint32_t
FabricNetwork::GetSegmentSizeOf(uint32_t port) const
{
    return m_portSegmentSize[port];
}

void
FabricNetwork::CheckPath(const FabricFlow& flow) const
{
    NS_ABORT_MSG_IF(flow.hops < 2 || flow.hops > FABRIC_MAX_HOPS,
                    "flow " << flow.id << " has a path of " << flow.hops << " links");
    for (uint32_t hop = 0; hop < flow.hops; ++hop)
    {
        NS_ABORT_MSG_IF(flow.path[hop] >= m_ports.size(),
                        "flow " << flow.id << " crosses port " << flow.path[hop] << " of "
                                << m_ports.size());
        const EgressPort::Role role = m_portTable[flow.path[hop]]->GetRole();
        const EgressPort::Role expected = hop == 0               ? EgressPort::Role::SOURCE
                                          : hop + 1 == flow.hops ? EgressPort::Role::LAST
                                                                 : EgressPort::Role::TRANSIT;
        NS_ABORT_MSG_IF(role != expected,
                        "flow " << flow.id << ": port " << m_portTable[flow.path[hop]]->GetName()
                                << " cannot be hop " << hop << " of " << flow.hops);
    }
}

void
FabricNetwork::StartFlow(const FabricFlow& flow)
{
    NS_LOG_FUNCTION(this << flow.id << flow.bytes);
    CheckPath(flow);
    NS_ABORT_MSG_IF(flow.bytes == 0, "flow " << flow.id << " has no bytes");
    if (flow.id >= m_slots.size())
    {
        m_slots.resize(flow.id + 1, NO_SLOT);
    }
    NS_ABORT_MSG_IF(m_slots[flow.id] != NO_SLOT, "flow " << flow.id << " was started before");

    if (m_freeSlots.empty())
    {
        m_freeSlots.push_back(static_cast<uint32_t>(m_flows.size()));
        m_flows.emplace_back();
        m_routes.emplace_back();
        m_windows.resize(m_queues > 0 ? m_flows.size() : 0);
    }
    const uint32_t slot = m_freeSlots.back();
    m_freeSlots.pop_back();
    m_slots[flow.id] = slot;
    m_routes[slot] = {flow.path, flow.bytes, flow.bytes};
    FlowState& state = m_flows[slot];
    state = FlowState();
    state.id = flow.id;
    state.toSend = flow.bytes;
    state.segmentSize = m_portSegmentSize[flow.path[0]];
    state.anchor = Simulator::Now().GetTimeStep();
    if (m_queues > 0)
    {
        m_windows[slot] = MakeWindow(flow);
    }
    ++m_live;
    m_flowStartTrace(flow.id);
}

FlowWindow
FabricNetwork::MakeWindow(const FabricFlow& flow) const
{
    NS_ABORT_MSG_IF(flow.shares == 0, "flow " << flow.id << " has no share");
    FlowWindow window;
    window.shares = flow.shares;
    const uint64_t segment = m_portSegmentSize[flow.path[0]];
    uint64_t slowest = std::numeric_limits<uint64_t>::max();
    double trip = 0;
    for (uint32_t hop = 0; hop < flow.hops; ++hop)
    {
        const EgressPort& port = *m_portTable[flow.path[hop]];
        slowest = std::min(slowest, port.GetDataRate().GetBitRate());
        trip += 1e-12 * static_cast<double>(port.LookAhead());
        window.wayBack = Later(window.wayBack, port.GetDelay().GetTimeStep());
    }
    trip += 1e-12 * static_cast<double>(window.wayBack);
    // No flow has so many bytes, and the product below fits.
    const double most = 0x1p62 / flow.shares;
    const auto carried =
        static_cast<uint64_t>(std::min(static_cast<double>(slowest) / 8 * trip, most));
    window.size = flow.shares * (m_window > 0 ? m_window : carried + segment);
    return window;
}

uint32_t
FabricNetwork::GetQueues() const
{
    return m_queues;
}

void
FabricNetwork::SetQueueWeight(uint32_t port, uint32_t queue, double weight)
{
    NS_ABORT_MSG_IF(port >= m_ports.size(), "there is no port " << port);
    NS_ABORT_MSG_IF(queue >= m_queues, "there is no queue " << queue << " of " << m_queues);
    NS_ABORT_MSG_IF(!(weight > 0 && weight <= std::numeric_limits<double>::max()),
                    "weights are positive and finite");
    if (m_queueAgents[port])
    {
        m_queueAgents[port]->SetWeight(queue, weight);
    }
    else
    {
        m_portTable[port]->SetWeight(queue, weight);
    }
}

uint64_t
FabricNetwork::WindowSize(uint32_t flow) const
{
    const uint32_t slot = SlotOf(flow);
    NS_ABORT_MSG_IF(m_queues == 0 || slot == FINISHED, "flow " << flow << " has no window");
    return m_windows[slot].size;
}

void
FabricNetwork::Acknowledge(const FabricSegment& segment, int64_t arrival, int64_t now)
{
    m_queueAgents[m_routes[segment.flow].path[0]]->Acknowledge(segment, arrival, now);
}

uint32_t
FabricNetwork::SlotOf(uint32_t flow) const
{
    NS_ABORT_MSG_IF(flow >= m_slots.size() || m_slots[flow] == NO_SLOT,
                    "flow " << flow << " was never started");
    return m_slots[flow];
}

void
FabricNetwork::SetRate(uint32_t flow, double rate, uint8_t priority)
{
    NS_ABORT_MSG_IF(!(rate >= 0 && rate <= std::numeric_limits<double>::max()),
                    "flow " << flow << ": a rate is finite and not negative");
    const uint32_t priorities = m_queues > 0 ? m_queues : FABRIC_PRIORITIES;
    NS_ABORT_MSG_IF(priority >= priorities,
                    "flow " << flow << ": priorities are 0 to " << priorities - 1);
    const uint32_t slot = SlotOf(flow);
    if (slot != FINISHED && !m_flows[slot].sent)
    {
        m_agents[m_routes[slot].path[0]]->SetRate(slot,
                                                  rate,
                                                  priority,
                                                  Simulator::Now().GetTimeStep());
    }
}

double
FabricNetwork::RemainingBits(uint32_t flow) const
{
    const uint32_t slot = SlotOf(flow);
    if (slot == FINISHED || m_flows[slot].sent)
    {
        return 0;
    }
    return m_queues > 0 ? 8.0 * static_cast<double>(m_flows[slot].toSend)
                        : m_flows[slot].RemainingBits(Simulator::Now().GetTimeStep());
}

double
FabricNetwork::RateOf(uint32_t flow) const
{
    const uint32_t slot = SlotOf(flow);
    return slot == FINISHED || m_flows[slot].sent ? 0 : m_flows[slot].rate;
}

int64_t
FabricNetwork::LeavesAt(uint32_t flow) const
{
    const int64_t due = m_flows[SlotOf(flow)].Due();
    const int64_t through = m_ports[SourcePort(flow)]->BusyUntil();
    return m_queues > 0 || due == FlowState::NEVER ? through : std::max(through, due);
}

void
FabricNetwork::Finish(uint32_t slot)
{
    const uint32_t id = m_flows[slot].id;
    m_slots[id] = FINISHED;
    m_freeSlots.push_back(slot);
    --m_live;
    m_flowEndTrace(id); // may start flows and set rates
}

void
FabricNetwork::TellSent(uint32_t flow)
{
    m_flowSentTrace(flow);
}

void
FabricNetwork::Drive()
{
    const int64_t clock = Simulator::Now().GetTimeStep();
    if (clock != m_driveAt) // an earlier one took its place
    {
        return;
    }
    m_driveAt = echelon::EventWheel::NEVER;
    m_driving = true;
    const HorizonScheduler* scheduler = HorizonScheduler::Current();
    const bool alone = scheduler && !SegmentTrace::AnySink();
    // An event of the simulator that comes up on the way shortens the way.
    for (int64_t time = m_wheel.NextTime();
         time <= clock || (alone && static_cast<uint64_t>(time) < scheduler->NextTime() &&
                           time != echelon::EventWheel::NEVER);
         time = m_wheel.NextTime())
    {
        ++m_soonEvents;
        RunNode(m_wheel.Pop(), time, time == clock);
    }
    m_driving = false;
    ScheduleDrive();
}

void
FabricNetwork::RunNode(uint32_t node, int64_t now, bool mayTell)
{
    const uint32_t port = node / 3;
    switch (node % 3)
    {
    case 0:
        m_portTable[port]->LinkArrival();
        return;
    case 1:
        m_portTable[port]->StartNext();
        return;
    default:
        m_agents[port]->Pace(now, mayTell);
    }
}

void
FabricNetwork::ScheduleDrive()
{
    const int64_t next = m_wheel.NextTime();
    if (next < m_driveAt)
    {
        m_driveAt = next;
        ScheduleAt(PeekPointer(m_driveEvent), next);
    }
}

bool
FabricNetwork::RescheduleSoon(uint32_t node, int64_t time, int64_t now)
{
    if (m_wheel.IsPending(node))
    {
        m_wheel.Remove(node);
    }
    return ScheduleSoon(node, time, now);
}

void
FabricNetwork::ScheduleAt(EventImpl* event, int64_t time)
{
    const int64_t delay = time - Simulator::Now().GetTimeStep();
    m_immediate += delay == 0 ? 1 : 0;
    event->Ref();
    Simulator::ScheduleWithContext(Simulator::NO_CONTEXT, TimeStep(delay), event);
}

void
FabricNetwork::Lose(const FabricSegment& segment, int64_t now)
{
    int64_t heard = now;
    for (uint32_t hop = 0; hop < segment.hop; ++hop)
    {
        const EgressPort& port = *m_portTable[m_routes[segment.flow].path[hop]];
        heard = Later(heard, port.GetDelay().GetTimeStep());
    }
    Simulator::Schedule(TimeStep(heard) - Simulator::Now(),
                        &FabricNetwork::HearLoss,
                        this,
                        segment.flow,
                        segment.payload);
}

void
FabricNetwork::HearLoss(uint32_t slot, uint32_t payload)
{
    m_agents[m_routes[slot].path[0]]->Resend(slot, payload, Simulator::Now().GetTimeStep());
}

uint32_t
FabricNetwork::FlowIdOf(uint32_t slot) const
{
    return m_flows[slot].id;
}

uint32_t
FabricNetwork::NextStamp()
{
    // 0 means "no entry".
    m_stamp = std::max(m_stamp + 1, 1U);
    return m_stamp;
}

uint32_t
FabricNetwork::SourcePort(uint32_t flow) const
{
    const uint32_t slot = SlotOf(flow);
    NS_ABORT_MSG_IF(slot == FINISHED, "flow " << flow << " has ended");
    return m_routes[slot].path[0];
}

uint32_t
FabricNetwork::LiveFlows() const
{
    return m_live;
}

uint64_t
FabricNetwork::SoonEvents() const
{
    return m_soonEvents;
}

uint64_t
FabricNetwork::EmittedSegments() const
{
    uint64_t sum = 0;
    for (const Ptr<HostAgent>& agent : m_agents)
    {
        sum += agent ? agent->EmittedSegments() : 0;
    }
    return sum;
}

uint64_t
FabricNetwork::SegmentHops() const
{
    uint64_t sum = 0;
    for (const EgressPort* port : m_portTable)
    {
        sum += port->SentSegments();
    }
    return sum;
}

uint64_t
FabricNetwork::DroppedSegments() const
{
    uint64_t sum = 0;
    for (const EgressPort* port : m_portTable)
    {
        sum += port->DroppedSegments();
    }
    return sum;
}

uint64_t
FabricNetwork::ImmediateEvents() const
{
    return m_immediate;
}

} // namespace ns3
