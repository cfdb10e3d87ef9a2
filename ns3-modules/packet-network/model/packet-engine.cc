// SPDX-License-Identifier: GPL-2.0-only
#include "packet-engine.h"

#include "line-rate.h"
#include "paced-rates.h"

#include "ns3/abort.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace ns3
{

static bool
IsFinite(double value)
{
    return value <= std::numeric_limits<double>::max();
}

PacketEngine::PacketEngine(const EngineOptions& options, FlowObserver& observer)
    : m_options(options),
      m_flows(observer),
      m_calendar(*this),
      m_ports(m_flows, m_calendar)
{
}

uint32_t
PacketEngine::AddPort(PortState port, uint64_t rate, int64_t delay, bool scaleUp)
{
    const bool isSource = port.role == PortRole::SOURCE;
    port.SetLink(rate,
                 delay,
                 m_options.headerSize,
                 scaleUp ? m_options.scaleUpSegmentSize : m_options.segmentSize);
    // One queue is a FIFO queue, whatever its weight: the port may commit ahead.
    port.weighted = m_options.queues > 1 && !isSource;
    port.acknowledges =
        port.role == PortRole::LAST && (m_options.queues > 0 || m_options.controllers);
    // What lies further ahead goes through the simulator's queue.
    constexpr int64_t FARTHEST = int64_t{1} << 50;
    const int64_t lookAhead = std::min(port.LookAhead(), FARTHEST);
    m_calendar.AddNode(lookAhead); // PortNode::LINK
    m_calendar.AddNode(lookAhead); // PortNode::START
    // A source with windows waits for acknowledgements: the way there and back.
    m_calendar.AddNode(m_options.queues > 0 ? 8 * lookAhead : 0); // PortNode::SOURCE
    const uint32_t index = m_ports.Add(std::move(port));
    m_sources.push_back(isSource ? MakeController(index) : nullptr);
    m_ports.At(index).source = m_sources.back().get();
    return index;
}

std::unique_ptr<RateController>
PacketEngine::MakeController(uint32_t port)
{
    const EngineParts parts{m_flows, m_ports, m_calendar};
    if (m_options.controllers)
    {
        return m_options.controllers(parts, port);
    }
    if (m_options.queues > 0)
    {
        return std::make_unique<LineRate>(parts, port, m_options.window);
    }
    return std::make_unique<PacedRates>(parts, port);
}

PortState&
PacketEngine::PortAt(uint32_t port)
{
    NS_ABORT_MSG_IF(port >= m_ports.Size(), "there is no port " << port);
    return m_ports.At(port);
}

void
PacketEngine::CheckPath(const FabricFlow& flow) const
{
    NS_ABORT_MSG_IF(flow.hops < 2 || flow.hops > FABRIC_MAX_HOPS,
                    "flow " << flow.id << " has a path of " << flow.hops << " links");
    for (uint32_t hop = 0; hop < flow.hops; ++hop)
    {
        const uint32_t port = flow.path[hop];
        NS_ABORT_MSG_IF(port >= m_ports.Size(),
                        "flow " << flow.id << " crosses port " << port << " of " << m_ports.Size());
        const PortRole expected = hop == 0               ? PortRole::SOURCE
                                  : hop + 1 == flow.hops ? PortRole::LAST
                                                         : PortRole::TRANSIT;
        NS_ABORT_MSG_IF(m_ports.At(port).role != expected,
                        "flow " << flow.id << ": port " << port << " cannot be hop " << hop
                                << " of " << flow.hops);
    }
}

void
PacketEngine::StartFlow(const FabricFlow& flow, int64_t now)
{
    CheckPath(flow);
    const uint32_t source = flow.path[0];
    m_sources[source]->Start(m_flows.Add(flow, m_ports.At(source).segmentSize, now), flow);
}

void
PacketEngine::SetRate(uint32_t flow, double rate, uint8_t priority, int64_t now)
{
    NS_ABORT_MSG_IF(!(rate >= 0 && IsFinite(rate)),
                    "flow " << flow << ": a rate is finite and not negative");
    const uint32_t priorities = m_options.queues > 0 ? m_options.queues : FABRIC_PRIORITIES;
    NS_ABORT_MSG_IF(priority >= priorities,
                    "flow " << flow << ": priorities are 0 to " << priorities - 1);
    const uint32_t slot = m_flows.SlotOf(flow);
    if (slot != FabricFlows::ENDED && !m_flows.StateOf(slot).sent)
    {
        m_sources[m_flows.PortAt(slot, 0)]->Decide(slot, rate, priority, now);
    }
}

void
PacketEngine::SetQueueWeight(uint32_t port, uint32_t queue, double weight)
{
    NS_ABORT_MSG_IF(queue >= m_options.queues,
                    "there is no queue " << queue << " of " << m_options.queues);
    NS_ABORT_MSG_IF(!(weight > 0 && IsFinite(weight)), "weights are positive and finite");
    PortAt(port).shares.SetWeight(queue, weight);
}

double
PacketEngine::RemainingBits(uint32_t flow, int64_t now) const
{
    const uint32_t slot = m_flows.SlotOf(flow);
    return slot == FabricFlows::ENDED || m_flows.StateOf(slot).sent
               ? 0
               : SourceOf(slot).RemainingBits(slot, now);
}

double
PacketEngine::RateOf(uint32_t flow) const
{
    const uint32_t slot = m_flows.SlotOf(flow);
    return slot == FabricFlows::ENDED || m_flows.StateOf(slot).sent ? 0
                                                                    : m_flows.StateOf(slot).rate;
}

int64_t
PacketEngine::LeavesAt(uint32_t flow) const
{
    const uint32_t slot = m_flows.SlotOf(flow);
    return SourceOf(slot).LeavesAt(slot);
}

FlowWindow
PacketEngine::WindowFor(const FabricFlow& flow) const
{
    return MakeWindow(m_ports, flow, m_options.window);
}

uint64_t
PacketEngine::WindowSize(uint32_t flow)
{
    const uint32_t slot = m_flows.SlotOf(flow);
    NS_ABORT_MSG_IF(m_options.queues == 0 || slot == FabricFlows::ENDED,
                    "flow " << flow << " has no window");
    return m_flows.WindowOf(slot).size;
}

uint32_t
PacketEngine::SourcePort(uint32_t flow) const
{
    const uint32_t slot = m_flows.SlotOf(flow);
    NS_ABORT_MSG_IF(slot == FabricFlows::ENDED, "flow " << flow << " has ended");
    return m_flows.PortAt(slot, 0);
}

void
PacketEngine::Act(uint32_t node, int64_t now, bool atClock)
{
    const uint32_t port = node / NODES_PER_PORT;
    switch (static_cast<PortNode>(node % NODES_PER_PORT))
    {
    case PortNode::LINK:
        m_ports.ActLink(port, now);
        return;
    case PortNode::START:
        m_ports.StartNext(port, now);
        return;
    case PortNode::SOURCE:
        m_sources[port]->Emit(now, atClock);
    }
}

SegmentCounts
PacketEngine::Counts() const
{
    SegmentCounts counts;
    for (uint32_t port = 0; port < m_ports.Size(); ++port)
    {
        counts.hops += m_ports.At(port).sentSegments;
        counts.dropped += m_ports.At(port).dropped;
        counts.emitted += m_sources[port] ? m_sources[port]->EmittedSegments() : 0;
    }
    return counts;
}

} // namespace ns3
