// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How egress ports serve segments: eight FIFO queues, served by strict priority or by weights, a
 * finite buffer, store and forward.
 *
 *     PortEngine ports(flows, calendar);
 *     ports.Add(state);
 *     ports.Enqueue(0, {slot, 4096, 0, 3, false}, now);
 *
 * Service is non-preemptive: a segment in transmission ends, then the oldest segment of the most
 * urgent non-empty queue starts. Where queues share by weights it is the oldest segment of the
 * queue that is furthest behind its share (queue-shares.h). A segment that has crossed its link
 * goes to the next port of its flow's path, or has arrived. One that finds the buffer full is lost;
 * its source hears so after the propagation delay of the way back.
 *
 * Events. A link is a FIFO with constant delay, so only the head of what flies needs a pending
 * event, and the number of pending events is O(ports). While the waiting segments are in service
 * order already (one priority, or ascending urgency), an arriving segment is *committed* at once:
 * its departure is max(now, end of the segment before) + transmission time, and no event marks the
 * start of its transmission. A more urgent arrival takes the segments that wait back into the
 * queues, and the port then wakes at each end of a transmission until the queues are empty. A
 * segment is taken back at most once, so the work per segment stays O(1).
 *
 * At the last hop no event is needed per segment either: arrivals are accounted for when the port
 * is next touched, and only a segment that may complete its flow has an event.
 *
 * The port commits segments ahead of time unless a trace sink is connected to Dequeue or several
 * weighted queues are in use. Then it schedules an event for every transmission, because the sink
 * must hear of its start, or because the next segment is known only when the link becomes free.
 *
 * Times are picoseconds. Errors: echelon::TimeOverflow.
 */
#ifndef PORT_ENGINE_H
#define PORT_ENGINE_H

#include "fabric-calendar.h"
#include "fabric-flows.h"
#include "port-state.h"

#include <vector>

namespace ns3
{

/// What of a port acts at a time: its nodes in the calendar are NODES_PER_PORT * index + PortNode.
enum class PortNode : uint32_t
{
    LINK,   ///< the head of the line is at the other end; at the last hop, a flow may be complete
    START,  ///< the port is free and segments wait in its queues
    SOURCE, ///< the sender at the port has something to emit
};

constexpr uint32_t NODES_PER_PORT = 3;

constexpr uint32_t
NodeOf(uint32_t port, PortNode node)
{
    return NODES_PER_PORT * port + static_cast<uint32_t>(node);
}

/// All ports of a network.
class PortEngine
{
  public:
    PortEngine(FabricFlows& flows, FabricCalendar& calendar);

    /// The calendar must have the port's nodes before it is used. @return the port's index.
    uint32_t Add(PortState port);

    uint32_t Size() const
    {
        return static_cast<uint32_t>(m_ports.size());
    }

    PortState& At(uint32_t port)
    {
        return m_ports[port];
    }

    const PortState& At(uint32_t port) const
    {
        return m_ports[port];
    }

    /// A segment has arrived at the port; `hop` says which of its path's ports this is.
    void Enqueue(uint32_t port, FabricSegment segment, int64_t now);

    /// The time of PortNode::LINK has come.
    void ActLink(uint32_t port, int64_t now);

    /// The time of PortNode::START has come.
    void StartNext(uint32_t port, int64_t now);

  private:
    /// Segments whose transmission has started by now no longer wait.
    static void UpdateWaiting(PortState& port, int64_t now);
    /// Find room for a segment at a port that is busy. @return false when the buffer is full.
    static bool Admit(PortState& port, uint64_t wireBytes, int64_t now);
    /// The queue to serve. @pre one is not empty.
    static uint32_t NextQueue(const PortState& port);
    /// Put a segment into its queue.
    static void Wait(PortState& port, const FabricSegment& segment);
    /// Take the committed segments that wait back into the queues.
    static void TakeBack(PortState& port);
    /// The head of the line has left the link; account for it.
    static void CountSent(PortState& port, const CommittedSegment& head);

    /// Append to the line of committed segments; its transmission starts at `start`.
    void Commit(PortState& port, const FabricSegment& segment, int64_t start, int64_t now);
    void Lose(PortState& port, const FabricSegment& segment, int64_t now);
    /// At the last hop: account for what has arrived by now.
    void Deliver(PortState& port, int64_t now);
    /// At the last hop: wake at the first of the completions.
    void ScheduleCompletion(const PortState& port);
    void WakeForEveryArrival(PortState& port);
    void Trace(SegmentTrace* trace, const FabricSegment& segment) const;

    FabricFlows& m_flows;
    FabricCalendar& m_calendar;
    std::vector<PortState> m_ports;
};

} // namespace ns3

#endif /* PORT_ENGINE_H */
