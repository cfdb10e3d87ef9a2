// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Two tiers of switches: every leaf is joined to every spine by one link each way.
 *
 *     ServerSpec server{8, {400e9, Time::FromPicoseconds(500000)}, {}, {3.6e12, Time()}};
 *     Topology t = MakeLeafSpine({8, 8, 2, server, {200e9, Time::FromPicoseconds(500000)}});
 *
 * Two hosts under different leaves have a path over each spine, and the number of the spine is the
 * number of the choice. The links between switches are numbered leaf to spine, leaf by leaf, then
 * spine to leaf in the same order. Errors: ParameterError naming the field as in a scenario
 * ("leaves", "uplink/rate", …).
 */
#pragma once

#include "network/topology-kind.h"

namespace echelon
{

struct LeafSpineSpec
{
    std::uint32_t leaves = 0;
    std::uint32_t spines = 0;
    std::uint32_t hostsPerLeaf = 0;
    ServerSpec server;
    LinkSpec uplink;
    /// Empty, or the rate of each leaf's uplinks instead of uplink.rate.
    std::vector<BitRate> uplinkRates{};
};

Topology MakeLeafSpine(const LeafSpineSpec& spec);

/// The rate of each leaf's uplinks at which the interfaces of its hosts together offer
/// oversubscription × spines × that rate. Hosts of unlike rates give leaves of unlike uplinks:
/// every leaf keeps the ratio.
std::vector<BitRate> UplinkRates(const LeafSpineSpec& spec, double oversubscription);

TopologyEntry LeafSpineEntry();

} // namespace echelon
