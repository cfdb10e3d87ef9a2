// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What part of its runs a timeline shows (echelon run --timeline-window, --timeline-top), and
 * counts of what it holds.
 *
 *     TimelineOptions options;
 *     options.window = ParseTimelineWindow("0.5:0.75");   // seconds
 *     options.top = 20;                                   // EchelonFlows of each run
 *
 * With both, it shows the EchelonFlows of largest tardiness in the window. Errors: UsageError.
 */
#pragma once

#include "base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace echelon
{

/// From one time to a later one.
struct TimelineWindow
{
    Time from;
    Time to;

    /// Whether [start, end] reaches into the window; one without length may lie at its start.
    bool Shows(Time start, Time end) const
    {
        return start < to && (from < end || from <= start);
    }
};

struct TimelineOptions
{
    std::optional<TimelineWindow> window;
    std::optional<std::uint64_t> top; ///< EchelonFlows of each run, > 0

    bool ShowsAll() const
    {
        return !window && !top;
    }
};

/// @param text FROM:TO in seconds, 0 <= FROM < TO <= 1,000,000.
TimelineWindow ParseTimelineWindow(const std::string& text);

/// Events that the file of all runs holds at most.
inline constexpr std::uint64_t MAX_TIMELINE_EVENTS = 300000;

/// What a timeline holds, and what the size limit kept out of it. Its metadata states them.
struct TimelineCounts
{
    std::uint64_t kept = 0; ///< slices, marks, ends of arrows and counters in the file
    std::uint64_t slicesLeftOut = 0;
    std::uint64_t alikeSlicesLeftOut = 0; ///< of them, those of devices that another stands for
    std::uint64_t groupsLeftOut = 0;
    std::uint64_t arrowsLeftOut = 0; ///< of those whose slices are in the file
    std::uint64_t countersLeftOut = 0;
};

/// Each count under its name in the metadata:
/// for (const auto& [name, count] : TIMELINE_COUNTS) { total.*count += one.*count; }
inline constexpr std::array<std::pair<const char*, std::uint64_t TimelineCounts::*>, 6>
    TIMELINE_COUNTS{{{"events_kept", &TimelineCounts::kept},
                     {"slices_left_out", &TimelineCounts::slicesLeftOut},
                     {"alike_slices_left_out", &TimelineCounts::alikeSlicesLeftOut},
                     {"echelonflows_left_out", &TimelineCounts::groupsLeftOut},
                     {"arrows_left_out", &TimelineCounts::arrowsLeftOut},
                     {"counters_left_out", &TimelineCounts::countersLeftOut}}};

} // namespace echelon
