// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * timeline.json of docs/reference/results.md (Chrome trace format): the events of one run, and the
 * frame around all.
 *
 *     TimelineCounts counts = WriteTimelineEvents(path, run, MAX_TIMELINE_EVENTS / runs);
 *     std::string head = TimelineHead("quickstart", sum);  // then the runs' events joined by
 * ",\n", then TimelineTail()
 *
 * Bounded: counters are thinned to one per link and bin; of devices that compute the same one is
 * shown; where that is not enough, slices of longest duration stay. O(n log n). Errors:
 * OutputError.
 */
#pragma once

#include "csv-writer.h"

#include <cstdint>
#include <string>

namespace echelon
{

inline constexpr std::uint64_t MAX_TIMELINE_EVENTS = 300000;

struct TimelineCounts
{
    std::uint64_t kept = 0; ///< slices and counters in the file
    std::uint64_t slicesLeftOut = 0;
    std::uint64_t alikeSlicesLeftOut = 0; ///< of them, those of devices that another stands for
    std::uint64_t countersLeftOut = 0;
};

/// One event per line, joined by ",\n", without a line break at the end.
TimelineCounts WriteTimelineEvents(const std::string& path,
                                   const RecordedRun& run,
                                   std::uint64_t share);

std::string TimelineHead(const std::string& scenario, const TimelineCounts& total);
std::string TimelineTail();

} // namespace echelon
