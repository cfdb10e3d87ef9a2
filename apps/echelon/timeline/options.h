// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What part of its runs a timeline shows (echelon run --timeline-window, --timeline-top).
 *
 *     TimelineOptions options;
 *     options.window = ParseTimelineWindow("0.5:0.75");   // seconds
 *     options.top = 20;                                   // EchelonFlows of each run
 *
 * With both, it shows the EchelonFlows of largest tardiness in the window. Errors: UsageError.
 */
#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>

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

} // namespace echelon
