// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The packet fabric: egress ports joined by paths, the agents that send, and the flows in flight.
 *
 *     FabricNetwork::UsePicoseconds();                        // before any simulated time passes
 *     Ptr<FabricNetwork> network = helper.Create();           // or CreateObject and AddPort
 *     network->StartFlow({7, 25000000, 2, {0, 9}});  network->SetRate(7, 98e9, 0);
 *     Simulator::Run();
 *
 * Two ways to enforce a flow scheduler's decision. By default agents pace each flow at its rate
 * (host-agent.h), and switches serve by strict priority. With the attribute Queues (1 … 8) hosts
 * and switches share each link among that many queues by weights, and a window per flow keeps
 * buffers short (queue-agent.h).
 *
 * Flows have ids of the caller's choice, small integers that are not used twice. A flow sends
 * nothing until it has a rate. Lost segments: the source hears of a drop after the propagation
 * delay of the way back and sends the bytes again (selective retransmission, idealised), so every
 * flow with a rate ends.
 *
 * Work: one event per hop but the last, none per segment there, and one per emission (see
 * egress-port.h, host-agent.h). These events wait in a calendar of the fabric's own. Under
 * HorizonScheduler, and without sinks on segment traces, they run in one go up to the next other
 * event of the simulator; else each has its turn in the simulator's loop. Whoever asks the fabric
 * something at a time finds everything before that time done, and the results are the same.
 *
 * Simulator is process-wide, so is the fabric: one network per run, disposed of before
 * Simulator::Destroy. Times are picoseconds; at nanoseconds a 4 KiB segment at 400 Gb/s (83.56 ns)
 * would be off by more than a half per cent.
 * Errors: fatal (NS_ABORT) for paths that do not fit the ports, ids used twice, bad rates.
 */
#ifndef FABRIC_NETWORK_H
#define FABRIC_NETWORK_H

#include "egress-port.h"
#include "flow-state.h"
#include "segment.h"

#include "sim/event-wheel.h"

#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <vector>

namespace ns3
{

class FabricSwitch;
class HostAgent;
class QueueAgent;

/// A flow to be started.
struct FabricFlow
{
    uint32_t id;
    uint64_t bytes;
    uint32_t hops;
    FlowPath path;      ///< port indices, the first `hops` of them
    uint32_t shares{1}; ///< of flows like it, for a bundle; matters to queues only
};

/// Ports, agents, switches and flows.
class FabricNetwork : public Object
{
  public:
    static TypeId GetTypeId();

    FabricNetwork();
    ~FabricNetwork() override;

    /// Set ns-3's time resolution to picoseconds; call it first thing in main. Harmless when
    /// repeated.
    static void UsePicoseconds();

    /// @param scaleUp whether flows that start here use ScaleUpSegmentSize. @return the port's
    /// index.
    uint32_t AddPort(Ptr<EgressPort> port, EgressPort::Role role, bool scaleUp = false);
    void AddSwitch(Ptr<FabricSwitch> node);

    uint32_t GetPorts() const;
    Ptr<EgressPort> GetPort(uint32_t index) const;
    /// The agent that feeds a source port; null for others.
    Ptr<HostAgent> GetAgent(uint32_t port) const;
    const std::vector<Ptr<FabricSwitch>>& GetSwitches() const;

    uint32_t GetHeaderSize() const;
    uint32_t GetSegmentSize() const;
    /// Payload of the full segments of flows that start at a port.
    uint32_t GetSegmentSizeOf(uint32_t port) const;

    /// Register a flow with rate 0. The path leads from a source port to a last port.
    void StartFlow(const FabricFlow& flow);
    /// Payload bits per second and priority from now on. Ignored once the flow is sent. With queues
    /// (attribute Queues) the priority is the flow's queue, and the rate is of no account.
    void SetRate(uint32_t flow, double rate, uint8_t priority);
    /// Number of weighted queues; 0 when agents pace.
    uint32_t GetQueues() const;
    /// A queue's weight at a port and at the agent that feeds it, in any unit. @pre GetQueues() >
    /// queue, weight > 0.
    void SetQueueWeight(uint32_t port, uint32_t queue, double weight);
    /// Bytes that a flow may have on their way. @pre GetQueues() > 0, the flow has not ended.
    uint64_t WindowSize(uint32_t flow) const;
    /// The window that a flow starts with. @pre GetQueues() > 0.
    FlowWindow MakeWindow(const FabricFlow& flow) const;
    /// Bits that have not left the source; 0 once sent.
    double RemainingBits(uint32_t flow) const;
    /// Payload bits per second; 0 once sent, and with queues.
    double RateOf(uint32_t flow) const;
    /// For a flow whose last segment is being handed to its interface (FlowSent): when that is
    /// through at the flow's rate and, unless segments of other priorities wait there too, at the
    /// interface. Picoseconds.
    int64_t LeavesAt(uint32_t flow) const;

    /// The port by which a flow leaves its source. @pre the flow has not ended.
    uint32_t SourcePort(uint32_t flow) const;

