// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The orders of coflows that the paper of Varys compares: `sebf`, `scf` and `ncf`, with MADD and
 * backfill.
 *
 *     SebfScheduler sebf;
 *     const Allocation& a = sebf.Allocate(view);
 *
 * Source: Chowdhury, Zhong, Stoica, "Efficient Coflow Scheduling with Varys" (SIGCOMM 2014),
 * Section 5; docs/algorithms/coflow-baselines.md. Problem: minimise the mean coflow completion
 * time; NP-hard. Rates, the moments of decision and their deviations are those of
 * sched/group-order.h. Deviations of all orders:
 *  1. There are no deadlines, no admission control and no starvation prevention.
 *  2. What flows still have to send, and which of them are active, counts at every decision, not
 *     what there was on arrival.
 *
 * Complexity: O(n × hops + g log g) for n flows in g groups. Ties: by group id. Group weights are
 * ignored, as in the paper.
 */
#pragma once

#include "sched/group-order.h"
#include "sched/group-ranking.h"

#include <utility>

namespace echelon
{

/// Smallest effective bottleneck first: ascending Γ on full capacities. Γ that are the same to the
/// nanosecond are ties.
class SebfScheduler : public GroupOrderScheduler
{
  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    GroupRanking<double> m_ranking;
};

/// What makes a coflow short.
enum class CoflowSize
{
    TOTAL, ///< bits left of all its flows; the source's simulator calls it "lightest coflow first"
    LONGEST, ///< bits left of its longest flow, the source's SCF; a bundle counts as one flow
};

/// Shortest coflow first.
class ScfScheduler : public GroupOrderScheduler
{
  public:
    explicit ScfScheduler(CoflowSize size)
        : m_size(size)
    {
    }

  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    CoflowSize m_size;
    GroupRanking<float> m_ranking;
};

/// Narrowest coflow first. Its width is the smaller of the numbers of senders (first links of
/// paths) and receivers (last links), as in the authors' simulator, CoflowSim (comparator NCF of
/// CoflowSimulator). Ties: equal widths by the group's reference time, then by group id.
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
