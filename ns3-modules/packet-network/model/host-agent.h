// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The sender at a host's (or GPU's) interface: paces every flow at its allocated payload rate.
 *
 *     agent->SetRate(slot, 1e9, 3, now);   // from now on; rate 0 pauses the flow
 *
 * Segment k of a flow is handed to the interface when the flow's credit reaches the bytes before it
 * (see flow-state.h), so the flow's last bit leaves no later than in the fluid model plus the queue
 * at the interface, and at most one segment's time at the flow's rate before. The interface serves
 * its flows in order of due time.
 * One pending event per agent; O(log flows) per segment and per change of rate.
 */
#ifndef HOST_AGENT_H
#define HOST_AGENT_H

#include "flow-state.h"

#include "ns3/event-impl.h"
#include "ns3/object.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace ns3
{

class EgressPort;
class FabricNetwork;

/// Paces the flows that leave by one port; base of QueueAgent (queue-agent.h).
class HostAgent : public Object
{
  public:
    static TypeId GetTypeId();

    HostAgent();
    ~HostAgent() override;

    /// Called once, by FabricNetwork::AddPort.
    void Attach(FabricNetwork* network, EgressPort* port);

    /// New rate (payload bits per second) and priority of a flow from `now` (picoseconds) on.
    virtual void SetRate(uint32_t slot, double rate, uint8_t priority, int64_t now);

    /// Bytes of a flow were lost; they are sent again at the flow's last rate.
    virtual void Resend(uint32_t slot, uint32_t payload, int64_t now);

    /// The calendar's node of the agent.
    void SetNode(uint32_t node);

    /// Emit what is due by now. @param mayTell whether FlowSent may be told, i.e. the simulator's
    /// clock stands at `now`.
    virtual void Pace(int64_t now, bool mayTell);

    Ptr<EgressPort> GetPort() const;

    /// Segments handed to the interface so far.
    uint64_t EmittedSegments() const;

  protected:
    static constexpr int64_t NEVER = std::numeric_limits<int64_t>::max();

    void DoDispose() override;

    /// Whether the flow's next segment is its last, of which FlowSent is to be told.
    static bool Tells(const FlowState& flow);
    /// Act at a time: by the simulator, or by the fabric's calendar.
    void WakeAt(int64_t time, int64_t now, bool bySimulator);

    /// Take the flow's next segment. @return its payload.
    static uint32_t TakeSegment(FlowState& flow)
    {
        const uint64_t payload = std::min<uint64_t>(flow.segmentSize, flow.toSend);
        flow.emitted += payload;
        flow.toSend -= payload;
        return static_cast<uint32_t>(payload);
    }

    /// Hand a segment that was taken to the interface, and tell FlowSent if it was the last.
    void HandOver(uint32_t slot, uint32_t payload, int64_t now);

    FabricNetwork* m_network{nullptr};
    EgressPort* m_port{nullptr};

  private:
    class PaceEvent;

    /// A flow and the time its next segment is due. Valid if the stamp is still the flow's.
    struct Entry
    {
        int64_t due;
        uint32_t stamp;
        uint32_t slot;

        bool operator<(const Entry& other) const
        {
            return due < other.due || (due == other.due && stamp < other.stamp);
        }
    };

    /// The simulator's event.
    void OnEvent();
    /// Make sure that an event is pending at the first due time.
    void Wake(int64_t now);
    void Push(uint32_t slot);
    void Invalidate(FlowState& flow);
    void PopTop();
    void SiftDown(std::size_t i);
    void DropStaleEntries();

    Ptr<PaceEvent> m_event;
    std::vector<Entry> m_heap; ///< binary min-heap
    std::size_t m_stale{0};    ///< entries that are no longer valid
    int64_t m_wakeAt{NEVER};   ///< the simulator's earliest pending event
    uint32_t m_node{0};
    bool m_pacing{false}; ///< inside Pace()
    uint64_t m_emitted{0};
};

} // namespace ns3

#endif /* HOST_AGENT_H */
