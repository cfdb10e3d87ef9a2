// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `echelon` ranks EchelonFlows by the tardiness that they would still grow to. Inside each, rates
 * keep its arrangement of ideal finish times.
 *
 *     EchelonScheduler echelon;
 *     const Allocation& a = echelon.Allocate(view);
 *
 * Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in Distributed Deep Learning
 * Training with Echelon Formation" (HotNets 2022): the adaptation of SEBF and MADD (Property 4),
 * and Figure 2. Problem: minimise the sum over EchelonFlows of the largest tardiness of their
 * flows; NP-hard (Property 3).
 *
 * Rank: ascending τ - (now - d_head), where d_head is the ideal finish time of the group's first
 * flow that is still active. This is the time that the group needs on its bottleneck, less what its
 * later flows may wait after the head. It takes the place of SEBF's remaining time, so for coflows
 * the order is that of `sebf`, whenever they started (Property 2). The tardiness that a group has
 * suffered already is free room: its deadlines are no tighter than that. Rates, backfill, τ and
 * deviations are those of sched/arrangement-order.h, and also
 *  1. The literal rule ranks by τ itself, which adds the lateness so far, about which nothing can
 *     be decided any more: `echelon-paper` (sched/echelon.h).
 *  2. Group weights are ignored.
 *  3. If the flows that leave belong to coflows of which other flows are still sending, what they
 *     had is backfilled in the order decided last, as in sched/group-order.h.
 *
 * Complexity: O(n × hops + g log g) for n flows in g groups; a departure from a coflow O(m log m)
 * for m flows on the links it freed. Ties: keys that are the same to the nanosecond, by group id.
 */
#pragma once

#include "sched/arrangement-order.h"
#include "sched/group-ranking.h"
#include "sched/rank-backfill.h"

namespace echelon
{

class EchelonScheduler : public ArrangementOrderScheduler
{
  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    bool KeepsTardiness() const override
    {
        return true;
    }

    bool DoRepair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes) override;
    void OnOrder(const NetworkView& view, const std::vector<std::uint32_t>& order) override;

    GroupRanking<double> m_ranking;
    RankBackfill m_backfill;
    std::vector<char> m_isCoflow;           ///< by GroupId: at the last decision on it
    std::vector<const ActiveFlow*> m_heads; ///< scratch, by index into view.groups
};

/**
 * `echelon-paper` follows the paper to the letter: it ranks EchelonFlows by their tardiness. Inside
 * each, rates keep its arrangement of ideal finish times.
 *
 *     EchelonPaperScheduler paper;
 *     const Allocation& a = paper.Allocate(view);
 *
 * Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in Distributed Deep Learning
 * Training with Echelon Formation" (HotNets 2022), Property 4, which puts tardiness in the
 * place of the coflow completion time and gives no pseudocode. It is kept for comparison with
 * `echelon` (sched/echelon.h).
 *
 * Rank: ascending τ on full capacities, including the lateness so far. On coflows that start at
 * different times this is last in, first out: of two coflows with the same bits left the later one
 * goes first, because its reference time is later. So it does not contain SEBF, and an old group
 * can starve. Rates, backfill, τ and deviations are those of sched/arrangement-order.h, and also
 *  1. Group weights are ignored.
 *
 * Complexity: O(n × hops + g log g) for n flows in g groups. Ties: τ that are the same to the
 * nanosecond, by group id.
 */
class EchelonPaperScheduler : public ArrangementOrderScheduler
{
  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    GroupRanking<double> m_ranking;
};

} // namespace echelon
