// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One pass over the log of a run, with the rates in force at hand, for the waits of critical flows
 * (metrics/waits.h, where definition, method and cost are).
 *
 *     std::vector<WaitRecord> waits = WaitSweep(record, log, capacity).Run();
 *
 * wait-sweep.cc follows the log: which flows send on which link, and when a total changes.
 * wait-watches.cc follows the critical flows while their steps last.
 */
#pragma once

#include "metrics/attributions.h"
#include "metrics/link-senders.h"
#include "metrics/rate-log.h"
#include "metrics/records.h"

#include <boost/container/small_vector.hpp>
#include <optional>
#include <vector>

namespace echelon
{

/// By link of a route.
template <class Value>
using ByHop = boost::container::small_vector<Value, 4>;

/// Passes over the log in order of time, with the rates in force at hand.
class WaitSweep
{
  public:
    WaitSweep(const RunRecord& record, const RateLog& log, const std::vector<BitRate>& capacity);

    std::vector<WaitRecord> Run();

  private:
    /// A critical flow while its step lasts.
    struct Watch
    {
        static constexpr std::size_t NO_HOP = ~std::size_t{0};

        const PathStepRecord* step = nullptr; ///< none: closed
        BitRate alone = 0;                    ///< R
        Time since;                           ///< what follows holds from then on
        std::int64_t rate = 0; ///< on the link at `hop`, in units; of a flow on a lane 0
        double heldShare = 0;
        std::size_t hop = NO_HOP; ///< of the link that counts
        double weight = 0; ///< share of time attributed to a flow there, for each unit of its rate

        double heldSeconds = 0;
        LinkSenders::Sent base; ///< at `hop`, when the weight came into force
        /// Sent there by the flow itself since then. Of a flow on a lane: less what the lane had
        /// sent until then.
        LinkSenders::Wide own = 0;
        ByHop<std::vector<double>> seconds;    ///< by hop and rank there
        ByHop<double> others;                  ///< by hop: of groups without a rank
        std::vector<Attribution> attributions; ///< to groups that have lost their rank
        bool isStale = false; ///< its rate, or a total on its path, changes at the present instant
        /// Its share stays as long as no link of its path becomes full, or is full no more.
        bool isSteady = false;
        ByHop<std::uint32_t> places; ///< by hop: in the link's list
        std::uint32_t placeOnLane = 0;
    };

    struct LinkState
    {
        LinkSenders senders;
        std::vector<std::uint32_t> watches; ///< open ones that cross it and are not steady
        std::vector<std::uint32_t> steady;  ///< those that are
        bool isChanged = false;             ///< at the present instant
        bool isFull = false;
        std::int64_t totalBefore = 0; ///< of this instant
    };

    /// A flow from its first rate to its departure, or while it is watched.
    struct FlowState
    {
        std::int64_t rate = 0;       ///< in units; 0 on a lane
        ByHop<std::uint32_t> places; ///< by hop, with a rate
        std::optional<std::uint32_t> watch;
        std::uint32_t lane = LinkSenders::NO_LANE;
        std::int64_t copies = 0; ///< on the lane
        bool isLogged = false;   ///< its rate, so far
    };

    struct LaneState
    {
        Route route;
        std::uint32_t firstClock = 0;
        std::int64_t rate = 0; ///< of each copy, in units
        std::int64_t copies = 0;
        std::vector<std::uint32_t> watches; ///< open ones that are not steady

        /// In LaneClocks: of what each copy puts on a link. Links that all of it crosses have one.
        std::uint32_t ClockAt(std::size_t hop) const
        {
            return firstClock + (route.IsSplit() ? static_cast<std::uint32_t>(hop) : 0);
        }
    };

    static constexpr std::uint32_t NO_STATE = 0xffffffff;

    void Apply(const RateLog::Change& change);

    std::int64_t Units(BitRate rate) const;

    /// What a flow of this rate puts on a link.
    static std::int64_t On(std::int64_t rate, double share);

    LinkState& Changing(LinkId id);

    void ApplyRate(FlowId flow, std::int64_t rate);

    void ApplyLaneRate(std::uint32_t lane, BitRate rate);

    void Join(FlowId flow, std::uint32_t lane);

    /// The flow leaves its lane, if it is on one.
    void Leave(FlowId flow);

    /// Into the lists of its links and its lane.
    void Attach(std::uint32_t index);

    void Detach(std::uint32_t index);

    std::size_t HopOf(const Watch& watch, LinkId link) const;

    /// That of a flow which has none yet is a new one.
    FlowState& StateOf(FlowId flow);

    FlowState& StateOf(const Watch& watch);

    /// That of the flow's lane; LinkSenders::NO_LANE without one.
    std::uint32_t ClockAt(const FlowState& state, std::size_t hop) const;

    bool IsFull(LinkId link) const;

    void MarkStale(std::uint32_t index);

    void MarkStale(const std::vector<std::uint32_t>& indices);

    /// All rates of the instant are known: shares from now on.
    void Update();

    void Open(const PathStepRecord& step);

    void Close(std::uint32_t index);

    /// Integrates what changes with time alone.
    void Advance(Watch& watch);

    /// The shares from now on.
    void Evaluate(std::uint32_t index);

    /// Flows inside a host are logged from when they share a port.
    bool HasAllOfPath(const Watch& watch);

    LinkSenders& SendersAt(const Watch& watch);

    /// The weight is in force from now on.
    void Begin(Watch& watch, std::size_t hop, double weight);

    /// Adds up what the weight in force stands for, until now.
    void Settle(Watch& watch);

    /// Forgets groups that do not send on the link any more.
    void Compact(LinkId link);

    /// Rows of a step whose flow was held back and blocked for so long.
    void Record(const PathStepRecord& step, double held, std::vector<Attribution> attributions);

    const RunRecord& m_record;
    const RateLog& m_log;
    const std::vector<BitRate>& m_capacity;
    double m_unit = 0x1p-49; ///< of rates, in bits per second: a power of two
    LaneClocks m_lanes;
    std::uint32_t m_clocks = 0;           ///< number of those in use
    std::vector<LaneState> m_laneStates;  ///< by lane
    std::vector<LinkState> m_links;       ///< by LinkId
    std::vector<std::uint32_t> m_stateOf; ///< by FlowId: in m_states, or NO_STATE
    std::vector<FlowState> m_states;
    std::vector<std::uint32_t> m_freeStates;
    std::vector<const PathStepRecord*> m_steps; ///< by start
    std::vector<Watch> m_watches;
    std::vector<std::uint32_t> m_free; ///< of the watches
    std::vector<std::uint32_t> m_stale;
    std::vector<LinkId> m_changed;
    std::size_t m_open = 0;
    Time m_now;
    std::vector<WaitRecord> m_waits;
};

} // namespace echelon
