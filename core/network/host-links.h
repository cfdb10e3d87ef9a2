// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Hosts and how they are attached, which all kinds of topologies have in common.
 *
 *     ServerSpec server{8, {400e9, Time::FromPicoseconds(500000)}, {}, {3.6e12, Time()}};
 *     AddHostLinks(links, server, hosts, hostsPerLeaf, NodeKind::LEAF);
 *     …                                       // the links of the network between
 *     AddScaleUpLinks(links, server, hosts);
 *
 * Errors: ParameterError naming the field as in a scenario ("host_link/rate", …).
 */
#pragma once

#include "network/topology.h"

#include <vector>

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

/// @throws ParameterError (field) unless value > 0.
void RequirePositive(const char* field, double value, const char* hint);

/// Of each of a host's interfaces.
BitRate HostRate(const ServerSpec& server, std::uint32_t host);
void CheckHostRates(const ServerSpec& server, std::uint32_t hosts);

/// A link named by its ends.
Link Between(Node from, Node to, const LinkSpec& spec, BitRate rate);

/// Both directions of every host's interfaces: first all egress links, then all ingress links.
void AddHostLinks(std::vector<Link>& links,
                  const ServerSpec& server,
                  std::uint32_t hosts,
                  std::uint32_t hostsPerSwitch,
                  NodeKind switchKind);

/// Nothing for hosts of one device.
void AddScaleUpLinks(std::vector<Link>& links, const ServerSpec& server, std::uint32_t hosts);

} // namespace echelon
