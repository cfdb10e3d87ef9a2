// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The state of an egress port and the link behind it, as plain data.
 *
 *     PortState port;
 *     port.SetLink(100000000000, 500000, 82, 4096);   // bit/s, ps, bytes of header and of payload
 *     port.TransmissionTime(4096);                    // picoseconds
 *
 * What ports do is in port-engine.h. Sizes are bytes of payload unless a name says wire.
 */
#ifndef PORT_STATE_H
#define PORT_STATE_H

#include "queue-shares.h"
#include "segment-trace.h"
#include "segment.h"

#include "base/ring.h"
#include "base/time.h"
#include "metrics/load-series.h"

#include <algorithm>
#include <array>
#include <limits>

namespace ns3
{

/// Where a port stands in the paths that cross it.
enum class PortRole
{
    SOURCE, ///< leaves a host or GPU; its queue is the sender's memory and has no limit
    TRANSIT,
    LAST, ///< ends at a host or GPU
};

/// What the network tells the source of a flow. Times are picoseconds.
class SourceFeedback
{
  public:
    virtual ~SourceFeedback() = default;
    /// Bytes of the flow were lost, as the source hears now; they are to be sent again.
    virtual void Resend(uint32_t slot, uint32_t payload, int64_t now) = 0;
    /// A segment will be at its destination at `arrival`. Not called where sources are PacedRates,
    /// which do not listen.
    virtual void Acknowledge(const FabricSegment& segment, int64_t arrival, int64_t now) = 0;
};

/// Who hears of the port's segments; the sources belong to the ns-3 object that stands for it.
struct PortTraces
{
    SegmentTrace* enqueue{nullptr};
    SegmentTrace* dequeue{nullptr};
    SegmentTrace* drop{nullptr};
};

struct PortState
{
    static constexpr int64_t NEVER = std::numeric_limits<int64_t>::max();

    // What a hop touches comes first.
    echelon::Ring<CommittedSegment> line; ///< on the link, in transmission, and committed to wait
    std::size_t waiting{0}; ///< of the line's tail: committed, but not started when last looked at
    uint64_t waitingBytes{0}; ///< wire bytes of those and of the queues
    int64_t busyUntil{0};     ///< departure of the last committed segment
    int64_t delay{0};         ///< of the link
    int64_t fullTime{0};      ///< transmission time of a full segment
    uint32_t fullPayload{0};  ///< bytes; 0: no time holds fullTime
    uint32_t header{0};       ///< bytes
    uint32_t index{0};
    PortRole role{PortRole::TRANSIT};
    bool cutThrough{false};   ///< starts with a segment's first bit
    bool weighted{false};     ///< shares by weights
    bool acknowledges{false}; ///< the last hop of flows whose sources listen
    bool eager{false};        ///< last hop: wake for every arrival until the line is empty
    std::size_t queued{0};    ///< segments in the queues
    uint64_t capacity{std::numeric_limits<uint64_t>::max()}; ///< wire bytes that may wait
    uint64_t sentSegments{0}; ///< whose last bit has reached the other end of the link
    uint64_t sentPayload{0};
    uint64_t maxQueue{0}; ///< largest backlog seen, in wire bytes
    echelon::LoadSeries load;
    echelon::Ring<int64_t> completions; ///< last hop: arrival times that need an event, ascending
    std::array<echelon::Ring<FabricSegment>, FABRIC_PRIORITIES> queues;
    QueueShares shares; ///< of the queues, when weighted; of a source's flows where queues share

    uint64_t dropped{0};
    uint64_t rate{0}; ///< bit/s on the wire
    double psPerByte{0};
    uint32_t segmentSize{0};         ///< payload of the full segments of flows that start here
    SourceFeedback* source{nullptr}; ///< of the flows that start here
    PortTraces traces;

    /// @param delay in picoseconds. @pre rate > 0.
    void SetLink(uint64_t bitRate, int64_t linkDelay, uint32_t headerSize, uint32_t fullSegment)
    {
        rate = bitRate;
        psPerByte = 8e12 / static_cast<double>(bitRate);
        delay = linkDelay;
        header = headerSize;
        segmentSize = fullSegment;
        if (static_cast<double>(WireBytes(fullSegment)) * psPerByte < 0x1p62)
        {
            fullTime = ComputeTransmissionTime(fullSegment);
            fullPayload = fullSegment;
        }
    }

    uint64_t WireBytes(uint32_t payload) const
    {
        return uint64_t{payload} + header;
    }

    /// What a segment takes on the wire, header included, in whole picoseconds, one at least. The
    /// rounding is a part of a thousand where a segment takes 500 ps.
    int64_t TransmissionTime(uint32_t payload) const
    {
        return payload == fullPayload ? fullTime : ComputeTransmissionTime(payload);
    }

    int64_t ComputeTransmissionTime(uint32_t payload) const
    {
        const double ps = static_cast<double>(WireBytes(payload)) * psPerByte;
        return std::max<int64_t>(1, echelon::Time::FromPicosecondsRounded(ps).Picoseconds());
    }

    /// How far ahead the port's events usually lie: a full segment's transmission and the link's
    /// delay, in picoseconds.
    int64_t LookAhead() const
    {
        return fullTime + delay;
    }
};

} // namespace ns3

#endif /* PORT_STATE_H */
