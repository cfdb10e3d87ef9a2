// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The EchelonFlows of a timeline as bars on lanes, with marks where their flows should have ended.
 *
 *     GroupBars bars = CollectGroupBars(run.record, selection, room);
 *     for (const GroupBar& bar : bars.bars) { … }         // by (lane, start)
 *
 * A bar lasts from the reference time to the finish. It has a mark at each ideal finish time of its
 * flows. If it has more than MAX_MARKS, or if all bars and marks do not fit into the room, only the
 * last mark stays. If that is not enough, the bars of largest tardiness stay (ties by id). A lane
 * is occupied until the last mark too. O(n log n).
 */
#pragma once

#include "metrics/records.h"
#include "timeline/selection.h"

#include <cstdint>
#include <vector>

namespace echelon
{

inline constexpr std::size_t MAX_MARKS = 16;

/// The positions first … last of an EchelonFlow should end at a time.
struct IdealFinish
{
    std::int64_t time; ///< nanoseconds
    std::uint32_t first;
    std::uint32_t last;
};

struct GroupBar
{
    std::int64_t start; ///< nanoseconds
    std::int64_t end;
    std::uint32_t lane;
    std::uint32_t index;            ///< into the record's groups
    std::vector<IdealFinish> marks; ///< ascending
};

struct GroupBars
{
    std::vector<GroupBar> bars;
    std::uint32_t lanes = 0;
    std::uint64_t events = 0; ///< bars and marks
    std::uint64_t leftOut = 0;
};

GroupBars CollectGroupBars(const RunRecord& record,
                           const TimelineSelection& selection,
                           std::size_t room);

} // namespace echelon
