// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The packet fabric: echelon::Fabric over the ns-3 module packet-network.
 *
 *     std::unique_ptr<Fabric> fabric = MakePacketFabric(topology, {4096, 82});
 *     RunRecord record = RunEmulation({topology, jobs, seed}, *scheduler, *fabric);
 *
 * It runs any echelon::Topology. Rates are enforced by pacing at the sources (paced-rates.h);
 * OnFlowSent is the emission of the last segment, OnFlowFinished the arrival of the last byte. With
 * queues, the weights of queues at hosts and switches stand for the rates (line-rate.h).
 * RemainingBits counts by credit, as smoothly as the fluid fabric does. Its clock is
 * packet-clock.h.
 *
 * ns-3's simulator is process-wide: one packet fabric lives at a time. A fabric made from a
 * topology owns the simulation: it sets the time resolution and the scheduler of events, and its
 * destructor calls Simulator::Destroy. One made from a network leaves the simulation to the
 * program. Errors: ContractViolation for a second living fabric; ParameterError for options that do
 * not fit together.
 */
#ifndef PACKET_FABRIC_H
#define PACKET_FABRIC_H

#include "packet-options.h"

#include "ns3/ptr.h"

#include <memory>

namespace ns3
{
class FabricNetwork;
}

namespace echelon
{

class Fabric;
class Topology;

/// A packet fabric that owns the simulation.
std::unique_ptr<Fabric> MakePacketFabric(const Topology& topology,
                                         const PacketFabricOptions& options = {});

/// A packet fabric over a network that exists; its ports must have the numbers of the links in the
/// flows' routes, none of which may be split.
std::unique_ptr<Fabric> MakePacketFabric(ns3::Ptr<ns3::FabricNetwork> network);

} // namespace echelon

#endif /* PACKET_FABRIC_H */
