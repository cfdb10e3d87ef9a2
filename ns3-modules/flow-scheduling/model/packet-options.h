// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The options of the packet fabric: their names, defaults and ranges, for scenarios and programs.
 *
 *     ParameterSet values(PacketFabricParameters());
 *     values.Set("enforcement", "queues");
 *     auto fabric = MakePacketFabric(topology, PacketFabricOptionsOf(values));
 *
 * Errors: ParameterError for options that are out of range or do not fit together.
 */
#ifndef PACKET_OPTIONS_H
#define PACKET_OPTIONS_H

#include "base/parameters.h"
#include "fabric/enforcement.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// Framing and buffers, in bytes.
struct PacketFabricOptions
{
    std::int64_t segment = 4096; ///< payload of a full segment between hosts
    std::int64_t header = 82;    ///< on the wire besides the payload; RoCEv2
    std::int64_t scaleUpSegment =
        65536; ///< payload of a full segment inside a host; at least `segment`
    std::int64_t queueCapacity = 16 << 20;        ///< that may wait at each port of a switch
    Enforcement enforcement = Enforcement::RATES; ///< RATES or QUEUES
    std::int64_t queues = 8;                      ///< that share each link, with QUEUES: 1 to 8
    std::int64_t window = 0;                      ///< of a flow, with QUEUES; 0: by its path
    bool recordsLoads = true;                     ///< for MeasuredLoads; without, there are none
};

/// The options as parameters of a scenario, all but recordsLoads.
std::vector<ParameterSpec> PacketFabricParameters();

/// What the parameters say, not checked but for those that contradict each other.
PacketFabricOptions PacketFabricOptionsOf(const ParameterSet& parameters);

/// @throws ParameterError for options that are out of range.
void CheckPacketFabricOptions(const PacketFabricOptions& options);

} // namespace echelon

#endif /* PACKET_OPTIONS_H */
