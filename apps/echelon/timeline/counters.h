// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Chooses the changes of link rates that a timeline shows: as many as fit, within its window.
 *
 *     const TimelineCounters rates = ThinCounters(run.record, selection.Counters(), share / 4);
 *
 * If there are more than fit, time is cut into equal bins, and each link keeps its last change in
 * each bin.
 * O(changes log links).
 */
#pragma once

#include "metrics/records.h"
#include "timeline/options.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace echelon
{

struct TimelineCounters
{
    std::vector<LinkRateRecord> kept; ///< by (time, link)
    std::uint64_t leftOut = 0;        ///< of those in the window
};

/// A link whose rate last changed before the window changes at its start.
TimelineCounters ThinCounters(const RunRecord& record,
                              const std::optional<TimelineWindow>& window,
                              std::size_t most);

} // namespace echelon