    /// Flows started and not finished.
    uint32_t LiveFlows() const;
    /// Events of ports and agents that did not pass through the simulator's queue.
    uint64_t SoonEvents() const;
    uint64_t EmittedSegments() const;
    uint64_t SegmentHops() const;
    uint64_t DroppedSegments() const;
    /// Grows whenever an event is scheduled for the present time.
    uint64_t ImmediateEvents() const;

    /// Sinks of FlowStart, FlowSent and FlowEnd.
    typedef void (*FlowTracedCallback)(uint32_t flow);

    // For ports and agents.

    /// A segment has crossed a link that is not its last.
    void Forward(FabricSegment segment, int64_t now)
    {
        ++segment.hop;
        m_portTable[m_routes[segment.flow].path[segment.hop]]->Enqueue(segment, now);
    }

    /// The last port accepted a segment. @return whether it has all of the flow now.
    bool ReachLastPort(const FabricSegment& segment)
    {
        FlowRoute& route = m_routes[segment.flow];
        route.toReach -= segment.payload;
        return route.toReach == 0;
    }

    /// A segment is at its destination. @return whether the flow is complete (and gone).
    bool Arrive(const FabricSegment& segment)
    {
        FlowRoute& route = m_routes[segment.flow];
        route.toArrive -= segment.payload;
        if (route.toArrive > 0)
        {
            return false;
        }
        Finish(segment.flow);
        return true;
    }

    /// A hint that the segment moves on soon.
    void Prefetch(const FabricSegment& segment) const
    {
        __builtin_prefetch(&m_routes[segment.flow], 1);
    }

    FlowState& StateOf(uint32_t slot)
    {
        return m_flows[slot];
    }

    /**
     * Have a node act soon, outside the simulator's queue. @param now the time of the present
     * action.
     * @return false when the time is too far away: then use ScheduleAt.
     */
    bool ScheduleSoon(uint32_t node, int64_t time, int64_t now)
    {
        if (!m_wheel.Schedule(node, time, now))
        {
            return false;
        }
        if (!m_driving)
        {
            ScheduleDrive();
        }
        return true;
    }

    /// The same for a node that may be pending.
    bool RescheduleSoon(uint32_t node, int64_t time, int64_t now);

    int64_t SoonTimeOf(uint32_t node) const
    {
        return m_wheel.TimeOf(node);
    }

    /// Schedule an event of the simulator at an absolute time.
    void ScheduleAt(EventImpl* event, int64_t time);

    FlowWindow& WindowOf(uint32_t slot)
    {
        return m_windows[slot];
    }

    /// With queues: a segment will be at its destination at `arrival`, and its source hears so
    /// after the propagation delay of the way back.
    void Acknowledge(const FabricSegment& segment, int64_t arrival, int64_t now);

    void Lose(const FabricSegment& segment, int64_t now);
    void TellSent(uint32_t flow);
    uint32_t FlowIdOf(uint32_t slot) const;
    uint32_t NextStamp();

  protected:
    void DoDispose() override;

  private:
    static constexpr uint32_t NO_SLOT = 0xffffffff;
    static constexpr uint32_t FINISHED = 0xfffffffe;

    class DriveEvent;

    uint32_t SlotOf(uint32_t flow) const;
    /// Run the calendar's events from the present time up to the next event of the simulator.
    void Drive();
    void ScheduleDrive();
    void RunNode(uint32_t node, int64_t now, bool mayTell);
    void CheckPath(const FabricFlow& flow) const;
    void Finish(uint32_t slot);
    void HearLoss(uint32_t slot, uint32_t payload);

    // What a hop touches comes first.
    std::vector<FlowRoute> m_routes; ///< by slot
    std::vector<EgressPort*> m_portTable;
    std::vector<FlowState> m_flows; ///< by slot
    echelon::EventWheel m_wheel; ///< nodes 3p, 3p + 1 and 3p + 2: link, start and agent of port p
    Ptr<DriveEvent> m_driveEvent;
    int64_t m_driveAt{echelon::EventWheel::NEVER}; ///< earliest pending drive event
    bool m_driving{false};
    uint64_t m_soonEvents{0};
    std::vector<uint32_t> m_freeSlots;
    std::vector<uint32_t> m_slots; ///< by flow id: slot, NO_SLOT or FINISHED
    std::vector<Ptr<EgressPort>> m_ports;
    std::vector<Ptr<HostAgent>> m_agents;    ///< by port; null where none sends
    std::vector<uint32_t> m_portSegmentSize; ///< by port
    std::vector<Ptr<FabricSwitch>> m_switches;
    std::vector<FlowWindow> m_windows;          ///< by slot, with queues
    std::vector<Ptr<QueueAgent>> m_queueAgents; ///< by port; null where none sends, with queues
    uint32_t m_queues{0};
    uint64_t m_window{0};
    uint32_t m_segmentSize{0};
    uint32_t m_scaleUpSegmentSize{0};
    uint32_t m_headerSize{0};
    uint32_t m_stamp{0};
    uint32_t m_live{0};
    uint64_t m_immediate{0};

    TracedCallback<uint32_t> m_flowStartTrace;
    TracedCallback<uint32_t> m_flowSentTrace;
    TracedCallback<uint32_t> m_flowEndTrace;
};

} // namespace ns3

#endif /* FABRIC_NETWORK_H */
