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

/// A kind of switch that has nothing but its name.
template <class Kind>
static TypeId
KindOf(const char* name)
{
    return TypeId(name)
        .SetParent<FabricSwitch>()
        .SetGroupName("PacketNetwork")
        .template AddConstructor<Kind>();
}

TypeId
FabricSwitch::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FabricSwitch")
                            .SetParent<Object>()
                            .SetGroupName("PacketNetwork")
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
    static TypeId tid = KindOf<LeafSwitch>("ns3::LeafSwitch");
    return tid;
}

TypeId
SpineSwitch::GetTypeId()
{
    static TypeId tid = KindOf<SpineSwitch>("ns3::SpineSwitch");
    return tid;
}

TypeId
BigSwitch::GetTypeId()
{
    static TypeId tid = KindOf<BigSwitch>("ns3::BigSwitch");
    return tid;
}

TypeId
ScaleUpSwitch::GetTypeId()
{
    static TypeId tid = KindOf<ScaleUpSwitch>("ns3::ScaleUpSwitch");
    return tid;
}

void
FabricSwitch::DoDispose()
{
    m_ports.clear();
    Object::DoDispose();
}

} // namespace ns3
