// SPDX-License-Identifier: GPL-2.0-only
#include "host-agent.h"

#include "egress-port.h"
#include "event-failure.h"
#include "fabric-network.h"

#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("HostAgent");

NS_OBJECT_ENSURE_REGISTERED(HostAgent);

/// Something is due. One object per agent, scheduled again and again.
class HostAgent::PaceEvent : public EventImpl
{
  public:
    explicit PaceEvent(HostAgent* agent)
        : m_agent(agent)
    {
    }

  private:
    void Notify() override
    {
        EventFailure::Guard([this] { m_agent->OnEvent(); });
    }

    HostAgent* m_agent;
};

TypeId
HostAgent::GetTypeId()
{
    static TypeId tid = TypeId("ns3::HostAgent")
                            .SetParent<Object>()
                            .SetGroupName("LeafSpine")
                            .AddConstructor<HostAgent>();
    return tid;
}

HostAgent::HostAgent()
    : m_event(Create<PaceEvent>(this))
{
}

HostAgent::~HostAgent() = default;

void
HostAgent::DoDispose()
{
    m_event->Cancel();
    m_network = nullptr;
    m_port = nullptr;
    Object::DoDispose();
}

void
HostAgent::Attach(FabricNetwork* network, EgressPort* port)
{
    m_network = network;
    m_port = port;
}

void
HostAgent::SetRate(uint32_t slot, double rate, uint8_t priority, int64_t now)
{
    FlowState& flow = m_network->StateOf(slot);
    flow.priority = priority;
    if (rate == flow.rate)
    {
        return;
    }
    NS_LOG_LOGIC("flow " << flow.id << " from " << flow.rate << " to " << rate << " bit/s");
    flow.anchorCredit = flow.CreditAt(now);
    flow.anchor = now;
    flow.rate = rate;
    flow.psPerBit = rate > 0 ? 1e12 / rate : 0;
    Invalidate(flow);
    if (rate > 0 && flow.toSend > 0)
    {
        Push(slot);
        Wake(now);
    }
}

void
HostAgent::Resend(uint32_t slot, uint32_t payload, int64_t now)
{
    FlowState& flow = m_network->StateOf(slot);
    const bool idle = flow.toSend == 0;
    flow.toSend += payload;
    if (idle)
    {
        // The time since the last segment earned no credit: the flow had nothing to send.
        flow.anchorCredit = std::min(flow.CreditAt(now), 8.0 * static_cast<double>(flow.emitted));
        flow.anchor = now;
        if (flow.rate > 0)
        {
            Push(slot);
            Wake(now);
        }
    }
}

void
HostAgent::SetNode(uint32_t node)
{
    m_node = node;
}

bool
HostAgent::Tells(const FlowState& flow)
{
    return flow.toSend <= flow.segmentSize && !flow.sent;
}

void
HostAgent::OnEvent()
{
    const int64_t now = Simulator::Now().GetTimeStep();
    if (now == m_wakeAt) // else: an earlier due time took its place
    {
        m_wakeAt = NEVER;
        Pace(now, true);
    }
}

void
HostAgent::Pace(int64_t now, bool mayTell)
{
    m_pacing = true;
    while (!m_heap.empty() && m_heap.front().due <= now)
    {
        const Entry top = m_heap.front();
        FlowState& flow = m_network->StateOf(top.slot);
        if (flow.stamp != top.stamp)
        {
            PopTop();
            --m_stale;
            continue;
        }
        if (!mayTell && Tells(flow))
        {
            break;
        }
        const uint32_t payload = TakeSegment(flow);
        if (flow.toSend == 0)
        {
            PopTop();
            flow.stamp = 0;
        }
        else
        {
            m_heap.front().due = flow.Due();
            SiftDown(0);
        }
        HandOver(top.slot, payload, now);
    }
    m_pacing = false;
    Wake(now);
}

void
HostAgent::HandOver(uint32_t slot, uint32_t payload, int64_t now)
{
    FlowState& flow = m_network->StateOf(slot);
    ++m_emitted;
    const bool tell = flow.toSend == 0 && !flow.sent;
    flow.sent = flow.sent || tell;
    const uint32_t id = flow.id;
    m_port->Enqueue({slot, payload, 0, flow.priority, false}, now);
    if (tell)
    {
        m_network->TellSent(id); // may start flows and set rates
    }
}

void
HostAgent::Wake(int64_t now)
{
    if (m_pacing || m_heap.empty())
    {
        return;
    }
    const Entry& top = m_heap.front();
    const int64_t due = std::max(top.due, now);
    const FlowState& flow = m_network->StateOf(top.slot);
    WakeAt(due, now, flow.stamp == top.stamp && Tells(flow));
}

void
HostAgent::WakeAt(int64_t time, int64_t now, bool bySimulator)
{
    if (!bySimulator)
    {
        const int64_t pending = m_network->SoonTimeOf(m_node);
        if (pending <= time || m_network->RescheduleSoon(m_node, time, now))
        {
            return;
        }
    }
    if (time < m_wakeAt)
    {
        m_wakeAt = time;
        m_network->ScheduleAt(PeekPointer(m_event), time);
    }
}

void
HostAgent::Push(uint32_t slot)
{
    FlowState& flow = m_network->StateOf(slot);
    flow.stamp = m_network->NextStamp();
    Entry entry{flow.Due(), flow.stamp, slot};
    m_heap.push_back(entry);
    std::size_t i = m_heap.size() - 1;
    while (i > 0 && entry < m_heap[(i - 1) / 2])
    {
        m_heap[i] = m_heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    m_heap[i] = entry;
}

void
HostAgent::Invalidate(FlowState& flow)
{
    if (flow.stamp != 0)
    {
        flow.stamp = 0;
        ++m_stale;
        if (m_stale > 32 && 2 * m_stale > m_heap.size())
        {
            DropStaleEntries();
        }
    }
}

void
HostAgent::PopTop()
{
    m_heap.front() = m_heap.back();
    m_heap.pop_back();
    if (!m_heap.empty())
    {
        SiftDown(0);
    }
}

void
HostAgent::SiftDown(std::size_t i)
{
    const Entry entry = m_heap[i];
    const std::size_t size = m_heap.size();
    for (std::size_t child = 2 * i + 1; child < size; child = 2 * i + 1)
    {
        if (child + 1 < size && m_heap[child + 1] < m_heap[child])
        {
            ++child;
        }
        if (!(m_heap[child] < entry))
        {
            break;
        }
        m_heap[i] = m_heap[child];
        i = child;
    }
    m_heap[i] = entry;
}

void
HostAgent::DropStaleEntries()
{
    const auto stale = [this](const Entry& entry) {
        return m_network->StateOf(entry.slot).stamp != entry.stamp;
    };
    m_heap.erase(std::remove_if(m_heap.begin(), m_heap.end(), stale), m_heap.end());
    m_stale = 0;
    for (std::size_t i = m_heap.size() / 2; i-- > 0;)
    {
        SiftDown(i);
    }
}

Ptr<EgressPort>
HostAgent::GetPort() const
{
    return m_port;
}

uint64_t
HostAgent::EmittedSegments() const
{
    return m_emitted;
}

} // namespace ns3
