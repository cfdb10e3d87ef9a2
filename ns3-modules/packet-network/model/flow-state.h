// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The state of a flow inside the packet fabric; there is one record per live flow.
 *
 *     double credit = state.CreditAt(now);   // bits that the rates so far entitle it to have sent
 *
 * Credit is the integral of the flow's rate. It is kept as an anchor (time, bits) that moves only
 * when the rate changes. The k-th segment is due when the credit reaches the bytes emitted before
 * it. That time is computed from the anchor and not from the segment before, so that errors do not
 * add up. Times are picoseconds.
 */
#ifndef FLOW_STATE_H
#define FLOW_STATE_H

#include <array>
#include <cstdint>
#include <limits>

namespace ns3
{

/// The most links that a path may have.
constexpr uint32_t FABRIC_MAX_HOPS = 4;

/// The ports of a flow's path, by index in the network.
using FlowPath = std::array<uint32_t, FABRIC_MAX_HOPS>;

/// A flow to be started.
struct FabricFlow
{
    uint32_t id;
    uint64_t bytes;
    uint32_t hops;
    FlowPath path;      ///< port indices, the first `hops` of them
    uint32_t shares{1}; ///< number of flows in a bundle; matters only where queues share links
};

/// What a source knows of a flow when queues, and not rates, share the network.
struct FlowWindow
{
    uint64_t size{0};      ///< bytes that may be on their way
    uint64_t inFlight{0};  ///< bytes on their way, not acknowledged
    int64_t wayBack{0};    ///< picoseconds from the destination back to the source
    uint32_t next{0};      ///< slot of the next flow of the same queue at the source, a circle
    uint32_t previous{0};  ///< slot of the one before
    uint32_t shares{1};    ///< segments per turn
    uint32_t turn{0};      ///< segments left in this turn
    bool hasQueue{false};  ///< the coordinator has put the flow into a queue
    bool isListed{false};  ///< waits in a queue at the source
    bool isBlocked{false}; ///< has something to send, but the window is closed
};

/// What a source knows of a live flow.
struct FlowState
{
    uint64_t toSend{
        0}; ///< bytes that wait at the source: not sent yet, or lost and to be sent again
    uint64_t emitted{0};    ///< bytes given to the first port so far, repeated ones included
    double rate{0};         ///< payload bits per second
    double psPerBit{0};     ///< 1e12 / rate, or 0
    double anchorCredit{0}; ///< bits, at `anchor`
    int64_t anchor{0};      ///< picoseconds
    uint32_t id{0};
    uint32_t stamp{0};       ///< of the flow's valid entry in its agent's heap; 0: none
    uint32_t segmentSize{0}; ///< payload bytes of a full segment
    uint8_t priority{0};
    bool sent{false}; ///< FlowSent was told

    /// Bits that the flow may have sent by `now`.
    double CreditAt(int64_t now) const
    {
        return anchorCredit + static_cast<double>(now - anchor) * 1e-12 * rate;
    }

    static constexpr int64_t NEVER = std::numeric_limits<int64_t>::max();

    /// When the next segment is due, or NEVER. @pre rate > 0.
    int64_t Due() const
    {
        const double wait = (8.0 * static_cast<double>(emitted) - anchorCredit) * psPerBit;
        // This happens once per segment. A cast rounds down in one instruction, and llround is a
        // call.
        const double rounded = wait + 0.5;
        int64_t due = NEVER;
        const bool fits = wait < 0x1p63 - 1024 &&
                          !__builtin_add_overflow(anchor, static_cast<int64_t>(rounded), &due);
        return fits ? due : NEVER;
    }

    /// Bits that have not left the source, counted smoothly by credit rather than by segments.
    double RemainingBits(int64_t now) const
    {
        const double volume = 8.0 * static_cast<double>(emitted + toSend);
        const double inWhole = 8.0 * static_cast<double>(toSend);
        const double smooth = volume - CreditAt(now);
        return smooth > inWhole ? smooth : inWhole;
    }
};

} // namespace ns3

#endif /* FLOW_STATE_H */
