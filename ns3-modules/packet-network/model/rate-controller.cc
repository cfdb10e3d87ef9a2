// SPDX-License-Identifier: GPL-2.0-only
#include "rate-controller.h"

namespace ns3
{

RateController::RateController(const EngineParts& parts, uint32_t port)
    : m_flows(parts.flows),
      m_ports(parts.ports),
      m_port(port),
      m_calendar(parts.calendar)
{
}

void
RateController::Start(uint32_t /* slot */, const FabricFlow& /* flow */)
{
}

void
RateController::Acknowledge(const FabricSegment& /* segment */,
                            int64_t /* arrival */,
                            int64_t /* now */)
{
}

void
RateController::HandOver(uint32_t slot, uint32_t payload, int64_t now)
{
    FlowState& flow = m_flows.StateOf(slot);
    ++m_emitted;
    const bool tell = flow.toSend == 0 && !flow.sent;
    flow.sent = flow.sent || tell;
    m_ports.Enqueue(m_port, {slot, payload, 0, flow.priority, false}, now);
    if (tell)
    {
        m_flows.TellSent(slot);
    }
}

void
RateController::WakeAt(int64_t time, int64_t now, bool atClock)
{
    const uint32_t node = NodeOf(m_port, PortNode::SOURCE);
    if (atClock)
    {
        m_calendar.ScheduleAt(node, time);
    }
    else
    {
        m_calendar.ScheduleFirst(node, time, now);
    }
}

} // namespace ns3
