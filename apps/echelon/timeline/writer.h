// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Writes timeline.json of docs/reference/results.md (Chrome trace format): the events of each run,
 * and the frame around those of all runs.
 *
 *     TimelineCounts counts = WriteTimelineEvents(path, run, MAX_TIMELINE_EVENTS / runs, options);
 *     std::string head = TimelineHead("quickstart", sum, options);
 *     // then the events of the runs joined by ",\n", then TimelineTail()
 *
 * The size is bounded. Link rates are thinned to one per link and bin, EchelonFlows of largest
 * tardiness stay, and of devices that compute the same only one is shown. If that is not enough,
 * the longest slices stay, and the arrows of the longest flows. O(n log n). Errors: OutputError.
 */
#pragma once

#include "run/recorded-run.h"
#include "timeline/options.h"

#include <cstdint>
#include <string>

namespace echelon
{

/// One event per line, joined by ",\n", without a line break at the end.
TimelineCounts WriteTimelineEvents(const std::string& path,
                                   const RecordedRun& run,
                                   std::uint64_t share,
                                   const TimelineOptions& options = {});

std::string TimelineHead(const std::string& scenario,
                         const TimelineCounts& total,
                         const TimelineOptions& options = {});
std::string TimelineTail();

} // namespace echelon
