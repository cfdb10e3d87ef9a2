// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Max-min fair rates after a small change: re-solves only the flows whose rates change.
 *
 *     repair.Repair(state, touchedLinks, changes);   // rates in state were max-min before
 *
 * Problem: rates are max-min fair exactly when they are feasible and every flow has a bottleneck: a
 * full link on its path on which no flow has a higher level (Bertsekas and Gallager, "Data
 * Networks", 1992, Section 6.5.2). An arrival or departure breaks this on few flows.
 *
 * Method (ours): S := the flows on the touched links without a bottleneck. Solve max-min for S
 * alone on the capacity that the others leave. Look at the links of S: flows outside S that have
 * lost their bottleneck join S; where a flow of S shares its full link with flows of a higher
 * level, those join S. Repeat until nothing joins. Flows off these links see the same link rates
 * and levels as before. On return every flow has a bottleneck, so the rates are *the* max-min
 * rates; S only grows, so it ends.
 *
 * Complexity: O(rounds × incidences of S + flows on its links); in a skewed all-to-all S holds
 * about a tenth of the flows. Gives up (returns false) when S passes half of all flows: then
 * solving from scratch is cheaper. Comparisons of full links and equal levels use FULL_LINK and
 * SAME_LEVEL. Ties: none, the result is unique up to rounding.
 */
#pragma once

#include "base/tolerances.h"
#include "sharing/max-min.h"
#include "sharing/network-state.h"

#include <algorithm>
#include <vector>

namespace echelon
{

class MaxMinRepair
{
  public:
    /// @returns whether `changes` now holds every flow whose rate changes.
    bool Repair(const NetworkState& state,
                const std::vector<LinkId>& touched,
                std::vector<FlowRate>& changes);

  private:
    /// A touched link or a link of S. "Others" are its flows outside S.
    struct LinkFacts
    {
        std::uint64_t inspectedIn = 0; ///< the call for which the rest holds
        BitRate othersRate = 0;
        double othersLevel = 0;
        bool isOthersLevelStale = false; ///< a flow that set it has joined S since
        BitRate memberRate = 0;          ///< of S, tentative
        double memberLevel = 0;          ///< of S, tentative
        bool isFull = false;
    };

    /// Where a flow stands.
    struct Membership
    {
        std::uint64_t joinedIn = 0; ///< the call in which it joined S
        std::uint64_t queuedIn = 0; ///< the call in which it was queued
        double level = 0;           ///< tentative
    };

    void Begin(const NetworkState& state, const std::vector<LinkId>& touched);
    LinkFacts& Inspect(const NetworkState& state, LinkId link);
    void Solve(const NetworkState& state);
    void RefreshOthersLevel(const NetworkState& state, LinkId link);
    void FindJoiningOn(const NetworkState& state, LinkId link);
    /// @returns false when a flow of S has no bottleneck and nobody can give way (rounding).
    bool FindJoining(const NetworkState& state);
    void Queue(const FlowOnLink& flow);
    void JoinQueued(const NetworkState& state);
    bool HasBottleneck(const NetworkState& state, Route route, double level);
    bool HasWorsened(const NetworkState& state, LinkId link);

    bool IsMember(const FlowOnLink& flow) const
    {
        return m_flows[flow.slot].joinedIn == m_call;
    }

    Membership& MembershipOf(const NetworkState& state, FlowId flow)
    {
        return m_flows[state.Table().SlotOf(flow)];
    }

    bool IsFull(const NetworkState& state, LinkId link) const
    {
        const LinkFacts& facts = m_links[link.Value()];
        return facts.inspectedIn == m_call ? facts.isFull : state.IsFull(link);
    }

    double LinkLevel(const NetworkState& state, LinkId link)
    {
        const LinkFacts& facts = m_links[link.Value()];
        if (facts.inspectedIn != m_call)
        {
            return state.LinkLevel(link);
        }
        if (facts.isOthersLevelStale)
        {
            RefreshOthersLevel(state, link);
        }
        return std::max(facts.othersLevel, facts.memberLevel);
    }

    std::uint64_t m_call = 0;
    std::vector<FlowId> m_members;   ///< S, in order of joining
    std::vector<FlowId> m_queue;     ///< about to join
    std::vector<Membership> m_flows; ///< by slot of the table of flows
    std::vector<LinkId> m_inspected;
    std::vector<LinkFacts> m_links;  ///< by LinkId
    std::vector<BitRate> m_residual; ///< by LinkId: what flows outside S leave
    MaxMinSolver m_solver;
};

} // namespace echelon
