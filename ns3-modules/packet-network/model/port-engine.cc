// SPDX-License-Identifier: GPL-2.0-only
#include "port-engine.h"

#include "picoseconds.h"

#include "ns3/log.h"

#include <utility>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("PortEngine");

/// Whether a sink is connected. Most runs have none anywhere, which is one look.
static bool
IsHeard(const SegmentTrace* trace)
{
    return SegmentTrace::AnySink() && trace && !trace->IsEmpty();
}

PortEngine::PortEngine(FabricFlows& flows, FabricCalendar& calendar)
    : m_flows(flows),
      m_calendar(calendar)
{
}

uint32_t
PortEngine::Add(PortState port)
{
    port.index = Size();
    m_ports.push_back(std::move(port));
    return m_ports.back().index;
}

void
PortEngine::Enqueue(uint32_t index, FabricSegment segment, int64_t now)
{
    PortState& port = m_ports[index];
    if (port.role == PortRole::LAST)
    {
        Deliver(port, now);
    }
    const uint64_t bytes = port.WireBytes(segment.payload);
    const bool idle = now >= port.busyUntil && port.queued == 0;
    int64_t start = now;
    if (idle)
    {
        if (port.cutThrough)
        {
            // With its first bit, which has arrived a transmission before its last one.
            start = std::max(port.busyUntil, now - port.TransmissionTime(segment.payload));
        }
        port.waiting = 0;
        port.waitingBytes = 0;
        if (port.weighted)
        {
            if (now > port.busyUntil)
            {
                port.shares.Reset();
            }
            port.shares.Activate(segment.priority);
            port.shares.Serve(segment.priority, bytes, false);
        }
    }
    else if (!Admit(port, bytes, now))
    {
        Lose(port, segment, now);
        return;
    }
    port.load.Accept(start, bytes, port.waitingBytes);
    if (port.role == PortRole::LAST)
    {
        segment.completing = m_flows.ReachLastPort(segment);
    }
    Trace(port.traces.enqueue, segment);
    if (idle)
    {
        Trace(port.traces.dequeue, segment);
        Commit(port, segment, start, now);
        return;
    }
    if (port.queued == 0)
    {
        const bool inOrder =
            port.waiting == 0 || segment.priority >= port.line.Back().segment.priority;
        if (inOrder && !port.weighted && !IsHeard(port.traces.dequeue))
        {
            ++port.waiting;
            Commit(port, segment, port.busyUntil, now);
            return;
        }
        TakeBack(port);
        m_calendar.Schedule(NodeOf(port.index, PortNode::START), port.busyUntil, now);
    }
    Wait(port, segment);
}

bool
PortEngine::Admit(PortState& port, uint64_t wireBytes, int64_t now)
{
    if (port.queued == 0)
    {
        UpdateWaiting(port, now);
    }
    if (port.waitingBytes + wireBytes > port.capacity)
    {
        return false;
    }
    port.waitingBytes += wireBytes;
    port.maxQueue = std::max(port.maxQueue, port.waitingBytes);
    return true;
}

void
PortEngine::Wait(PortState& port, const FabricSegment& segment)
{
    echelon::Ring<FabricSegment>& queue = port.queues[segment.priority];
    if (port.weighted && queue.IsEmpty())
    {
        port.shares.Activate(segment.priority);
    }
    queue.PushBack(segment);
    ++port.queued;
}

uint32_t
PortEngine::NextQueue(const PortState& port)
{
    if (port.weighted)
    {
        return port.shares.First();
    }
    uint32_t queue = 0;
    while (port.queues[queue].IsEmpty())
    {
        ++queue;
    }
    return queue;
}

void
PortEngine::UpdateWaiting(PortState& port, int64_t now)
{
    while (port.waiting > 0)
    {
        // Waiting segments follow each other without a gap: each starts when the one before
        // departs.
        const std::size_t first = port.line.Size() - port.waiting;
        if (first > 0 && port.line.At(first - 1).departure > now)
        {
            return;
        }
        port.waitingBytes -= port.WireBytes(port.line.At(first).segment.payload);
        --port.waiting;
    }
}

void
PortEngine::Commit(PortState& port, const FabricSegment& segment, int64_t start, int64_t now)
{
    port.busyUntil = Later(start, port.TransmissionTime(segment.payload));
    const int64_t arrival = Later(port.busyUntil, port.delay); // fits from here on
    const bool first = port.line.IsEmpty();
    port.line.PushBack({port.busyUntil, segment});
    if (port.role != PortRole::LAST)
    {
        if (first)
        {
            m_calendar.Schedule(NodeOf(port.index, PortNode::LINK), arrival, now);
        }
        return;
    }
    if (port.acknowledges)
    {
        m_ports[m_flows.PortAt(segment.flow, 0)].source->Acknowledge(segment, arrival, now);
    }
    if (segment.completing || port.eager)
    {
        port.completions.PushBack(arrival);
        ScheduleCompletion(port);
    }
}

