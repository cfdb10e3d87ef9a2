// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Builds the packet fabric of any echelon::Topology. Each directed link becomes an egress port
 * whose index is the link's number.
 *
 *     Ptr<FabricNetwork> network = CreateObject<FabricNetwork>();
 *     BuildFabricNetwork(topology, network, 16 << 20);
 *     network->GetPort(link.Value())->SentBytes();
 *
 * Takes time linear in the number of links.
 */
#ifndef TOPOLOGY_HELPER_H
#define TOPOLOGY_HELPER_H

#include "ns3/fabric-network.h"

namespace echelon
{
class Topology;
}

namespace ns3
{

/**
 * Add the ports and switches of a topology to an empty network whose attributes are set.
 * @param queueCapacity bytes that may wait at each port of a switch.
 * @return the network, for chaining.
 */
Ptr<FabricNetwork> BuildFabricNetwork(const echelon::Topology& topology,
                                      Ptr<FabricNetwork> network,
                                      uint64_t queueCapacity);

} // namespace ns3

#endif /* TOPOLOGY_HELPER_H */
