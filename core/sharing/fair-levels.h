// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Flows that share the links of a network max-min fairly, and when they end: at the cost of the
 * links whose levels change, whatever the number of flows.
 *
 *     FairLevels network(capacity);                  // payload bits per second by LinkId
 *     network.Start(flow, route, 1, 8e6, now);       // one flow of 8e6 bits
 *     network.Share(now);                            // after the changes of an instant
 *     network.TakeFinished(*network.NextFinish(), finished);
 *
 * Problem: as in sharing/max-min.h. A link's level is the rate of the flows that have their
 * bottleneck there; it is infinite if no flow has. A flow's rate is the least level on its route.
 * The levels are the solution of one equation a link: with m_f the least level of flow f on its
 * other links, and w_f the flows of the bundle times the share that crosses the link,
 *
 *     sum over f of w_f min(level, m_f) = capacity,  or level = infinity where the sum stays below.
 *
 * A level depends on lower levels only, so after a change the equations of the links concerned are
 * solved again in ascending order, and the links whose flows have got another rate join them.
 *
 * Flows of one route are a lane. All lanes with the same bottleneck have the same rate per flow, so
 * each link has a clock that runs at its level, in bits per flow. A flow ends at a fixed reading of
 * its lane's clock, and a change of the level touches no flow. When a lane's bottleneck becomes
 * another link, the lane moves over as a whole.
 *
 * Source: progressive filling (Bertsekas and Gallager, "Data Networks", 1992, Section 6.5.2) for
 * the levels; virtual time of fair queueing (Demers, Keshav and Shenker, SIGCOMM 1989) for the
 * clocks; the repair is ours.
 *
 * Complexity: Start and the end of a flow O(log flows of the lane + hops); Share O(lanes on the
 * links whose equations are solved). In a skewed all-to-all of n hosts about n / 3 levels change
 * when a flow ends. Memory: about 100 bytes a route, 32 for each of its links, 32 a flow.
 *
 * Rounding: a level that changes by less than ROUNDING, relative, is left as it is, so noise does
 * not spread. Every equation is solved from the counts, so nothing drifts. Clocks are set back now
 * and then, so that their rounding error stays far below a bit. What a lane has served is not, so
 * the end of a flow that shares its lane with one of b bits is right to about 1e-16 b bits.
 */
#pragma once

#include "base/id-window.h"
#include "base/indexed-heap.h"
#include "base/time.h"
#include "base/units.h"
#include "network/route-table.h"

