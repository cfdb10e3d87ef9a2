// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Port times between ranks plus home slots: a matrix whose decomposition into matchings respects
 * the uplinks of racks.
 *
 *     ExtendedMatrix extended = ExtendWithHomeSlots(n, time, rackOf, 4);
 *     DecomposeIntoMatchings(extended.size, extended.cells, 0.0);
 *
 * A rack of m ranks with k < m uplink slots gets m - k home receivers and m - k home senders.
 * A rank that is matched to a home of its rack sends (receives) nothing to (from) other racks; as
 * a perfect matching fills all homes, at most k ranks of the rack do. Homes' sums are
 * `horizon`, the smallest possible or what the caller asks for; those of ranks are at most that,
 * and what they lack is padded between ranks, since homes lack nothing. Traffic inside a rack
 * counts as inter-rack traffic would as far as the rack's slots have time left, the busiest ports'
 * first; what is left over is `inside`, to be sent while both its ranks are at home
 * (alltoall/rack-aware-gaps.h). Proof: docs/algorithms/all-to-all-leaf-spine.md. Memory (n +
 * homes)²; O((n + homes)²).
 */
#pragma once

#include <cstdint>
#include <vector>

namespace echelon
{

struct ExtendedMatrix
{
    std::uint32_t size = 0; ///< ranks first, then homes
    std::vector<std::int64_t>
        cells; ///< size × size; the largest sum is `horizon` where there are homes
    std::vector<std::int64_t> inside; ///< n × n: the traffic that the cells do not contain
    std::int64_t horizon = 0;         ///< port time until the end
};

/// @param time n × n port times. @param perRack uplink slots of a rack; 0: no limit.
/// @param leastHorizon a longer horizon leaves more time for traffic inside racks.
ExtendedMatrix ExtendWithHomeSlots(std::uint32_t n,
                                   const std::vector<std::int64_t>& time,
                                   const std::vector<std::uint32_t>& rackOf,
                                   std::uint32_t perRack,
                                   std::int64_t leastHorizon = 0);

} // namespace echelon
