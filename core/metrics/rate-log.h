// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Every allocated rate of every flow over a run, in order of time and in bounded memory.
 *
 *     RateLog log;
 *     log.Start(flow, route);                // ids ascend
 *     log.SetRate(flow, now, 4e11);          // from now on
 *     log.Depart(flow, now);                 // its last bit has left the source
 *     log.Join(other, now, lane);            // has the lane's rate until it departs
 *     log.SetLaneRate(lane, now, 1e10);      // for each copy
 *
 * Rates are those that the coordinator puts in force (or the fabric, where it shares by itself), so
 * the log means the same on every fabric. Of the changes of one instant all are kept. After
 * MAX_CHANGES the log is full, and drops what comes. A flow inside a host that shares no port with
 * another flow has the whole capacity of its path, and no entry (control/host-sharing.h). Flows of
 * which each copy always has the same rate may be put on a lane, whose rate is then one change for
 * all of them. Memory: 16 bytes a change, at most 256 MiB, and 8 bytes a flow. O(1) per call.
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "base/units.h"
#include "network/route-table.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace echelon
{

class RateLog
{
  public:
    static constexpr std::size_t MAX_CHANGES = std::size_t{1} << 24;

    /// @param maxChanges of which the log is full.
    explicit RateLog(std::size_t maxChanges = MAX_CHANGES)
        : m_maxChanges(maxChanges)
    {
    }

    struct Change
    {
        enum class Kind : std::uint8_t
        {
            RATE, ///< of a flow: payload bits per second of the whole bundle; < 0: it departs
            JOIN, ///< of a flow: `rate` is the number of its lane
            LANE, ///< of each copy of the flows on a lane
        };

        std::uint32_t subject = 0;  ///< flow or lane
        std::uint32_t instant : 30; ///< index into the times
        Kind kind : 2;
        BitRate rate = 0;
    };

    static_assert(sizeof(Change) == 16);

    void Start(FlowId flow, Route route);
    void SetRate(FlowId flow, Time now, BitRate rate);
    void Depart(FlowId flow, Time now);
    /// @pre the flow has no rate of its own, and the route of the lane's other flows.
    void Join(FlowId flow, Time now, std::uint32_t lane);
    /// @pre a flow has joined the lane.
    void SetLaneRate(std::uint32_t lane, Time now, BitRate rate);

    /// Whether a change was dropped.
    bool IsFull() const
    {
        return m_isFull;
    }

    const std::deque<Change>& Changes() const
    {
        return m_changes;
    }

    Time TimeOf(const Change& change) const
    {
        return m_times[change.instant];
    }

    /// Number of flows: their ids are below.
    std::size_t Flows() const
    {
        return m_routes.size();
    }

    Route RouteOf(FlowId flow) const
    {
        return m_routes[flow.Value()];
    }

  private:
    void Add(Change::Kind kind, std::uint32_t subject, Time now, BitRate rate);

    std::size_t m_maxChanges;
    std::deque<Change> m_changes;
    std::vector<Time> m_times;   ///< ascending
    std::vector<Route> m_routes; ///< by FlowId
    bool m_isFull = false;
};

} // namespace echelon
