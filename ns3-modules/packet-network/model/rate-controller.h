// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What decides when the flows that leave by one port send: one object per source port.
 *
 *     class LineRate : public RateController { … };          // one file per kind of controller
 *     controller.Decide(slot, 1e9, 3, now);                  // the coordinator has decided
 *     controller.Emit(now, true);                            // the time it asked for has come
 *
 * There are two kinds. PacedRates sends each flow at the rate that the coordinator gave it.
 * LineRate sends as fast as the interface does, from weighted queues and within a window per flow.
 * A controller that finds rates by itself, as congestion control does, hears of arrivals and losses
 * by SourceFeedback, and asks for times to act by WakeAt.
 *
 * To add a kind, write one file with a class and give FabricNetwork::SetControllers what makes it;
 * examples/ns3-rate-controller.cc does. Flows are named by slots (fabric-flows.h); times are
 * picoseconds, rates payload bits per second.
 */
#ifndef RATE_CONTROLLER_H
#define RATE_CONTROLLER_H

#include "fabric-calendar.h"
#include "fabric-flows.h"
#include "port-engine.h"

#include <functional>
#include <memory>

namespace ns3
{

/// What a controller works with.
struct EngineParts
{
    FabricFlows& flows;
    PortEngine& ports;
    FabricCalendar& calendar;
};

class RateController : public SourceFeedback
{
  public:
    RateController(const EngineParts& parts, uint32_t port);

    /// A flow has started that leaves by this port. It must not send before a decision.
    virtual void Start(uint32_t slot, const FabricFlow& flow);

    /// The coordinator has decided: the flow's rate, and its priority or queue. @pre not sent.
    virtual void Decide(uint32_t slot, double rate, uint8_t priority, int64_t now) = 0;

    /// Emit what is due by now, and ask for the next time. @param mayTell whether the simulator's
    /// clock stands at `now`; if not, a flow's last segment must wait, because FlowSent is told.
    virtual void Emit(int64_t now, bool mayTell) = 0;

    /// Bits that have not left the source. @pre not sent.
    virtual double RemainingBits(uint32_t slot, int64_t now) const = 0;

    /// For a flow whose last segment is being handed over: when its last bit has left.
    virtual int64_t LeavesAt(uint32_t slot) const = 0;

    void Acknowledge(const FabricSegment& segment, int64_t arrival, int64_t now) override;

    /// Segments handed to the interface so far.
    uint64_t EmittedSegments() const
    {
        return m_emitted;
    }

  protected:
    /// Whether the flow's next segment is its last, of which FlowSent is to be told.
    static bool Tells(const FlowState& flow)
    {
        return flow.toSend <= flow.segmentSize && !flow.sent;
    }

    /// Take the flow's next segment. @return its payload.
    static uint32_t TakeSegment(FlowState& flow)
    {
        const uint64_t payload = std::min<uint64_t>(flow.segmentSize, flow.toSend);
        flow.emitted += payload;
        flow.toSend -= payload;
        return static_cast<uint32_t>(payload);
    }

    /// Hand a segment that was taken to the interface, and tell FlowSent if it was the last. May
    /// start flows and bring decisions.
    void HandOver(uint32_t slot, uint32_t payload, int64_t now);

    /// Have Emit called at a time. @param atClock whether by an event of the simulator.
    void WakeAt(int64_t time, int64_t now, bool atClock);

    const PortState& Port() const
    {
        return m_ports.At(m_port);
    }

    FabricFlows& m_flows;
    PortEngine& m_ports;
    const uint32_t m_port;

  private:
    FabricCalendar& m_calendar;
    uint64_t m_emitted{0};
};

/// Makes the controller of a source port.
using ControllerMaker =
    std::function<std::unique_ptr<RateController>(const EngineParts& parts, uint32_t port)>;

} // namespace ns3

#endif /* RATE_CONTROLLER_H */
