// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Lanes hold flows that always have the same rate per copy, and know what each copy has sent.
 *
 *     lanes.SetRate(lane, now, 40);         // units, of each copy on the lane
 *     const Wide before = lanes.Sent(lane, now);
 *     lanes.Sent(lane, later) - before;     // unit x picosecond, of each copy
 *
 * If flows of one route share links max-min fairly (fabric/fair-fabric.h), an arrival changes
 * the rate of every flow of the route. As a lane they change only once. If the flows are split over
 * several paths, there is a lane here for what a copy puts on each link of the route. Each call
 * takes O(1), and a lane takes 48 bytes.
 */
#pragma once

#include "base/time.h"

#include <cstdint>
#include <vector>

namespace echelon
{

class LaneClocks
{
  public:
    __extension__ using Wide = __int128;

    /// @returns by how much the rate changes.
    std::int64_t SetRate(std::uint32_t lane, Time now, std::int64_t rate)
    {
        if (lane >= m_lanes.size())
        {
            m_lanes.resize(lane + std::size_t{1});
        }
        const Wide sent = Sent(lane, now);
        const std::int64_t difference = rate - m_lanes[lane].rate;
        m_lanes[lane] = {sent, now, rate};
        return difference;
    }

    /// It is 0 for a lane that had no rate yet.
    std::int64_t Rate(std::uint32_t lane) const
    {
        return lane < m_lanes.size() ? m_lanes[lane].rate : 0;
    }

    Wide Sent(std::uint32_t lane, Time now) const
    {
        if (lane >= m_lanes.size())
        {
            return 0;
        }
        const Lane& at = m_lanes[lane];
        return at.sent + Wide(at.rate) * (now - at.since).Picoseconds();
    }

  private:
    struct Lane
    {
        Wide sent = 0; ///< until `since`
        Time since;
        std::int64_t rate = 0;
    };

    std::vector<Lane> m_lanes;
};

} // namespace echelon
