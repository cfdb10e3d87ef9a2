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

#include "ns3/ptr.h"

#include <cstdint>
#include <memory>

namespace ns3
{
class FabricNetwork;
}

namespace echelon
{

class Fabric;
class Topology;

/// Framing and buffers, in bytes.
struct PacketFabricOptions
{
    std::int64_t segment = 4096; ///< payload of a full segment between hosts
    std::int64_t header = 82;    ///< on the wire besides the payload; RoCEv2
    std::int64_t scaleUpSegment =
        65536; ///< payload of a full segment inside a host; at least `segment`
    std::int64_t queueCapacity = 16 << 20; ///< that may wait at each port of a switch
    std::int64_t queues = 0;  ///< 0: agents pace; 1 … 8: links are shared by weighted queues
    std::int64_t window = 0;  ///< with queues: bytes a flow may have on their way; 0: by its path
    bool recordsLoads = true; ///< for MeasuredLoads; without, there are none
};

/// A packet fabric that owns the simulation.
std::unique_ptr<Fabric> MakePacketFabric(const Topology& topology,
                                         const PacketFabricOptions& options = {});

/// A packet fabric over a network that exists; its ports must have the numbers of the links in the
/// flows' paths.
std::unique_ptr<Fabric> MakePacketFabric(ns3::Ptr<ns3::FabricNetwork> network);

} // namespace echelon

#endif /* PACKET_FABRIC_H */