#include <array>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace echelon
{

class FairLevels
{
  public:
    /// Number of a route (Route::Number), all of whose flows have the same rate.
    using Lane = std::uint32_t;

    /// @param capacity outlives this; a change of it is told by NoteCapacity.
    explicit FairLevels(const std::vector<BitRate>& capacity);

    /// @param flow ids ascend. @param multiplicity flows in the bundle, each of `bits`.
    /// @pre now is not before the last call's.
    void Start(std::uint32_t flow, Route route, std::uint32_t multiplicity, double bits, Time now);

    /// The capacity of a link has changed.
    void NoteCapacity(LinkId link)
    {
        MarkDirty(link.Value());
    }

    /// Shares anew if flows came or went or capacities changed. @returns whether they did.
    bool Share(Time now);

    /// Nothing without flows, or when none ends within the range of Time at the present rates. @pre
    /// shared.
    std::optional<Time> NextFinish() const;

    /// A flow that has left the network.
    struct Departure
    {
        std::uint32_t flow;
        Route route;
    };

    /// Appends the flows that end at `now`, or closely after. They have left the network.
    void TakeFinished(Time now, std::vector<Departure>& finished);

    /// Whether the flow was started and has not ended.
    bool IsActive(std::uint32_t flow) const
    {
        return m_members.Has(flow) && m_members[flow].multiplicity > 0;
    }

    /// Bits that each flow of the bundle has left. @pre IsActive.
    double Remaining(std::uint32_t flow, Time now) const;

    std::uint32_t MultiplicityOf(std::uint32_t flow) const
    {
        return m_members[flow].multiplicity;
    }

    /// Of the whole bundle. @pre IsActive, and shared.
    BitRate RateOfFlow(std::uint32_t flow) const
    {
        return RateOf(m_members[flow].lane) * m_members[flow].multiplicity;
    }

    /// Of each flow there, in bits per second; 0 until the lane's first flow has been shared.
    BitRate RateOf(Lane lane) const
    {
        return m_bottlenecks[lane] == m_sink ? 0 : m_levels[m_bottlenecks[lane]];
    }

    bool HasFlows(Lane lane) const
    {
        return !m_lanes[lane].ends.empty();
    }

    /// Sum of the rates of its flows. @pre shared.
    BitRate LinkRate(LinkId link) const
    {
        return m_links[link.Value()].rate;
    }

    /// Links whose rate the last Share may have changed, each once.
    const std::vector<std::uint32_t>& SolvedLinks() const
    {
        return m_solved;
    }

    /// Appends the lanes whose rate may have changed in the last Share, sorted, each once.
    /// O(lanes on the solved links).
    void ListChangedLanes(std::vector<Lane>& lanes) const;

  private:
    static constexpr double INFINITE = std::numeric_limits<double>::infinity();
    /// Other links of a route that a crossing names.
    static constexpr std::size_t OTHERS = Route::PADDING - 1;

    /// Longer routes, and those whose shares differ from link to link, are looked up.
    static bool IsGeneral(Route route)
    {
        return route.Hops() > OTHERS + 1 || route.IsSplit();
    }

    /// A lane on a link.
    struct Crossing
    {
        double weight = 0; ///< flows × share
        Lane lane = 0;
        std::array<std::uint32_t, OTHERS> others{}; ///< the route's other links; m_sink: none
    };

    /// A lane that has its bottleneck at a link: its first flow ends at this reading of the clock.
    struct LaneEnd
    {
        double reading;
        Lane lane;
    };

    struct LinkState
    {
        std::vector<Crossing> crossings;
        std::vector<LaneEnd> ends; ///< heap of the lanes with their bottleneck here
        double clock = 0;          ///< bits per flow served, at `since`
        Time since;
        BitRate rate = 0;
        std::uint32_t generalRoutes = 0; ///< crossings for which IsGeneral
        bool isSolved = false;           ///< in m_solved
    };

    /// A flow in its lane's heap: it ends when the lane has served so much per flow.
    struct FlowEnd
    {
        double service;
        std::uint32_t flow;
    };

    /// Bits per flow served so far: `served` when the bottleneck's clock read `since`.
    struct LaneState
    {
        Route route;
        std::uint32_t place = 0; ///< in the bottleneck's heap
        bool mayMove = false;    ///< in m_moving
        double flows = 0;
        double served = 0;
        double since = 0;
        std::vector<FlowEnd> ends; ///< heap, the first to end on top
        /// By hop: in the link's crossings.
        boost::container::small_vector<std::uint32_t, 4> places;
    };

    /// A flow until it ends.
    struct Member
    {
        Lane lane = 0;
        std::uint32_t multiplicity = 0;
        double service = 0; ///< of the lane when the flow ends
    };

    /// The solution of a link's equation.
    struct Solution
    {
        double level;
        BitRate rate;
    };

    static bool Later(const FlowEnd& a, const FlowEnd& b)
    {
        return b.service < a.service || (b.service == a.service && b.flow < a.flow);
    }

    double Clock(std::uint32_t link, Time now) const;
    double Served(Lane lane, Time now) const;
    void Advance(std::uint32_t link, Time now);

    void AddFlows(Lane lane, double flows);
    void Cross(Lane lane);
    void Uncross(Lane lane);
    void MarkDirty(std::uint32_t link);

    template <bool HAS_GENERAL>
    double LevelElsewhere(std::uint32_t link, const Crossing& crossing) const;
    /// Leaves the levels elsewhere of the link's lanes in m_elsewhere.
    template <bool HAS_GENERAL>
    Solution Solve(std::uint32_t link);
    template <bool HAS_GENERAL>
    void TellOthers(std::uint32_t link, double before, double after);
    /// Flows of a link that have their bottleneck elsewhere, or had, send so much more.
    void Tell(std::uint32_t link, BitRate more);
    void NoteSolved(std::uint32_t link);
    void Update(std::uint32_t link, Time now);
    void MayMove(Lane lane);
    void Settle(Lane lane, Time now);

    /// The lane's first flow ends at another reading, or the lane comes to its bottleneck or goes.
    void SetEnd(Lane lane);
    void EraseEnd(Lane lane);
    void PutEnd(std::vector<LaneEnd>& heap, std::size_t place, LaneEnd end);
    void Predict(std::uint32_t link, Time now);

    const std::vector<BitRate>& m_capacity;
    std::uint32_t m_sink;                     ///< a link that is never full, behind the others
    std::vector<double> m_levels;             ///< by link, then of the sink
    std::vector<LinkState> m_links;           ///< by link
    std::vector<LaneState> m_lanes;           ///< by Lane
    std::vector<std::uint32_t> m_bottlenecks; ///< by Lane; m_sink: none yet
    IdWindow<Member> m_members;               ///< by flow, until it ends
    IndexedHeap<double> m_dirty;     ///< links whose equation is to be solved, by their level
    std::vector<double> m_elsewhere; ///< by crossing of the link that is solved
    std::vector<std::uint32_t> m_solved;
    std::vector<Lane> m_moving;           ///< lanes whose bottleneck may be another link
    std::vector<Lane> m_moved;            ///< in the last Share
    IndexedHeap<std::int64_t> m_finishes; ///< links with lanes of their own, by next finish in ps
};

} // namespace echelon
