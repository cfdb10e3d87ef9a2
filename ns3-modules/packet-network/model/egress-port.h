// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * An egress port and the link behind it: eight FIFO queues, served by strict priority or by
 * weights, a finite buffer, store and forward.
 *
 *     Ptr<EgressPort> port = network->GetPort(3);
 *     port->TraceConnectWithoutContext("Drop", MakeCallback(&OnDrop));
 *     port->SentSegments(); port->SentBytes(); port->MaxQueue();
 *
 * Service is non-preemptive: a segment in transmission ends, then the oldest segment of the most
 * urgent non-empty queue starts. In a network whose queues share by weights
 * (FabricNetwork::Enforcement) it is the oldest of the queue that is furthest behind its share
 * (queue-shares.h).
 *
 * Events. A link is a FIFO with constant delay, so only the head of what flies needs a pending
 * event, and the event object is the same again and again: pending events are O(ports) and nothing
 * is allocated per segment. While the waiting segments are in service order already (one priority,
 * or ascending urgency), an arriving segment is *committed* at once: its departure is max(now, end
 * of the segment before) + transmission time, and no event marks the start of transmission. A more
 * urgent arrival takes the segments that wait back into the queues, and the port then wakes at each
 * end of a transmission until the queues are empty. A segment is taken back at most once, so the
 * work per segment stays O(1).
 *
 * At the last hop no event is needed per segment either: arrivals are accounted when the port is
 * next touched, and only a segment that may complete its flow has one.
 *
 * The port follows this lazy course unless a sink is connected to Dequeue; then it wakes for every
 * start. So it does with several weighted queues: which is next is known when the port is free.
 */
#ifndef EGRESS_PORT_H
#define EGRESS_PORT_H

#include "queue-shares.h"
#include "segment-trace.h"
#include "segment.h"

#include "base/ring.h"
#include "metrics/load-series.h"

#include "ns3/data-rate.h"
#include "ns3/event-impl.h"
#include "ns3/nstime.h"
#include "ns3/object.h"

#include <array>
#include <limits>
#include <string>

namespace ns3
{

class FabricNetwork;

/// One direction of a link, with the queues in front of it.
class EgressPort : public Object
{
  public:
    static TypeId GetTypeId();

    EgressPort();
    ~EgressPort() override;

    /// Where a port stands in the paths that cross it.
    enum class Role
    {
        SOURCE, ///< leaves a host or GPU; its queue is the sender's memory and has no limit
        TRANSIT,
        LAST, ///< ends at a host or GPU
    };

    /// Called once, by FabricNetwork::AddPort.
    void Attach(FabricNetwork* network, uint32_t index, Role role, uint32_t segmentSize);

    /// How far ahead the port's events usually lie: a full segment's transmission and the link's
    /// delay, in picoseconds.
    int64_t LookAhead() const;

    /// The calendar's nodes of the link and of the start of transmissions.
    void SetNodes(uint32_t linkNode, uint32_t startNode);

    /// The link's event: the head of the line has arrived at the other end (at the last hop:
    /// something may be complete).
    void LinkArrival();

    /// The end of a transmission while segments wait in the queues.
    void StartNext();

    /// Share the link among so many queues by weights, and acknowledge what arrives at its
    /// destination; called by FabricNetwork::AddPort.
    void UseQueues(uint32_t queues);

    /// A queue's weight, in any unit. @pre UseQueues was called; weight > 0.
    void SetWeight(uint32_t queue, double weight);

    /// When the port has sent what it was given, in picoseconds.
    int64_t BusyUntil() const
    {
        return m_busyUntil;
    }

    /// A segment has arrived at the port. @param now the present time in picoseconds.
    void Enqueue(FabricSegment segment, int64_t now);

    /// Keep load and backlog over time. Called before the simulation.
    void RecordLoad();

    echelon::LoadSeries& GetLoad()
    {
        return m_load;
    }

    void SetName(const std::string& name);
    const std::string& GetName() const;
    Role GetRole() const;
    uint32_t GetIndex() const;
    DataRate GetDataRate() const;
    Time GetDelay() const;
    bool CutsThrough() const;

    /// What a segment takes on the wire, header included, in whole picoseconds, one at least. The
    /// rounding is a part of a thousand where a segment takes 500 ps.
    int64_t TransmissionTimeOf(uint32_t payload) const;

