// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Counts what a timeline holds, and what the size limit kept out of it. Its metadata states them.
 *
 *     TimelineCounts total;
 *     for (const auto& [name, count] : TIMELINE_COUNTS) { total.*count += one.*count; }
 */
#pragma once

#include <array>
#include <cstdint>
#include <utility>

namespace echelon
{

/// Events that the file of all runs holds at most.
inline constexpr std::uint64_t MAX_TIMELINE_EVENTS = 300000;

struct TimelineCounts
{
    std::uint64_t kept = 0; ///< slices, marks, ends of arrows and counters in the file
    std::uint64_t slicesLeftOut = 0;
    std::uint64_t alikeSlicesLeftOut = 0; ///< of them, those of devices that another stands for
    std::uint64_t groupsLeftOut = 0;
    std::uint64_t arrowsLeftOut = 0; ///< of those whose slices are in the file
    std::uint64_t countersLeftOut = 0;
};

/// Each count under its name in the metadata.
inline constexpr std::array<std::pair<const char*, std::uint64_t TimelineCounts::*>, 6>
    TIMELINE_COUNTS{{{"events_kept", &TimelineCounts::kept},
                     {"slices_left_out", &TimelineCounts::slicesLeftOut},
                     {"alike_slices_left_out", &TimelineCounts::alikeSlicesLeftOut},
                     {"echelonflows_left_out", &TimelineCounts::groupsLeftOut},
                     {"arrows_left_out", &TimelineCounts::arrowsLeftOut},
                     {"counters_left_out", &TimelineCounts::countersLeftOut}}};

} // namespace echelon
