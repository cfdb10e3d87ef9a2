// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The packet fabric as an ns-3 object: egress ports and switches, attributes, and trace sources of
 * flows.
 *
 *     FabricNetwork::UsePicoseconds();                        // before any simulated time passes
 *     Ptr<FabricNetwork> network = helper.Create();           // or CreateObject and AddPort
 *     network->StartFlow({7, 25000000, 2, {0, 9}});  network->SetRate(7, 98e9, 0);
 *     Simulator::Run();
 *
 * What happens is in packet-engine.h, which this object sets up and makes visible. There are two
 * ways to enforce a flow scheduler's decisions. By default sources pace each flow at its rate
 * (paced-rates.h), and switches serve by strict priority. With the attribute Queues (1 … 8) hosts
 * and switches share each link among that many queues by weights, and a window per flow keeps
 * buffers short (line-rate.h).
 *
 * Flows have ids of the caller's choice, small integers that are not used twice. A flow sends
 * nothing until SetRate names it. The source of a lost segment hears of the loss after the
 * propagation delay of the way back and sends the bytes again (selective retransmission,
 * idealised), so every flow with a rate ends.
 *
 * Whoever asks the fabric something at a time finds everything before that time done, although the
 * fabric may run ahead of the simulator's loop (fabric-calendar.h). Simulator is process-wide, and
 * so is the fabric: one network per run, disposed of before Simulator::Destroy. Times are
 * picoseconds, because at nanoseconds a 4 KiB segment at 400 Gb/s (83.56 ns) would be off by more
 * than a half per cent.
 *
 * Errors: fatal (NS_ABORT) for paths that do not fit the ports, ids used twice, bad rates.
 */
#ifndef FABRIC_NETWORK_H
#define FABRIC_NETWORK_H

#include "egress-port.h"
#include "fabric-switch.h"
#include "packet-engine.h"

#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <memory>
#include <vector>

namespace ns3
{

/// Ports, switches and flows.
class FabricNetwork : public Object, private FlowObserver
{
  public:
    static TypeId GetTypeId();

    /// Set ns-3's time resolution to picoseconds; call it first thing in main. Harmless when
    /// repeated.
    static void UsePicoseconds();

    /// Let sources be controlled otherwise than by PacedRates or LineRate. Called before ports are
    /// added.
    void SetControllers(ControllerMaker maker);

    /// The network's attributes are read when the first port is added.
    /// @param scaleUp whether flows that start here use ScaleUpSegmentSize. @return the port's
    /// index.
    uint32_t AddPort(Ptr<EgressPort> port, EgressPort::Role role, bool scaleUp = false);

    void AddSwitch(Ptr<FabricSwitch> node)
    {
        m_switches.push_back(node);
    }

    uint32_t GetPorts() const
    {
        return static_cast<uint32_t>(m_ports.size());
    }

    Ptr<EgressPort> GetPort(uint32_t index) const;

    const std::vector<Ptr<FabricSwitch>>& GetSwitches() const
    {
        return m_switches;
    }

    uint32_t GetHeaderSize() const
    {
        return m_headerSize;
    }

    uint32_t GetSegmentSize() const
    {
        return m_segmentSize;
    }

    /// Number of weighted queues; 0 when sources pace flows.
    uint32_t GetQueues() const
    {
        return m_queues;
    }

    /// What runs the network. @pre a port was added.
    PacketEngine& GetEngine() const;

    /// Register a flow with rate 0. The path leads from a source port to a last port.
    void StartFlow(const FabricFlow& flow);
    /// Payload bits per second and priority from now on. Ignored once the flow is sent. With queues
    /// the priority is the flow's queue, and the rate is of no account.
    void SetRate(uint32_t flow, double rate, uint8_t priority);

    /// A queue's weight at a port and at the source that feeds it, in any unit. @pre GetQueues() >
    /// queue, weight > 0.
    void SetQueueWeight(uint32_t port, uint32_t queue, double weight)
    {
        GetEngine().SetQueueWeight(port, queue, weight);
    }

    /// Bits that have not left the source; 0 once sent.
    double RemainingBits(uint32_t flow) const;

    /// Flows that have started and not ended.
    uint32_t LiveFlows() const
    {
        return GetEngine().LiveFlows();
    }

    /// Events of ports and sources that did not pass through the simulator's queue.
    uint64_t SoonEvents() const
    {
        return GetEngine().Calendar().SoonEvents();
    }

    uint64_t EmittedSegments() const
    {
        return GetEngine().Counts().emitted;
    }

    uint64_t SegmentHops() const
    {
        return GetEngine().Counts().hops;
    }

    uint64_t DroppedSegments() const
    {
        return GetEngine().Counts().dropped;
    }

    /// Sinks of FlowStart, FlowSent and FlowEnd.
    typedef void (*FlowTracedCallback)(uint32_t flow);

  protected:
    void DoDispose() override;

  private:
    void OnFlowSent(uint32_t flow) override;
    void OnFlowEnd(uint32_t flow) override;

    ControllerMaker m_controllers;          ///< null: the kind that the attribute Queues asks for
    std::shared_ptr<PacketEngine> m_engine; ///< shared with the ports
    std::vector<Ptr<EgressPort>> m_ports;
    std::vector<Ptr<FabricSwitch>> m_switches;
    uint32_t m_queues{0};
    uint64_t m_window{0};
    uint32_t m_segmentSize{0};
    uint32_t m_scaleUpSegmentSize{0};
    uint32_t m_headerSize{0};

    TracedCallback<uint32_t> m_flowStartTrace;
    TracedCallback<uint32_t> m_flowSentTrace;
    TracedCallback<uint32_t> m_flowEndTrace;
};

} // namespace ns3

#endif /* FABRIC_NETWORK_H */
