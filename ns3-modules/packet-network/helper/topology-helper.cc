// SPDX-License-Identifier: GPL-2.0-only
#include "topology-helper.h"

#include "network/topology.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/fabric-switch.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <map>
#include <utility>

namespace ns3
{

static bool
IsEndpoint(echelon::NodeKind kind)
{
    return kind == echelon::NodeKind::HOST || kind == echelon::NodeKind::DEVICE;
}

template <class Kind>
static Ptr<FabricSwitch>
Named(const char* name, uint32_t index)
{
    Ptr<FabricSwitch> made = CreateObject<Kind>();
    made->SetAttribute("Name", StringValue(name + std::to_string(index)));
    return made;
}

static Ptr<FabricSwitch>
MakeSwitch(echelon::Node node)
{
    switch (node.kind)
    {
    case echelon::NodeKind::LEAF:
        return Named<LeafSwitch>("leaf", node.index);
    case echelon::NodeKind::SPINE:
        return Named<SpineSwitch>("spine", node.index);
    case echelon::NodeKind::BIG_SWITCH:
        return Named<BigSwitch>("switch", node.index);
    case echelon::NodeKind::SCALE_UP_SWITCH:
        return Named<ScaleUpSwitch>("scale-up", node.index);
    default:
        NS_ABORT_MSG("an endpoint is not a switch");
    }
}

Ptr<FabricNetwork>
BuildFabricNetwork(const echelon::Topology& topology,
                   Ptr<FabricNetwork> network,
                   uint64_t queueCapacity)
{
    std::map<std::pair<echelon::NodeKind, uint32_t>, Ptr<FabricSwitch>> switches;
    for (std::size_t l = 0; l < topology.Links().size(); ++l)
    {
        const echelon::Link& link = topology.Links()[l];
        Ptr<EgressPort> port = CreateObject<EgressPort>();
        port->SetName(link.name);
        port->SetAttribute("DataRate",
                           DataRateValue(DataRate(static_cast<uint64_t>(std::llround(link.rate)))));
        port->SetAttribute("Delay", TimeValue(PicoSeconds(link.delay.Picoseconds())));
        port->SetAttribute("QueueCapacity", UintegerValue(queueCapacity));
        // The switch inside a host passes on what arrives while it arrives; its ports are all
        // alike.
        port->SetAttribute("CutThrough", BooleanValue(link.to.kind == echelon::NodeKind::DEVICE));
        const auto role = IsEndpoint(link.from.kind) ? EgressPort::Role::SOURCE
                          : IsEndpoint(link.to.kind) ? EgressPort::Role::LAST
                                                     : EgressPort::Role::TRANSIT;
        network->AddPort(port, role, topology.IsScaleUp(echelon::LinkId(l)));
        if (!IsEndpoint(link.from.kind))
        {
            Ptr<FabricSwitch>& owner = switches[{link.from.kind, link.from.index}];
            if (!owner)
            {
                owner = MakeSwitch(link.from);
            }
            owner->AddPort(port);
        }
    }
    for (const auto& entry : switches)
    {
        network->AddSwitch(entry.second);
    }
    return network;
}

} // namespace ns3
