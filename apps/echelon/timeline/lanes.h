// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Puts bars that may overlap on lanes, so that bars of one lane do not overlap.
 *
 *     LaneAllocator lanes;
 *     const std::uint32_t lane = lanes.Take(flow.start, flow.finish);   // in order of start
 *
 * Each bar takes the first lane that is free at its start, so there are never more lanes than bars
 * at one time. O(log lanes) a bar.
 */
#pragma once

#include "base/time.h"

#include <cstdint>
#include <functional>
#include <queue>
#include <set>
#include <utility>
#include <vector>

namespace echelon
{

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
