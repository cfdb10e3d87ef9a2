// SPDX-License-Identifier: GPL-2.0-only
#include "fabric-switch.h"

#include "ns3/object-vector.h"
#include "ns3/string.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FabricSwitch);
NS_OBJECT_ENSURE_REGISTERED(LeafSwitch);
NS_OBJECT_ENSURE_REGISTERED(SpineSwitch);
NS_OBJECT_ENSURE_REGISTERED(BigSwitch);
NS_OBJECT_ENSURE_REGISTERED(ScaleUpSwitch);

TypeId
FabricSwitch::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FabricSwitch")
                            .SetParent<Object>()
                            .SetGroupName("LeafSpine")
                            .AddConstructor<FabricSwitch>()
                            .AddAttribute("Name",
                                          "What the switch is called in figures, e.g. \"leaf3\".",
                                          StringValue("switch"),
                                          MakeStringAccessor(&FabricSwitch::m_name),
                                          MakeStringChecker())
                            .AddAttribute("Ports",
                                          "The egress ports of the switch.",
                                          ObjectVectorValue(),
                                          MakeObjectVectorAccessor(&FabricSwitch::m_ports),
                                          MakeObjectVectorChecker<EgressPort>());
    return tid;
}

TypeId
LeafSwitch::GetTypeId()
{
    static TypeId tid = TypeId("ns3::LeafSwitch")
                            .SetParent<FabricSwitch>()
                            .SetGroupName("LeafSpine")
                            .AddConstructor<LeafSwitch>();
    return tid;
}

TypeId
SpineSwitch::GetTypeId()
{
    static TypeId tid = TypeId("ns3::SpineSwitch")
                            .SetParent<FabricSwitch>()
                            .SetGroupName("LeafSpine")
                            .AddConstructor<SpineSwitch>();
    return tid;
}

TypeId
BigSwitch::GetTypeId()
{
    static TypeId tid = TypeId("ns3::BigSwitch")
                            .SetParent<FabricSwitch>()
                            .SetGroupName("LeafSpine")
                            .AddConstructor<BigSwitch>();
    return tid;
}

TypeId
ScaleUpSwitch::GetTypeId()
{
    static TypeId tid = TypeId("ns3::ScaleUpSwitch")
                            .SetParent<FabricSwitch>()
                            .SetGroupName("LeafSpine")
                            .AddConstructor<ScaleUpSwitch>();
    return tid;
}

FabricSwitch::FabricSwitch() = default;
FabricSwitch::~FabricSwitch() = default;

void
FabricSwitch::DoDispose()
{
    m_ports.clear();
    Object::DoDispose();
}

void
FabricSwitch::AddPort(Ptr<EgressPort> port)
{
    m_ports.push_back(port);
}

const std::vector<Ptr<EgressPort>>&
FabricSwitch::GetPorts() const
{
    return m_ports;
}

const std::string&
FabricSwitch::GetName() const
{
    return m_name;
}

uint64_t
FabricSwitch::SentSegments() const
{
    uint64_t sum = 0;
    for (const Ptr<EgressPort>& port : m_ports)
    {
        sum += port->SentSegments();
    }
    return sum;
}

uint64_t
FabricSwitch::SentBytes() const
{
    uint64_t sum = 0;
    for (const Ptr<EgressPort>& port : m_ports)
    {
        sum += port->SentBytes();
    }
    return sum;
}

uint64_t
FabricSwitch::DroppedSegments() const
{
    uint64_t sum = 0;
    for (const Ptr<EgressPort>& port : m_ports)
    {
        sum += port->DroppedSegments();
    }
    return sum;
}

} // namespace ns3