void
PortEngine::TakeBack(PortState& port)
{
    if (port.waiting == 0)
    {
        return;
    }
    const std::size_t first = port.line.Size() - port.waiting;
    const int64_t cut = port.line.At(first).departure + port.delay;
    for (std::size_t i = first; i < first + port.waiting; ++i)
    {
        Wait(port, port.line.At(i).segment);
    }
    while (port.waiting > 0)
    {
        port.line.PopBack();
        --port.waiting;
    }
    // The segment in transmission is never taken back, so the line is not empty.
    port.busyUntil = port.line.Back().departure;
    while (!port.completions.IsEmpty() && port.completions.Back() >= cut)
    {
        port.completions.PopBack();
    }
}

void
PortEngine::StartNext(uint32_t index, int64_t now)
{
    PortState& port = m_ports[index];
    const uint32_t number = NextQueue(port);
    echelon::Ring<FabricSegment>& queue = port.queues[number];
    const FabricSegment segment = queue.Front();
    queue.PopFront();
    --port.queued;
    port.waitingBytes -= port.WireBytes(segment.payload);
    if (port.weighted)
    {
        port.shares.Serve(number, port.WireBytes(segment.payload), !queue.IsEmpty());
    }
    Trace(port.traces.dequeue, segment);
    Commit(port, segment, now, now);
    if (port.queued > 0)
    {
        m_calendar.Schedule(NodeOf(port.index, PortNode::START), port.busyUntil, now);
    }
}

void
PortEngine::Lose(PortState& port, const FabricSegment& segment, int64_t now)
{
    NS_LOG_LOGIC("port " << port.index << " drops " << segment.payload << " bytes of slot "
                         << segment.flow);
    ++port.dropped;
    Trace(port.traces.drop, segment);
    int64_t heard = now;
    for (uint32_t hop = 0; hop < segment.hop; ++hop)
    {
        heard = Later(heard, m_ports[m_flows.PortAt(segment.flow, hop)].delay);
    }
    SourceFeedback* source = m_ports[m_flows.PortAt(segment.flow, 0)].source;
    FabricCalendar::CallAt(heard, [source, slot = segment.flow, payload = segment.payload, heard] {
        source->Resend(slot, payload, heard);
    });
}

void
PortEngine::ActLink(uint32_t index, int64_t now)
{
    PortState& port = m_ports[index];
    if (port.role == PortRole::LAST)
    {
        Deliver(port, now);
        ScheduleCompletion(port);
        return;
    }
    const CommittedSegment head = port.line.Front();
    if (port.waiting == port.line.Size())
    {
        UpdateWaiting(port, now);
    }
    CountSent(port, head);
    port.line.PopFront();
    if (!port.line.IsEmpty())
    {
        const CommittedSegment& next = port.line.Front();
        m_calendar.Schedule(NodeOf(index, PortNode::LINK), next.departure + port.delay, now);
        m_flows.Prefetch(next.segment.flow);
    }
    FabricSegment segment = head.segment;
    ++segment.hop;
    Enqueue(m_flows.PortAt(segment.flow, segment.hop), segment, now);
}

void
PortEngine::CountSent(PortState& port, const CommittedSegment& head)
{
    const uint32_t payload = head.segment.payload;
    ++port.sentSegments;
    port.sentPayload += payload;
    port.load.Send(head.departure - port.TransmissionTime(payload),
                   head.departure,
                   payload,
                   port.WireBytes(payload));
}

void
PortEngine::Deliver(PortState& port, int64_t now)
{
    bool overtaken = false;
    while (!port.line.IsEmpty() && port.line.Front().departure + port.delay <= now)
    {
        const FabricSegment segment = port.line.Front().segment;
        if (port.waiting == port.line.Size())
        {
            UpdateWaiting(port, now);
        }
        CountSent(port, port.line.Front());
        port.line.PopFront();
        const bool finished = m_flows.Arrive(segment);
        overtaken = overtaken || (segment.completing && !finished);
    }
    while (!port.completions.IsEmpty() && port.completions.Front() <= now)
    {
        port.completions.PopFront();
    }
    if (port.line.IsEmpty() && port.queued == 0)
    {
        port.eager = false;
    }
    else if (overtaken && !port.eager)
    {
        WakeForEveryArrival(port);
    }
}

void
PortEngine::WakeForEveryArrival(PortState& port)
{
    // A flow whose priority rose overtook its own segments: which of them is the last is not known
    // here.
    port.eager = true;
    while (!port.completions.IsEmpty())
    {
        port.completions.PopFront();
    }
    for (std::size_t i = 0; i < port.line.Size(); ++i)
    {
        port.completions.PushBack(port.line.At(i).departure + port.delay);
    }
    ScheduleCompletion(port);
}

void
PortEngine::ScheduleCompletion(const PortState& port)
{
    if (!port.completions.IsEmpty())
    {
        // By the simulator, so that its clock is right when the flow's end is told.
        m_calendar.ScheduleAt(NodeOf(port.index, PortNode::LINK), port.completions.Front());
    }
}

void
PortEngine::Trace(SegmentTrace* trace, const FabricSegment& segment) const
{
    if (IsHeard(trace))
    {
        (*trace)(
            {m_flows.StateOf(segment.flow).id, segment.payload, segment.hop, segment.priority});
    }
}

} // namespace ns3
