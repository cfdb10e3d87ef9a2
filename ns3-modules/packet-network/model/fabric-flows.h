// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The flows of a packet fabric: where they go, what they have left to send, and what has arrived.
 *
 *     FabricFlows flows(observer);
 *     uint32_t slot = flows.Add({7, 25000000, 2, {0, 9}}, 4096, now);
 *     flows.StateOf(slot).toSend;
 *
 * Callers name flows by ids, small integers that are not used twice. Inside the fabric a live flow
 * has a slot, which another flow takes over when it has ended. Every operation is O(1).
 *
 * Errors: fatal (NS_ABORT) for an id that is used twice or was never started.
 */
#ifndef FABRIC_FLOWS_H
#define FABRIC_FLOWS_H

#include "flow-state.h"
#include "segment.h"

#include <vector>

namespace ns3
{

/// Hears of flows, by id.
class FlowObserver
{
  public:
    virtual ~FlowObserver() = default;
    /// The source has handed the flow's last segment to its interface.
    virtual void OnFlowSent(uint32_t flow) = 0;
    /// The flow's last byte has arrived. May start flows and set rates, as may OnFlowSent.
    virtual void OnFlowEnd(uint32_t flow) = 0;
};

class FabricFlows
{
  public:
    static constexpr uint32_t ENDED = 0xfffffffe;

    explicit FabricFlows(FlowObserver& observer);

    /// @param segmentSize payload bytes of a full segment. @return the flow's slot.
    uint32_t Add(const FabricFlow& flow, uint32_t segmentSize, int64_t now);

    /// The slot of a flow, or ENDED.
    uint32_t SlotOf(uint32_t flow) const;

    FlowState& StateOf(uint32_t slot)
    {
        return m_states[slot];
    }

    const FlowState& StateOf(uint32_t slot) const
    {
        return m_states[slot];
    }

    /// The flow's window at its source, where queues share links.
    FlowWindow& WindowOf(uint32_t slot)
    {
        return m_windows[slot];
    }

    /// Give the flow a window.
    void SetWindow(uint32_t slot, const FlowWindow& window);

    /// The port of a hop of the flow's path.
    uint32_t PortAt(uint32_t slot, uint32_t hop) const
    {
        return m_routes[slot].path[hop];
    }

    /// The last port has accepted a segment. @return whether it has all of the flow now.
    bool ReachLastPort(const FabricSegment& segment)
    {
        Route& route = m_routes[segment.flow];
        route.toReach -= segment.payload;
        return route.toReach == 0;
    }

    /// A segment is at its destination. @return whether the flow is complete; it has ended then.
    bool Arrive(const FabricSegment& segment)
    {
        Route& route = m_routes[segment.flow];
        route.toArrive -= segment.payload;
        if (route.toArrive > 0)
        {
            return false;
        }
        End(segment.flow);
        return true;
    }

    /// A hint that the flow's segment moves on soon.
    void Prefetch(uint32_t slot) const
    {
        __builtin_prefetch(&m_routes[slot], 1);
    }

    /// Tell the observer that a flow is sent.
    void TellSent(uint32_t slot);

    /// A number that no flow has as its stamp; 0 is never one.
    uint32_t NextStamp();

    /// Flows that have started and not ended.
    uint32_t Live() const
    {
        return m_live;
    }

  private:
    static constexpr uint32_t NO_SLOT = 0xffffffff;

    /// What every hop of every segment looks up. Apart from the rest and small, so that it stays in
    /// the cache.
    struct Route
    {
        FlowPath path{};
        uint64_t toReach{0};  ///< bytes that the last port has not accepted yet
        uint64_t toArrive{0}; ///< bytes that are not at the destination yet
    };

    void End(uint32_t slot);

    std::vector<Route> m_routes;       ///< by slot
    std::vector<FlowState> m_states;   ///< by slot
    std::vector<FlowWindow> m_windows; ///< by slot; none where no flow has a window
    std::vector<uint32_t> m_freeSlots;
    std::vector<uint32_t> m_slots; ///< by flow id: slot, NO_SLOT or ENDED
    FlowObserver& m_observer;
    uint32_t m_stamp{0};
    uint32_t m_live{0};
};

} // namespace ns3

#endif /* FABRIC_FLOWS_H */
