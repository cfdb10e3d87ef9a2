// SPDX-License-Identifier: GPL-2.0-only
#include "egress-port.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/uinteger.h"

#include <utility>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(EgressPort);

TypeId
EgressPort::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::EgressPort")
            .SetParent<Object>()
            .SetGroupName("PacketNetwork")
            .AddConstructor<EgressPort>()
            .AddAttribute("DataRate",
                          "Rate of the link behind the port, headers included. Read when the port "
                          "is added to a network.",
                          DataRateValue(DataRate("100Gbps")),
                          MakeDataRateAccessor(&EgressPort::m_rate),
                          MakeDataRateChecker())
            .AddAttribute("Delay",
                          "Propagation delay of the link. Read when the port is added.",
                          TimeValue(NanoSeconds(500)),
                          MakeTimeAccessor(&EgressPort::m_delay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("QueueCapacity",
                          "Bytes on the wire that may wait, the segment in transmission not "
                          "counted. Ports that leave a host have no limit. Read when the port is "
                          "added.",
                          UintegerValue(16 << 20),
                          MakeUintegerAccessor(&EgressPort::m_queueCapacity),
                          MakeUintegerChecker<uint64_t>(1))
            .AddAttribute("CutThrough",
                          "Pass segments on as they arrive: the transmission starts with the "
                          "first bit, as far as the port is free. For ports that are as fast as "
                          "those before them.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&EgressPort::SetCutThrough, &EgressPort::CutsThrough),
                          MakeBooleanChecker())
            .AddTraceSource("Enqueue",
                            "A segment was accepted by the port.",
                            MakeTraceSourceAccessor(&EgressPort::m_enqueueTrace),
                            "ns3::EgressPort::SegmentTracedCallback")
            .AddTraceSource("Dequeue",
                            "The transmission of a segment starts.",
                            MakeTraceSourceAccessor(&EgressPort::m_dequeueTrace),
                            "ns3::EgressPort::SegmentTracedCallback")
            .AddTraceSource("Drop",
                            "A segment was lost because the port's buffer is full.",
                            MakeTraceSourceAccessor(&EgressPort::m_dropTrace),
                            "ns3::EgressPort::SegmentTracedCallback");
    return tid;
}

uint32_t
EgressPort::Attach(const std::shared_ptr<PacketEngine>& engine, Role role, bool scaleUp)
{
    NS_ABORT_MSG_IF(m_engine, "port " << m_name << " is part of a network already");
    NS_ABORT_MSG_IF(m_rate.GetBitRate() == 0, "port " << m_name << " has a data rate of 0");
    PortState state;
    state.role = role;
    state.cutThrough = m_cutThrough;
    state.traces = {&m_enqueueTrace, &m_dequeueTrace, &m_dropTrace};
    if (role != Role::SOURCE)
    {
        state.capacity = m_queueCapacity;
    }
    m_engine = engine;
    m_index =
        engine->AddPort(std::move(state), m_rate.GetBitRate(), m_delay.GetTimeStep(), scaleUp);
    return m_index;
}

PortState&
EgressPort::State() const
{
    NS_ABORT_MSG_IF(!m_engine, "port " << m_name << " is not part of a network");
    return m_engine->PortAt(m_index);
}

void
EgressPort::SetCutThrough(bool cutThrough)
{
    m_cutThrough = cutThrough;
    if (m_engine)
    {
        State().cutThrough = cutThrough;
    }
}

} // namespace ns3
