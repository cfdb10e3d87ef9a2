// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
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
#pragma once

#include "sched/arrangement-order.h"
#include "sched/group-ranking.h"

namespace echelon
{

class EchelonPaperScheduler : public ArrangementOrderScheduler
{
  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    GroupRanking<double> m_ranking;
};

} // namespace echelon
