// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Builders of the two fabrics: one big switch, and a two-tier leaf-spine.
 *
 *     ServerSpec server{8, {400e9, Time::FromPicoseconds(500000)}, {}, {3.6e12, Time()}};
 *     Topology t = MakeLeafSpine({8, 8, 2, server, {200e9, Time::FromPicoseconds(500000)}});
 *
 * Errors: ParameterError naming the field as in a scenario ("leaves", "host_link/rate", …).
 */
#pragma once

#include "network/topology.h"

namespace echelon
{

/// Rate and propagation delay of a link, each direction.
struct LinkSpec
{
    BitRate rate = 0;
    Time delay;
};

/// A host and how it is attached.
struct ServerSpec
{
    std::uint32_t gpusPerHost = 1;
    LinkSpec hostLink; ///< each of the host's network interfaces, shared by its GPUs
    std::vector<BitRate>
        hostRates;    ///< empty, or the rate of each host's interfaces instead of hostLink.rate
    LinkSpec scaleUp; ///< per GPU; needed when gpusPerHost > 1
    std::uint32_t interfacesPerHost = 1; ///< divides gpusPerHost; as many: one per GPU
};

/// All hosts on one non-blocking switch.
struct BigSwitchSpec
{
    std::uint32_t hosts = 0;
    ServerSpec server;
};

/// Every leaf joined to every spine by one link each way.
struct LeafSpineSpec
{
    std::uint32_t leaves = 0;
    std::uint32_t spines = 0;
    std::uint32_t hostsPerLeaf = 0;
    ServerSpec server;
    LinkSpec uplink;
    std::vector<BitRate>
        uplinkRates{}; ///< empty, or the rate of each leaf's uplinks instead of uplink.rate
};

Topology MakeBigSwitch(const BigSwitchSpec& spec);
Topology MakeLeafSpine(const LeafSpineSpec& spec);

/// The rate of each leaf's uplinks at which the interfaces of its hosts together offer
/// oversubscription × spines × that rate. Hosts of unlike rates give leaves of unlike uplinks:
/// every leaf keeps the ratio.
std::vector<BitRate> UplinkRates(const LeafSpineSpec& spec, double oversubscription);

} // namespace echelon
