// SPDX-License-Identifier: GPL-2.0-only
#include "egress-port.h"

#include "event-failure.h"
#include "fabric-network.h"
#include "picoseconds.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{

uint32_t SegmentTrace::s_sinks = 0;

NS_LOG_COMPONENT_DEFINE("EgressPort");

NS_OBJECT_ENSURE_REGISTERED(EgressPort);

/// The first bits of the line have crossed the link. One object per port, scheduled again and
/// again.
class EgressPort::LinkEvent : public EventImpl
{
  public:
    explicit LinkEvent(EgressPort* port)
        : m_port(port)
    {
    }

  private:
    void Notify() override
    {
        EventFailure::Guard([this] { m_port->LinkArrival(); });
    }

    EgressPort* m_port;
};

/// The port is free again and segments wait in its queues.
class EgressPort::StartEvent : public EventImpl
{
  public:
    explicit StartEvent(EgressPort* port)
        : m_port(port)
    {
    }

  private:
    void Notify() override
    {
        EventFailure::Guard([this] { m_port->StartNext(); });
    }

    EgressPort* m_port;
};

TypeId
EgressPort::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::EgressPort")
            .SetParent<Object>()
            .SetGroupName("LeafSpine")
            .AddConstructor<EgressPort>()
            .AddAttribute("DataRate",
                          "Rate of the link behind the port, headers included. Read when the port "
                          "is added to a network.",
                          DataRateValue(DataRate("100Gbps")),
                          MakeDataRateAccessor(&EgressPort::m_rate),
                          MakeDataRateChecker())
            .AddAttribute("Delay",
                          "Propagation delay of the link. Read when the port is added.",
                          TimeValue(NanoSeconds(500)),
                          MakeTimeAccessor(&EgressPort::m_delay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("QueueCapacity",
                          "Bytes on the wire that may wait, the segment in transmission not "
                          "counted. Ports that leave a host have no limit. Read when the port is "
                          "added.",
                          UintegerValue(16 << 20),
                          MakeUintegerAccessor(&EgressPort::m_queueCapacity),
                          MakeUintegerChecker<uint64_t>(1))
            .AddAttribute("CutThrough",
                          "Pass segments on as they arrive: the transmission starts with the "
                          "first bit, as far as the port is free. For ports that are as fast as "
                          "those before them.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&EgressPort::m_cutThrough),
                          MakeBooleanChecker())
            .AddTraceSource("Enqueue",
                            "A segment was accepted by the port.",
                            MakeTraceSourceAccessor(&EgressPort::m_enqueueTrace),
                            "ns3::EgressPort::SegmentTracedCallback")
            .AddTraceSource("Dequeue",
                            "The transmission of a segment starts.",
                            MakeTraceSourceAccessor(&EgressPort::m_dequeueTrace),
                            "ns3::EgressPort::SegmentTracedCallback")
            .AddTraceSource("Drop",
                            "A segment was lost because the port's buffer is full.",
                            MakeTraceSourceAccessor(&EgressPort::m_dropTrace),
                            "ns3::EgressPort::SegmentTracedCallback");
    return tid;
}

EgressPort::EgressPort()
    : m_linkEvent(Create<LinkEvent>(this)),
      m_startEvent(Create<StartEvent>(this))
{
}

EgressPort::~EgressPort() = default;

void
EgressPort::DoDispose()
{
    // Events still pending when the simulation stopped must not reach this port any more.
    m_linkEvent->Cancel();
    m_startEvent->Cancel();
    m_network = nullptr;
    Object::DoDispose();
}

void
EgressPort::Attach(FabricNetwork* network, uint32_t index, Role role, uint32_t segmentSize)
{
    NS_ABORT_MSG_IF(m_network, "port " << m_name << " is part of a network already");
    NS_ABORT_MSG_IF(m_rate.GetBitRate() == 0, "port " << m_name << " has a data rate of 0");
    m_network = network;
    m_index = index;
    m_role = role;
    m_header = network->GetHeaderSize();
    m_psPerByte = 8e12 / static_cast<double>(m_rate.GetBitRate());
    m_delayPs = m_delay.GetTimeStep();
    if (static_cast<double>(WireBytes(segmentSize)) * m_psPerByte < 0x1p62)
    {
        m_fullPayload = segmentSize;
        m_fullTime = ComputeTransmissionTime(segmentSize);
    }
    m_capacity = role == Role::SOURCE ? std::numeric_limits<uint64_t>::max() : m_queueCapacity;
}

int64_t
EgressPort::LookAhead() const
{
    return m_fullTime + m_delayPs;
}

void
EgressPort::UseQueues(uint32_t queues)
{
    // One queue is a FIFO queue, whatever its weight: the port may commit ahead.
    m_weighted = queues > 1;
    m_acknowledges = m_role == Role::LAST;
}

void
EgressPort::SetWeight(uint32_t queue, double weight)
{
    m_shares.SetWeight(queue, weight);
}

void
EgressPort::SetNodes(uint32_t linkNode, uint32_t startNode)
{
    m_linkNode = linkNode;
    m_startNode = startNode;
}

int64_t
EgressPort::ComputeTransmissionTime(uint32_t payload) const
{
    const double ps = static_cast<double>(WireBytes(payload)) * m_psPerByte;
    return std::max<int64_t>(1, echelon::Time::FromPicosecondsRounded(ps).Picoseconds());
}

uint64_t
EgressPort::WireBytes(uint32_t payload) const
{
    return uint64_t{payload} + m_header;
}

void
EgressPort::Enqueue(FabricSegment segment, int64_t now)
{
    if (m_role == Role::LAST)
    {
        Deliver(now);
    }
    const uint64_t bytes = WireBytes(segment.payload);
    const bool idle = now >= m_busyUntil && m_queued == 0;
    // With its first bit, which has arrived a transmission before its last one.
    const int64_t start =
        idle && m_cutThrough ? std::max(m_busyUntil, now - TransmissionTime(segment.payload)) : now;
    if (idle)
    {
        m_waiting = 0;
        m_waitingBytes = 0;
        if (m_weighted)
        {
            if (now > m_busyUntil)
            {
                m_shares.Reset();
            }
            m_shares.Activate(segment.priority);
            m_shares.Serve(segment.priority, bytes, false);
        }
    }
    else
    {
        if (m_queued == 0)
        {
            UpdateWaiting(now);
        }
        if (m_waitingBytes + bytes > m_capacity)
        {
            Drop(segment, now);
            return;
        }
        m_waitingBytes += bytes;
        m_maxQueue = std::max(m_maxQueue, m_waitingBytes);
    }
    m_load.Accept(start, bytes, m_waitingBytes);
    if (m_role == Role::LAST)
    {
        segment.completing = m_network->ReachLastPort(segment);
    }
    if (!m_enqueueTrace.IsEmpty())
    {
        m_enqueueTrace(RecordOf(segment));
    }
    if (idle)
    {
        if (!m_dequeueTrace.IsEmpty())
        {
            m_dequeueTrace(RecordOf(segment));
        }
        Commit(segment, start, now);
        return;
    }
    if (m_queued == 0)
    {
        const bool inOrder = m_waiting == 0 || segment.priority >= m_line.Back().segment.priority;
        if (inOrder && !m_weighted && m_dequeueTrace.IsEmpty())
        {
            ++m_waiting;
            Commit(segment, m_busyUntil, now);
            return;
        }
        TakeBack();
        ScheduleStart(now);
    }
    Wait(segment);
}

void
EgressPort::Wait(const FabricSegment& segment)
{
    echelon::Ring<FabricSegment>& queue = m_queues[segment.priority];
    if (m_weighted && queue.IsEmpty())
    {
        m_shares.Activate(segment.priority);
    }
    queue.PushBack(segment);
    ++m_queued;
}

uint32_t
EgressPort::NextQueue()
{
    if (m_weighted)
    {
        return m_shares.First();
    }
    uint32_t queue = 0;
    while (m_queues[queue].IsEmpty())
    {
        ++queue;
    }
    return queue;
}

void
EgressPort::UpdateWaiting(int64_t now)
{
    while (m_waiting > 0)
    {
        // Waiting segments follow each other without a gap: each starts when the one before
        // departs.
        const std::size_t first = m_line.Size() - m_waiting;
        if (first > 0 && m_line.At(first - 1).departure > now)
        {
            return;
        }
        m_waitingBytes -= WireBytes(m_line.At(first).segment.payload);
        --m_waiting;
    }
}

void
EgressPort::Commit(const FabricSegment& segment, int64_t start, int64_t now)
{
    m_busyUntil = Later(start, TransmissionTime(segment.payload));
    const int64_t arrival = Later(m_busyUntil, m_delayPs); // fits from here on
    const bool first = m_line.IsEmpty();
    m_line.PushBack({m_busyUntil, segment});
    if (m_role != Role::LAST)
    {
        if (first)
        {
            ScheduleLink(now);
        }
    }
    else
    {
        if (m_acknowledges)
        {
            m_network->Acknowledge(segment, arrival, now);
        }
        if (segment.completing || m_eager)
        {
            m_completions.PushBack(arrival);
            ScheduleCompletion();
        }
    }
}

void
EgressPort::TakeBack()
{
    if (m_waiting == 0)
    {
        return;
    }
    const std::size_t first = m_line.Size() - m_waiting;
    const int64_t cut = m_line.At(first).departure + m_delayPs;
    for (std::size_t i = first; i < first + m_waiting; ++i)
    {
        const FabricSegment& segment = m_line.At(i).segment;
        Wait(segment);
    }
    for (; m_waiting > 0; --m_waiting)
    {
        m_line.PopBack();
    }
    // The segment in transmission is never taken back, so the line is not empty.
    m_busyUntil = m_line.Back().departure;
    while (!m_completions.IsEmpty() && m_completions.Back() >= cut)
    {
        m_completions.PopBack();
    }
}

void
EgressPort::ScheduleStart(int64_t now)
{
    if (!m_network->ScheduleSoon(m_startNode, m_busyUntil, now))
    {
        m_network->ScheduleAt(PeekPointer(m_startEvent), m_busyUntil);
    }
}

void
EgressPort::StartNext()
{
    const int64_t now = m_busyUntil;
    const uint32_t number = NextQueue();
    echelon::Ring<FabricSegment>& queue = m_queues[number];
    const FabricSegment segment = queue.Front();
    queue.PopFront();
    --m_queued;
    m_waitingBytes -= WireBytes(segment.payload);
    if (m_weighted)
    {
        m_shares.Serve(number, WireBytes(segment.payload), !queue.IsEmpty());
    }
    if (!m_dequeueTrace.IsEmpty())
    {
        m_dequeueTrace(RecordOf(segment));
    }
    Commit(segment, now, now);
    if (m_queued > 0)
    {
        ScheduleStart(now);
    }
}

void
EgressPort::Drop(const FabricSegment& segment, int64_t now)
{
    NS_LOG_LOGIC(m_name << " drops " << segment.payload << " bytes of slot " << segment.flow);
    ++m_dropped;
    m_dropTrace(RecordOf(segment));
    m_network->Lose(segment, now);
}

void
EgressPort::ScheduleLink(int64_t now)
{
    const int64_t arrival = m_line.Front().departure + m_delayPs;
    if (!m_network->ScheduleSoon(m_linkNode, arrival, now))
    {
        m_network->ScheduleAt(PeekPointer(m_linkEvent), arrival);
    }
}

void
EgressPort::LinkArrival()
{
    if (m_role == Role::LAST)
    {
        const int64_t now = Simulator::Now().GetTimeStep();
        if (now == m_wakeAt) // else: what it was scheduled for has been taken back
        {
            m_wakeAt = NEVER;
            Deliver(now);
            ScheduleCompletion();
        }
        return;
    }
    const CommittedSegment head = m_line.Front();
    const int64_t now = head.departure + m_delayPs;
    if (m_waiting == m_line.Size())
    {
        UpdateWaiting(now);
    }
    CountSent(head);
    m_line.PopFront();
    if (!m_line.IsEmpty())
    {
        ScheduleLink(now);
        m_network->Prefetch(m_line.Front().segment);
    }
    m_network->Forward(head.segment, now);
}

void
EgressPort::CountSent(const CommittedSegment& head)
{
    const uint32_t payload = head.segment.payload;
    ++m_sentSegments;
    m_sentPayload += payload;
    m_load.Send(head.departure - TransmissionTime(payload),
                head.departure,
                payload,
                WireBytes(payload));
}

void
EgressPort::Deliver(int64_t now)
{
    bool overtaken = false;
    while (!m_line.IsEmpty() && m_line.Front().departure + m_delayPs <= now)
    {
        const FabricSegment segment = m_line.Front().segment;
        if (m_waiting == m_line.Size())
        {
            UpdateWaiting(now);
        }
        CountSent(m_line.Front());
        m_line.PopFront();
        const bool finished = m_network->Arrive(segment);
        overtaken = overtaken || (segment.completing && !finished);
    }
    while (!m_completions.IsEmpty() && m_completions.Front() <= now)
    {
        m_completions.PopFront();
    }
    if (m_line.IsEmpty() && m_queued == 0)
    {
        m_eager = false;
    }
    else if (overtaken && !m_eager)
    {
        WakeForEveryArrival();
    }
}

void
EgressPort::WakeForEveryArrival()
{
    // A flow whose priority rose overtook its own segments: which of them is the last is not known
    // here.
    m_eager = true;
    while (!m_completions.IsEmpty())
    {
        m_completions.PopFront();
    }
    for (std::size_t i = 0; i < m_line.Size(); ++i)
    {
        m_completions.PushBack(m_line.At(i).departure + m_delayPs);
    }
    ScheduleCompletion();
}

void
EgressPort::ScheduleCompletion()
{
    if (!m_completions.IsEmpty() && m_completions.Front() < m_wakeAt)
    {
        m_wakeAt = m_completions.Front();
        m_network->ScheduleAt(PeekPointer(m_linkEvent), m_wakeAt);
    }
}

SegmentRecord
EgressPort::RecordOf(const FabricSegment& segment) const
{
    return {m_network->FlowIdOf(segment.flow), segment.payload, segment.hop, segment.priority};
}

void
EgressPort::RecordLoad()
{
    m_load.Enable();
}

void
EgressPort::SetName(const std::string& name)
{
    m_name = name;
}

const std::string&
EgressPort::GetName() const
{
    return m_name;
}

EgressPort::Role
EgressPort::GetRole() const
{
    return m_role;
}

uint32_t
EgressPort::GetIndex() const
{
    return m_index;
}

DataRate
EgressPort::GetDataRate() const
{
    return m_rate;
}

Time
EgressPort::GetDelay() const
{
    return m_delay;
}

bool
EgressPort::CutsThrough() const
{
    return m_cutThrough;
}

int64_t
EgressPort::TransmissionTimeOf(uint32_t payload) const
{
    return TransmissionTime(payload);
}

uint64_t
EgressPort::SentSegments() const
{
    return m_sentSegments;
}

uint64_t
EgressPort::SentBytes() const
{
    return m_sentPayload + m_sentSegments * m_header;
}

uint64_t
EgressPort::DroppedSegments() const
{
    return m_dropped;
}

uint64_t
EgressPort::MaxQueue() const
{
    return m_maxQueue;
}

} // namespace ns3
