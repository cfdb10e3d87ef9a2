// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The packet fabric's data plane as plain state: ports, sources and flows in vectors, and the
 * calendar that makes them act.
 *
 *     PacketEngine engine({4096, 65536, 82, 0, 0}, observer);
 *     const uint32_t source = engine.AddPort(sourcePort, false);
 *     const uint32_t last = engine.AddPort(lastPort, false);
 *     engine.StartFlow({7, 25000000, 2, {source, last}}, now);  engine.SetRate(7, 98e9, 0, now);
 *
 * It knows nothing of the ns-3 objects that give it attributes, names and trace sources
 * (fabric-network.h, egress-port.h); of ns-3 it uses the simulator. Its parts stand on each other:
 * flows (fabric-flows.h) and calendar (fabric-calendar.h) below, ports (port-engine.h) on them, and
 * at every port where flows start a controller (rate-controller.h) that decides when they send.
 *
 * Times are picoseconds, rates bits of payload per second. A segment takes one event per hop but
 * the last, none there, and one for its emission. Errors: fatal (NS_ABORT) for paths that do not
 * fit the ports, ids used twice, bad rates; echelon::TimeOverflow.
 */
#ifndef PACKET_ENGINE_H
#define PACKET_ENGINE_H

#include "fabric-calendar.h"
#include "fabric-flows.h"
#include "port-engine.h"
#include "rate-controller.h"

#include <memory>
#include <vector>

namespace ns3
{

/// Sizes in bytes.
struct EngineOptions
{
    uint32_t segmentSize{4096};         ///< payload of a full segment between hosts
    uint32_t scaleUpSegmentSize{65536}; ///< payload of a full segment inside a host
    uint32_t headerSize{82};            ///< on the wire besides the payload
    uint32_t queues{0};                 ///< that share links by weights; 0: sources pace flows
    uint64_t window{0};                 ///< with queues, of a flow; 0: by its path
    ControllerMaker controllers{};      ///< null: LineRate with queues, else PacedRates
};

/// Segments so far.
struct SegmentCounts
{
    uint64_t emitted{0}; ///< handed to interfaces by sources
    uint64_t hops{0};    ///< sent over a link
    uint64_t dropped{0}; ///< lost because a buffer was full
};

class PacketEngine : private CalendarUser
{
  public:
    PacketEngine(const EngineOptions& options, FlowObserver& observer);

    /// @param port with its role and capacity. @param rate of the link in bit/s. @param delay of
    /// the link. @param scaleUp whether flows that start here use scaleUpSegmentSize.
    /// @return the port's index.
    uint32_t AddPort(PortState port, uint64_t rate, int64_t delay, bool scaleUp);

    PortState& PortAt(uint32_t port);

    uint32_t Ports() const
    {
        return m_ports.Size();
    }

    /// Register a flow. The path leads from a source port to a last port.
    void StartFlow(const FabricFlow& flow, int64_t now);

    /// A decision on a flow. Ignored once the flow is sent.
    void SetRate(uint32_t flow, double rate, uint8_t priority, int64_t now);

    /// A queue's weight at a port, among the flows that start there or those that pass.
    void SetQueueWeight(uint32_t port, uint32_t queue, double weight);

    /// Bits that have not left the source; 0 once sent.
    double RemainingBits(uint32_t flow, int64_t now) const;
    /// 0 once sent, and with queues.
    double RateOf(uint32_t flow) const;
    /// For a flow of which FlowSent is being told: when its last bit is through at the flow's rate
    /// and, unless segments of other priorities wait there too, at the interface.
    int64_t LeavesAt(uint32_t flow) const;
    /// The window that a flow starts with, where there are queues.
    FlowWindow WindowFor(const FabricFlow& flow) const;
    /// Bytes that a flow may have on their way. @pre there are queues, the flow has not ended.
    uint64_t WindowSize(uint32_t flow);
    /// The port by which a flow leaves its source. @pre the flow has not ended.
    uint32_t SourcePort(uint32_t flow) const;

    /// Flows that have started and not ended.
    uint32_t LiveFlows() const
    {
        return m_flows.Live();
    }

    const FabricCalendar& Calendar() const
    {
        return m_calendar;
    }

    SegmentCounts Counts() const;

    /// No part acts any more.
    void Stop()
    {
        m_calendar.Stop();
    }

  private:
    void Act(uint32_t node, int64_t now, bool atClock) override;
    std::unique_ptr<RateController> MakeController(uint32_t port);
    void CheckPath(const FabricFlow& flow) const;

    const RateController& SourceOf(uint32_t slot) const
    {
        return *m_sources[m_flows.PortAt(slot, 0)];
    }

    const EngineOptions m_options;
    FabricFlows m_flows;
    FabricCalendar m_calendar;
    PortEngine m_ports;
    std::vector<std::unique_ptr<RateController>> m_sources; ///< by port; null where none starts
};

} // namespace ns3

#endif /* PACKET_ENGINE_H */
