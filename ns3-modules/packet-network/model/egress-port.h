// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * An egress port and the link behind it as an ns-3 object: attributes, trace sources and figures.
 *
 *     Ptr<EgressPort> port = network->GetPort(3);
 *     port->TraceConnectWithoutContext("Drop", MakeCallback(&OnDrop));
 *     port->SentSegments(); port->SentBytes(); port->MaxQueue();
 *
 * What the port does is in port-engine.h; its state belongs to the network's engine. Attributes are
 * read when the port is added to a network, but for CutThrough, which may change later.
 *
 * Errors: fatal (NS_ABORT) for figures of a port that is not part of a network.
 */
#ifndef EGRESS_PORT_H
#define EGRESS_PORT_H

#include "packet-engine.h"

#include "ns3/data-rate.h"
#include "ns3/nstime.h"
#include "ns3/object.h"

#include <memory>
#include <string>

namespace ns3
{

/// One direction of a link, with the queues in front of it.
class EgressPort : public Object
{
  public:
    using Role = PortRole;

    static TypeId GetTypeId();

    /// Called once, by FabricNetwork::AddPort. @return the port's index.
    uint32_t Attach(const std::shared_ptr<PacketEngine>& engine, Role role, bool scaleUp);

    void SetName(const std::string& name)
    {
        m_name = name;
    }

    const std::string& GetName() const
    {
        return m_name;
    }

    Role GetRole() const
    {
        return State().role;
    }

    DataRate GetDataRate() const
    {
        return m_rate;
    }

    void SetCutThrough(bool cutThrough);

    bool CutsThrough() const
    {
        return m_cutThrough;
    }

    /// Load and backlog over time. Enable it before the simulation, and read it after.
    echelon::LoadSeries& GetLoad()
    {
        return State().load;
    }

    /// Segments whose last bit has reached the other end of the link.
    uint64_t SentSegments() const
    {
        return State().sentSegments;
    }

    /// Their bytes on the wire.
    uint64_t SentBytes() const
    {
        return State().sentPayload + State().sentSegments * State().header;
    }

    uint64_t DroppedSegments() const
    {
        return State().dropped;
    }

    /// Largest backlog seen, in bytes on the wire, without the segment in transmission.
    uint64_t MaxQueue() const
    {
        return State().maxQueue;
    }

    /// Sinks of Enqueue, Dequeue (start of transmission) and Drop.
    typedef void (*SegmentTracedCallback)(const SegmentRecord& segment);

  private:
    PortState& State() const;

    std::string m_name;
    DataRate m_rate;
    Time m_delay;
    uint64_t m_queueCapacity{0};
    bool m_cutThrough{false};
    std::shared_ptr<PacketEngine> m_engine;
    uint32_t m_index{0};

    SegmentTrace m_enqueueTrace;
    SegmentTrace m_dequeueTrace;
    SegmentTrace m_dropTrace;
};

} // namespace ns3

#endif /* EGRESS_PORT_H */
