// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How long a flow takes when it has its path in the packet fabric to itself.
 *
 *     PacketSoloTimes times = TimesOfTrain({{83560, 83560, 500000}}, {2, 83560.0});
 *
 * Derivation. The flow is a train of N segments: N - 1 full ones, and a last one of what is left.
 * Segment k is handed to the first port at a_k = k D, where D is the payload of a full segment over
 * the flow's rate (paced-rates.h). A port serves in order, in t_h a full segment, t'_h the last
 * one, and the link takes d_h. Departures of full segments follow x_h(k) = max(x_{h-1}(k) +
 * d_{h-1}, x_h(k - 1)) + t_h. The solution of this recursion (max-plus, constant service) is
 *
 *     x_h(k) = t_0 + … + t_h + d_0 + … + d_{h-1} + max over j <= k of (a_j + (k - j) m_h),
 *
 * with m_h = max(t_0, …, t_h). The maximum of a linear function lies at an end: it is max(k D,
 * k m_h). The last segment follows x_h(N - 2) by the same recursion. A port that cuts through sends
 * a bit when it arrives, if it is free: t_h is left out of the sum and of the round trip below, but
 * not of m_h.
 *
 * A window lets segment k start at the first port once segment k - w has been acknowledged, where w
 * segments fill the window. The longest way to (h, k) may then go j times around, from the last
 * port back to the first: each round takes the empty path's round trip T and w segments, and m, the
 * greatest t of all ports, the others: j T + (k - j w) m. It is linear in j, so the maximum over
 * j = 1 … floor(k / w) lies at an end. Exact up to the rounding of a_k: a picosecond. Complexity:
 * O(hops).
 */
#ifndef SOLO_TIME_H
#define SOLO_TIME_H

#include <cstdint>
#include <vector>

namespace echelon
{

/// A port of the path. All times in picoseconds.
struct SoloHop
{
    std::int64_t full;  ///< to transmit a full segment
    std::int64_t last;  ///< to transmit the flow's last segment
    std::int64_t delay; ///< of the link
    /// The transmission starts with a segment's first bit; as fast as the port before.
    bool cutsThrough = false;

    /// From the arrival of a segment's last bit until that bit has left, if the port is free.
    std::int64_t Stored(std::int64_t transmission) const
    {
        return cutsThrough ? 0 : transmission;
    }
};

/// How the source sends.
struct SoloTrain
{
    std::uint64_t segments = 1;
    double interval = 0;      ///< between segments at the flow's rate; 0: as fast as the port does
    std::int64_t sentAt = 0;  ///< the earliest time at which the last bit counts as sent
    std::uint64_t window = 0; ///< full segments that may be on their way; 0: any number
    std::uint64_t lastWindow = 0; ///< segments, once the last one is among them; 0: any number
    std::int64_t wayBack = 0;     ///< of acknowledgements, from the last port to the source
};

/// From the flow's start, in picoseconds.
struct PacketSoloTimes
{
    std::int64_t sent = 0;     ///< until its last bit has left the source
    std::int64_t finished = 0; ///< until its last bit has arrived
};

/// @pre hops is not empty; the train has a segment.
PacketSoloTimes TimesOfTrain(const std::vector<SoloHop>& hops, const SoloTrain& train);

} // namespace echelon

#endif /* SOLO_TIME_H */
