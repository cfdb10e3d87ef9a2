// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * All hosts on one switch that does not block: every path between hosts is an egress link and an
 * ingress link.
 *
 *     Topology t = MakeBigSwitch({16, {1, {100e9, Time::FromPicoseconds(500000)}, {}, {}}});
 *
 * Errors: ParameterError naming the field as in a scenario ("hosts", "host_link/rate", …).
 */
#pragma once

#include "network/topology-kind.h"

namespace echelon
{

struct BigSwitchSpec
{
    std::uint32_t hosts = 0;
    ServerSpec server;
};

Topology MakeBigSwitch(const BigSwitchSpec& spec);

TopologyEntry BigSwitchEntry();

} // namespace echelon
