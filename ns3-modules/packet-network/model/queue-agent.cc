// SPDX-License-Identifier: GPL-2.0-only
#include "queue-agent.h"

#include "egress-port.h"
#include "fabric-network.h"

#include "base/time.h"

#include "ns3/log.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("QueueAgent");

NS_OBJECT_ENSURE_REGISTERED(QueueAgent);

namespace
{

/// Whether the window is open for the flow's next segment.
bool
IsOpen(const FlowState& flow, const FlowWindow& window)
{
    const uint64_t next = std::min<uint64_t>(flow.segmentSize, flow.toSend);
    return window.inFlight == 0 || window.inFlight + next <= window.size;
}

} // namespace

TypeId
QueueAgent::GetTypeId()
{
    static TypeId tid = TypeId("ns3::QueueAgent")
                            .SetParent<HostAgent>()
                            .SetGroupName("LeafSpine")
                            .AddConstructor<QueueAgent>();
    return tid;
}

QueueAgent::QueueAgent()
{
    m_first.fill(NONE);
}

QueueAgent::~QueueAgent() = default;

void
QueueAgent::SetRate(uint32_t slot, double /* rate */, uint8_t priority, int64_t now)
{
    FlowWindow& window = m_network->WindowOf(slot);
    FlowState& flow = m_network->StateOf(slot);
    if (window.hasRate && flow.priority == priority)
    {
        return;
    }
    NS_LOG_LOGIC("flow " << flow.id << " in queue " << uint32_t{priority});
    window.hasRate = true;
    if (window.isListed)
    {
        Unlist(slot);
    }
    flow.priority = priority;
    Admit(slot, now);
    Wake(now, false);
}

void
QueueAgent::SetWeight(uint32_t queue, double weight)
{
    m_shares.SetWeight(queue, weight);
}

void
QueueAgent::Resend(uint32_t slot, uint32_t payload, int64_t now)
{
    m_network->StateOf(slot).toSend += payload;
    m_network->WindowOf(slot).inFlight -= payload;
    Admit(slot, now);
    Wake(now, false);
}

void
QueueAgent::Acknowledge(const FabricSegment& segment, int64_t arrival, int64_t now)
{
    int64_t time = 0;
    if (__builtin_add_overflow(arrival, m_network->WindowOf(segment.flow).wayBack, &time))
    {
        time = NEVER; // which is no error unless a flow waits for it
    }
    m_acknowledgements.push_back(
        {time, m_network->FlowIdOf(segment.flow), segment.flow, segment.payload});
    std::push_heap(m_acknowledgements.begin(), m_acknowledgements.end());
    Wake(now, false);
}

void
QueueAgent::TakeAcknowledgements(int64_t now)
{
    while (!m_acknowledgements.empty() && m_acknowledgements.front().time <= now)
    {
        const Acknowledgement heard = m_acknowledgements.front();
        std::pop_heap(m_acknowledgements.begin(), m_acknowledgements.end());
        m_acknowledgements.pop_back();
        if (m_network->FlowIdOf(heard.slot) == heard.flow)
        {
            m_network->WindowOf(heard.slot).inFlight -= heard.payload;
            Admit(heard.slot, now);
        }
    }
}

void
QueueAgent::Admit(uint32_t slot, int64_t now)
{
    FlowWindow& window = m_network->WindowOf(slot);
    const FlowState& flow = m_network->StateOf(slot);
    if (window.isListed || !window.hasRate || flow.toSend == 0)
    {
        return;
    }
    const bool open = IsOpen(flow, window);
    if (open)
    {
        List(slot, now);
    }
    if (open == window.isBlocked)
    {
        window.isBlocked = !open;
        m_blocked += open ? -1 : 1;
    }
}

void
QueueAgent::List(uint32_t slot, int64_t now)
{
    if (!m_shares.AnyActive() && now > m_port->BusyUntil())
    {
        m_shares.Reset();
    }
    FlowWindow& window = m_network->WindowOf(slot);
    const uint32_t queue = m_network->StateOf(slot).priority;
    window.isListed = true;
    window.turn = window.shares;
    uint32_t& first = m_first[queue];
    if (first == NONE)
    {
        first = slot;
        window.next = slot;
        window.previous = slot;
        m_shares.Activate(queue);
        return;
    }
    // Behind all others: before the first in the circle.
    FlowWindow& head = m_network->WindowOf(first);
    window.next = first;
    window.previous = head.previous;
    m_network->WindowOf(head.previous).next = slot;
    head.previous = slot;
}

void
QueueAgent::Unlist(uint32_t slot)
{
    FlowWindow& window = m_network->WindowOf(slot);
    const uint32_t queue = m_network->StateOf(slot).priority;
    window.isListed = false;
    uint32_t& first = m_first[queue];
    if (window.next == slot)
    {
        first = NONE;
        m_shares.Deactivate(queue);
        return;
    }
    m_network->WindowOf(window.previous).next = window.next;
    m_network->WindowOf(window.next).previous = window.previous;
    first = first == slot ? window.next : first;
}

void
QueueAgent::Pace(int64_t now, bool mayTell)
{
    m_serving = true;
    bool awaitsClock = false;
    TakeAcknowledgements(now);
    while (m_shares.AnyActive() && m_port->BusyUntil() <= now)
    {
        const uint32_t queue = m_shares.First();
        const uint32_t slot = m_first[queue];
        FlowState& flow = m_network->StateOf(slot);
        if (!mayTell && Tells(flow))
        {
            awaitsClock = true;
            break;
        }
        FlowWindow& window = m_network->WindowOf(slot);
        const uint32_t payload = TakeSegment(flow);
        window.inFlight += payload;
        m_shares.Serve(queue, uint64_t{payload} + m_network->GetHeaderSize(), true);
        if (flow.toSend == 0 || !IsOpen(flow, window))
        {
            Unlist(slot);
            Admit(slot, now); // now blocked, or done
        }
        else if (--window.turn == 0)
        {
            window.turn = window.shares;
            m_first[queue] = window.next;
        }
        HandOver(slot, payload, now);
    }
    m_serving = false;
    Wake(now, awaitsClock);
}

void
QueueAgent::Wake(int64_t now, bool bySimulator)
{
    if (m_serving)
    {
        return;
    }
    if (m_shares.AnyActive())
    {
        WakeAt(std::max(now, m_port->BusyUntil()), now, bySimulator);
    }
    else if (m_blocked > 0 && !m_acknowledgements.empty())
    {
        if (m_acknowledgements.front().time == NEVER)
        {
            throw echelon::TimeOverflow(echelon::Time::Max().Seconds());
        }
        WakeAt(std::max(now, m_acknowledgements.front().time), now, false);
    }
}

} // namespace ns3
