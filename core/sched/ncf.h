// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `ncf`: narrowest coflow first, with MADD and backfill.
 *
 *     NcfScheduler ncf;
 *     const Allocation& a = ncf.Allocate(view);
 *
 * Source: Chowdhury, Zhong, Stoica, "Efficient Coflow Scheduling with Varys" (SIGCOMM 2014),
 * Section 5.3, compares this order with SEBF; docs/algorithms/coflow-baselines.md.
 *
 * Width: the smaller of the numbers of senders and receivers, as in the authors' simulator,
 * CoflowSim (comparator NCF of CoflowSimulator). Rates and when it decides: sched/group-order.h.
 *
 * Complexity: O(n + g log g) for the order of g groups with n flows.
 *
 * Deviations from the source:
 *  1. Senders and receivers of flows that are active count, not those on arrival.
 *  2. A sender is the first link of a path, a receiver the last.
 *
 * Ties: equal widths by the group's reference time, then by group id. Group weights are ignored.
 */
#pragma once

#include "sched/group-order.h"
#include "sched/group-ranking.h"

#include <utility>

namespace echelon
{

class NcfScheduler : public GroupOrderScheduler
{
  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    /// The last group that was seen at a link.
    struct LastSeen
    {
        std::uint64_t sending = 0;
        std::uint64_t receiving = 0;
    };

    std::uint64_t m_group = 0;        ///< groups looked at so far, in all calls
    std::vector<LastSeen> m_lastSeen; ///< by link id
    GroupRanking<std::pair<std::uint32_t, Time>> m_ranking;
};

} // namespace echelon
