// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Segments, which travel in the packet fabric: records of a few bytes instead of ns3::Packet.
 *
 *     FabricSegment segment{slot, 4096, 0, 3, false};   // a full segment at the flow's first hop
 *
 * A segment has no content. It names its flow, and the flow's path says where it goes; a hop copies
 * the record and touches nothing else. Sizes are bytes of payload; the wire adds the header
 * (FabricNetwork::HeaderSize).
 */
#ifndef SEGMENT_H
#define SEGMENT_H

#include <cstdint>

namespace ns3
{

/// Priorities of an egress port: 0 is served first.
constexpr uint32_t FABRIC_PRIORITIES = 8;

/// A segment on its way.
struct FabricSegment
{
    uint32_t flow;    ///< slot in the flow table, not the flow's id
    uint32_t payload; ///< bytes
    uint8_t hop;      ///< index of the present link in the flow's path
    uint8_t priority; ///< 0 … FABRIC_PRIORITIES - 1
    bool completing;  ///< all bytes of the flow have reached the last port with this segment
};

/// A segment on a link or committed to it, with the time its last bit leaves the port.
struct CommittedSegment
{
    int64_t departure; ///< picoseconds
    FabricSegment segment;
};

/// What trace sinks see of a segment.
struct SegmentRecord
{
    uint32_t flow;     ///< the id given to FabricNetwork::StartFlow
    uint32_t payload;  ///< bytes
    uint32_t hop;      ///< index of the link in the flow's path
    uint32_t priority; ///< 0 is served first
};

} // namespace ns3

#endif /* SEGMENT_H */
