// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Backfill between decisions: what departed flows had goes to others in the order of the groups
 * that was decided last.
 *
 *     backfill.SetRanks(view, order);                     // at a decision
 *     return backfill.Repair(state, change, changes);     // Scheduler::DoRepair
 *
 * Schedulers of coflows use it. Like their sources, they decide only when a flow comes and when a
 * coflow has no flow left. Work conserving: a flow that could send faster crosses a freed link.
 * Complexity: O(m log m) for m flows on the freed links. Ties inside a group: by flow id.
 */
#pragma once

#include "sched/scheduler.h"
#include "sharing/network-state.h"

#include <cstdint>
#include <vector>

namespace echelon
{

class RankBackfill
{
  public:
    /// @param order indices into view.groups, first served first.
    void SetRanks(const NetworkView& view, const std::vector<std::uint32_t>& order);

    /// @returns false if other things than departures have happened.
    bool Repair(const NetworkState& state,
                const NetworkChange& change,
                std::vector<FlowRate>& changes);

  private:
    struct Candidate
    {
        std::uint32_t rank;
        FlowId flow;
    };

    /// What rates in force and grants of this repair leave to a flow on the route.
    double SpareOn(const NetworkState& state, Route route) const;

    std::vector<std::uint32_t> m_rankOfGroup; ///< by GroupId, of the last decision on it
    std::vector<Candidate> m_candidates;
    std::vector<double> m_granted; ///< by link id, in the present repair; all zero between repairs
};

} // namespace echelon
