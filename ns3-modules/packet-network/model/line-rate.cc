// SPDX-License-Identifier: GPL-2.0-only
#include "line-rate.h"

#include "picoseconds.h"

#include "ns3/abort.h"
#include "ns3/log.h"

#include <algorithm>
#include <limits>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("LineRate");

constexpr int64_t NEVER = FabricCalendar::NEVER;

/// Whether the window is open for the flow's next segment.
static bool
IsOpen(const FlowState& flow, const FlowWindow& window)
{
    const uint64_t next = std::min<uint64_t>(flow.segmentSize, flow.toSend);
    return window.inFlight == 0 || window.inFlight + next <= window.size;
}

FlowWindow
MakeWindow(const PortEngine& ports, const FabricFlow& flow, uint64_t bytes)
{
    NS_ABORT_MSG_IF(flow.shares == 0, "flow " << flow.id << " has no share");
    FlowWindow window;
    window.shares = flow.shares;
    uint64_t slowest = std::numeric_limits<uint64_t>::max();
    double trip = 0;
    for (uint32_t hop = 0; hop < flow.hops; ++hop)
    {
        const PortState& port = ports.At(flow.path[hop]);
        slowest = std::min(slowest, port.rate);
        trip += 1e-12 * static_cast<double>(port.LookAhead());
        window.wayBack = Later(window.wayBack, port.delay);
    }
    trip += 1e-12 * static_cast<double>(window.wayBack);
    // No flow has so many bytes, and the product below fits.
    const double most = 0x1p62 / flow.shares;
    const auto carried =
        static_cast<uint64_t>(std::min(static_cast<double>(slowest) / 8 * trip, most));
    const uint64_t segment = ports.At(flow.path[0]).segmentSize;
    window.size = flow.shares * (bytes > 0 ? bytes : carried + segment);
    return window;
}

LineRate::LineRate(const EngineParts& parts, uint32_t port, uint64_t window)
    : RateController(parts, port),
      m_window(window)
{
    m_first.fill(NONE);
}

void
LineRate::Start(uint32_t slot, const FabricFlow& flow)
{
    m_flows.SetWindow(slot, MakeWindow(m_ports, flow, m_window));
}

void
LineRate::Decide(uint32_t slot, double /* rate */, uint8_t priority, int64_t now)
{
    FlowWindow& window = m_flows.WindowOf(slot);
    FlowState& flow = m_flows.StateOf(slot);
    if (window.hasQueue && flow.priority == priority)
    {
        return;
    }
    NS_LOG_LOGIC("flow " << flow.id << " in queue " << uint32_t{priority});
    window.hasQueue = true;
    if (window.isListed)
    {
        Unlist(slot);
    }
    flow.priority = priority;
    Admit(slot, now);
    Wake(now, false);
}

void
LineRate::Resend(uint32_t slot, uint32_t payload, int64_t now)
{
    m_flows.StateOf(slot).toSend += payload;
    m_flows.WindowOf(slot).inFlight -= payload;
    Admit(slot, now);
    Wake(now, false);
}

void
LineRate::Acknowledge(const FabricSegment& segment, int64_t arrival, int64_t now)
{
    int64_t time = 0;
    if (__builtin_add_overflow(arrival, m_flows.WindowOf(segment.flow).wayBack, &time))
    {
        time = NEVER; // which is no error unless a flow waits for it
    }
    m_acknowledgements.push_back(
        {time, m_flows.StateOf(segment.flow).id, segment.flow, segment.payload});
    std::push_heap(m_acknowledgements.begin(), m_acknowledgements.end());
    Wake(now, false);
}

void
LineRate::TakeAcknowledgements(int64_t now)
{
    while (!m_acknowledgements.empty() && m_acknowledgements.front().time <= now)
    {
        const Acknowledgement heard = m_acknowledgements.front();
        std::pop_heap(m_acknowledgements.begin(), m_acknowledgements.end());
        m_acknowledgements.pop_back();
        if (m_flows.StateOf(heard.slot).id == heard.flow)
        {
            m_flows.WindowOf(heard.slot).inFlight -= heard.payload;
            Admit(heard.slot, now);
        }
    }
}

void
LineRate::Admit(uint32_t slot, int64_t now)
{
    FlowWindow& window = m_flows.WindowOf(slot);
    const FlowState& flow = m_flows.StateOf(slot);
    if (window.isListed || !window.hasQueue || flow.toSend == 0)
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
LineRate::List(uint32_t slot, int64_t now)
{
    if (!Shares().AnyActive() && now > Port().busyUntil)
    {
        Shares().Reset();
    }
    FlowWindow& window = m_flows.WindowOf(slot);
    const uint32_t queue = m_flows.StateOf(slot).priority;
    window.isListed = true;
    window.turn = window.shares;
    uint32_t& first = m_first[queue];
    if (first == NONE)
    {
        first = slot;
        window.next = slot;
        window.previous = slot;
        Shares().Activate(queue);
        return;
    }
    // Behind all others: before the first in the circle.
    FlowWindow& head = m_flows.WindowOf(first);
    window.next = first;
    window.previous = head.previous;
    m_flows.WindowOf(head.previous).next = slot;
    head.previous = slot;
}

void
LineRate::Unlist(uint32_t slot)
{
    FlowWindow& window = m_flows.WindowOf(slot);
    const uint32_t queue = m_flows.StateOf(slot).priority;
    window.isListed = false;
    uint32_t& first = m_first[queue];
    if (window.next == slot)
    {
        first = NONE;
        Shares().Deactivate(queue);
        return;
    }
    m_flows.WindowOf(window.previous).next = window.next;
    m_flows.WindowOf(window.next).previous = window.previous;
    first = first == slot ? window.next : first;
}

void
LineRate::Emit(int64_t now, bool mayTell)
{
    m_emitting = true;
    bool awaitsClock = false;
    TakeAcknowledgements(now);
    while (Shares().AnyActive() && Port().busyUntil <= now)
    {
        const uint32_t queue = Shares().First();
        const uint32_t slot = m_first[queue];
        FlowState& flow = m_flows.StateOf(slot);
        if (!mayTell && Tells(flow))
        {
            awaitsClock = true;
            break;
        }
        FlowWindow& window = m_flows.WindowOf(slot);
        const uint32_t payload = TakeSegment(flow);
        window.inFlight += payload;
        Shares().Serve(queue, Port().WireBytes(payload), true);
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
    m_emitting = false;
    Wake(now, awaitsClock);
}

double
LineRate::RemainingBits(uint32_t slot, int64_t /* now */) const
{
    return 8.0 * static_cast<double>(m_flows.StateOf(slot).toSend);
}

int64_t
LineRate::LeavesAt(uint32_t /* slot */) const
{
    return Port().busyUntil;
}

void
LineRate::Wake(int64_t now, bool atClock)
{
    if (m_emitting)
    {
        return;
    }
    if (Shares().AnyActive())
    {
        WakeAt(std::max(now, Port().busyUntil), now, atClock);
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
