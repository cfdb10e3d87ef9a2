// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Finds what the flows of a run waited for, and what waited for them: the arrows of timeline.json.
 *
 *     for (const TimelineArrow& arrow : FindArrows(run)) { … }   // from one slice to another
 *
 * The ends are compute tasks and network flows. Barriers, delays and flows inside a host have no
 * slice; an arrow passes through them. Each network flow gets one arrow from the task that it
 * waited for last, and one to the task that takes its bytes on. That is the first to start of the
 * tasks that need it and compute at, or send from, its destination, or where there is none, of all
 * that need it. Both are in the flow's own iteration. O(tasks + dependencies + tasks without a
 * slice × devices that follow) an iteration.
 */
#pragma once

#include "run/recorded-run.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// A compute task or a network flow.
struct ArrowEnd
{
    bool isFlow;
    std::uint32_t index; ///< into the record's computes or flows
};

struct TimelineArrow
{
    ArrowEnd from;
    ArrowEnd to;
};

/// In order of (job, iteration, task of the flow): first the arrow to the flow, then that from it.
std::vector<TimelineArrow> FindArrows(const RecordedRun& run);

} // namespace echelon