    /// Segments whose last bit has reached the other end of the link.
    uint64_t SentSegments() const;
    /// Their bytes on the wire.
    uint64_t SentBytes() const;
    uint64_t DroppedSegments() const;
    /// Largest backlog seen, in bytes on the wire, the segment in transmission not counted.
    uint64_t MaxQueue() const;

    /// Sinks of Enqueue, Dequeue (start of transmission) and Drop.
    typedef void (*SegmentTracedCallback)(const SegmentRecord& segment);

  protected:
    void DoDispose() override;

  private:
    class LinkEvent;
    class StartEvent;

    static constexpr int64_t NEVER = std::numeric_limits<int64_t>::max();

    int64_t TransmissionTime(uint32_t payload) const
    {
        return payload == m_fullPayload ? m_fullTime : ComputeTransmissionTime(payload);
    }

    int64_t ComputeTransmissionTime(uint32_t payload) const;
    uint64_t WireBytes(uint32_t payload) const;

    /// Segments whose transmission has started by now no longer wait.
    void UpdateWaiting(int64_t now);
    /// Append to the line of committed segments; its transmission starts at `start`.
    void Commit(const FabricSegment& segment, int64_t start, int64_t now);
    /// The queue to serve. @pre one is not empty.
    uint32_t NextQueue();
    /// Put a segment into its queue.
    void Wait(const FabricSegment& segment);
    /// Take the committed segments that wait back into the queues.
    void TakeBack();
    void ScheduleStart(int64_t now);
    /// The head of the line has left the link; account for it.
    void CountSent(const CommittedSegment& head);
    void Drop(const FabricSegment& segment, int64_t now);
    /// Wake when the line's head is at the other end.
    void ScheduleLink(int64_t now);
    /// At the last hop: account for what has arrived by now.
    void Deliver(int64_t now);
    /// At the last hop: wake at the first of m_completions.
    void ScheduleCompletion();
    void WakeForEveryArrival();

    SegmentRecord RecordOf(const FabricSegment& segment) const;

    // What a hop touches comes first.
    FabricNetwork* m_network{nullptr};
    echelon::Ring<CommittedSegment> m_line; ///< on the link, in transmission, and committed to wait
    std::size_t m_waiting{0}; ///< of m_line's tail: committed, but not started when last looked at
    uint64_t m_waitingBytes{0}; ///< wire bytes of those and of the queues
    int64_t m_busyUntil{0};     ///< departure of the last committed segment
    int64_t m_delayPs{0};
    int64_t m_fullTime{0};     ///< transmission time of a full segment
    uint32_t m_fullPayload{0}; ///< bytes; 0: no time holds m_fullTime
    uint32_t m_header{0};
    Role m_role{Role::TRANSIT};
    uint32_t m_linkNode{0};
    uint32_t m_startNode{0};
    bool m_cutThrough{false};   ///< starts with a segment's first bit
    bool m_weighted{false};     ///< shares by weights
    bool m_acknowledges{false}; ///< the last hop of flows with windows
    bool m_eager{false};        ///< last hop: wake for every arrival until the line is empty
    std::size_t m_queued{0};    ///< segments in m_queues
    uint64_t m_capacity{std::numeric_limits<uint64_t>::max()};
    uint64_t m_sentSegments{0};
    uint64_t m_sentPayload{0};
    uint64_t m_maxQueue{0};
    echelon::LoadSeries m_load;
    Ptr<LinkEvent> m_linkEvent;
    Ptr<StartEvent> m_startEvent;
    echelon::Ring<int64_t> m_completions; ///< last hop: arrival times that need an event, ascending
    int64_t m_wakeAt{NEVER};              ///< last hop: earliest pending event
    std::array<echelon::Ring<FabricSegment>, FABRIC_PRIORITIES> m_queues;
    QueueShares m_shares; ///< of m_queues, when weighted

    uint64_t m_dropped{0};
    std::string m_name;
    DataRate m_rate;
    Time m_delay;
    uint64_t m_queueCapacity{0};
    uint32_t m_index{0};
    double m_psPerByte{0};

    SegmentTrace m_enqueueTrace;
    SegmentTrace m_dequeueTrace;
    SegmentTrace m_dropTrace;
};

} // namespace ns3

#endif /* EGRESS_PORT_H */
