// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Schedules whole entries, one transmission per pair, as ports and uplinks become free.
 *
 *     WholeEntrySchedule whole = ScheduleWholeEntries(n, time, rackOf, spines, slots);
 *     whole.end;                             // port time: the plan ends by then
 *
 * This is list scheduling. When a port or an uplink slot becomes free, the most loaded sender that
 * can start sends to the most loaded receiver; a port's load is what it, or a slot of its rack's
 * uplinks, still has to carry. Unlike in decomposed matchings, entries are not split, so there are
 * only as many transmissions as pairs; but `end` may be above the bound.
 * Stages: later starts at a port or leaf-to-spine link get later stages.
 * Served in the order of stages, all ends by `end` (docs/algorithms/all-to-all-leaf-spine.md).
 * O(transmissions × n² / 64) words at worst.
 */
#pragma once

#include "alltoall/rack-aware-slots.h"

#include <cstdint>
#include <vector>

namespace echelon
{

struct WholeEntry
{
    std::uint32_t source;
    std::uint32_t destination;
    std::uint32_t stage;
    std::vector<std::uint32_t> spines; ///< of each part; empty inside a rack
};

struct WholeEntrySchedule
{
    std::vector<WholeEntry> entries; ///< in the order of their starts
    std::uint32_t stages = 0;
    std::int64_t end = 0;
};

/// @param time n × n port times. @param spines of the fabric.
WholeEntrySchedule ScheduleWholeEntries(std::uint32_t n,
                                        const std::vector<std::int64_t>& time,
                                        const std::vector<std::uint32_t>& rackOf,
                                        std::uint32_t spines,
                                        const UplinkSlots& slots);

} // namespace echelon
