// SPDX-License-Identifier: GPL-2.0-only
#include "network/big-switch.h"

#include <utility>

namespace echelon
{

Topology
MakeBigSwitch(const BigSwitchSpec& spec)
{
    RequirePositive("hosts", spec.hosts, "a fabric has at least one host");
    std::vector<Link> links;
    AddHostLinks(links, spec.server, spec.hosts, spec.hosts, NodeKind::BIG_SWITCH);
    AddScaleUpLinks(links, spec.server, spec.hosts);
    return {{spec.hosts, spec.server.gpusPerHost, spec.server.interfacesPerHost, 1},
            std::move(links),
            nullptr};
}

TopologyEntry
BigSwitchEntry()
{
    return {"big-switch",
            "All hosts on one switch that does not block.",
            {{"hosts", TopologyParameter::COUNT, "number of hosts", true}},
            [](const TopologyValues& values) { return values.Count("hosts"); },
            [](const TopologyValues& values, const ServerSpec& server) {
                return MakeBigSwitch({values.Count("hosts"), server});
            }};
}

} // namespace echelon
