// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The bars of a timeline's GPUs and the arrows between them. Compute tasks lie on the tracks of
 * their streams, network flows on lanes.
 *
 *     DeviceSlices all = CollectSlices(run.record, selection);
 *     KeepLongest(all.slices, room);       // and sorts them by (device, track, start)
 *     std::vector<SliceArrow> arrows = ArrowsBetween(all.slices, FindArrows(run), run.record);
 *     KeepLongestArrows(arrows, all.slices, room / 2);     // an arrow is two events
 *
 * Times are whole nanoseconds, rounded to nearest, as the file has them. O(n log n).
 */
#pragma once

#include "base/time.h"
#include "metrics/records.h"
#include "timeline/arrows.h"
#include "timeline/selection.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <utility>
#include <vector>

namespace echelon
{

/// A bar: a compute task or a flow.
struct Slice
{
    std::int64_t start; ///< nanoseconds
    std::int64_t end;
    std::uint32_t device;
    std::uint32_t track;
    std::uint32_t index; ///< into the record's computes or flows
    bool isFlow;
};

/// A point in time on the grid of the file, rounded to nearest.
inline std::int64_t
Nanoseconds(Time time)
{
    return (time.Picoseconds() + 500) / 1000;
}

/// How the tracks of one device are numbered.
struct Tracks
{
    std::uint32_t streams = 0; ///< compute streams in use
    std::uint32_t lanes = 0;   ///< of flows

    std::uint32_t Lane(std::uint32_t lane) const
    {
        return 1 + std::max(streams, 1U) + lane;
    }
};

using TracksByDevice = std::map<std::uint32_t, Tracks>;

struct DeviceSlices
{
    std::vector<Slice> slices;
    TracksByDevice tracks;
};

DeviceSlices CollectSlices(const RunRecord& record, const TimelineSelection& selection);

/// Keeps the longest slices, in order of (device, track, start). Ties: the earlier start, the lower
/// device, the lower track.
void KeepLongest(std::vector<Slice>& slices, std::size_t most);

/// An arrow as places in the vector of slices.
struct SliceArrow
{
    std::uint32_t from;
    std::uint32_t to;
};

/// The arrows between slices that last, in the given order.
std::vector<SliceArrow> ArrowsBetween(const std::vector<Slice>& slices,
                                      const std::vector<TimelineArrow>& arrows,
                                      const RunRecord& record);

/// Keeps the arrows of the longest flows, in their order.
void KeepLongestArrows(std::vector<SliceArrow>& arrows,
                       const std::vector<Slice>& slices,
                       std::size_t most);

/**
 * Puts bars that may overlap on lanes, so that bars of one lane do not overlap.
 *
 *     LaneAllocator lanes;
 *     const std::uint32_t lane = lanes.Take(flow.start, flow.finish);   // in order of start
 *
 * Each bar takes the first lane that is free at its start, so there are never more lanes than bars
 * at one time. O(log lanes) a bar.
 */
class LaneAllocator
{
  public:
    /// @pre start is not before that of the last call, nor after finish.
    std::uint32_t Take(Time start, Time finish)
    {
        while (!m_busy.empty() && m_busy.top().first <= start)
        {
            m_free.insert(m_busy.top().second);
            m_busy.pop();
        }
        std::uint32_t lane = m_lanes;
        if (m_free.empty())
        {
            ++m_lanes;
        }
        else
        {
            lane = *m_free.begin();
            m_free.erase(m_free.begin());
        }
        m_busy.emplace(finish, lane);
        return lane;
    }

    /// How many lanes have been used so far.
    std::uint32_t Lanes() const
    {
        return m_lanes;
    }

  private:
    using Busy = std::pair<Time, std::uint32_t>;
    std::priority_queue<Busy, std::vector<Busy>, std::greater<>> m_busy;
    std::set<std::uint32_t> m_free;
    std::uint32_t m_lanes = 0;
};

} // namespace echelon
