// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `echelon-paper`: EchelonFlows ranked by their tardiness, the paper taken to the letter; inside
 * each, rates that keep its arrangement of ideal finish times.
 *
 *     EchelonPaperScheduler paper;
 *     const Allocation& a = paper.Allocate(view);
 *
 * Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in Distributed Deep Learning
 * Training with Echelon Formation" (HotNets 2022), Property 4, which puts tardiness in the
 * place of the coflow completion time and gives no pseudocode. For comparison with `echelon`
 * (sched/echelon.h).
 *
 * Rank: ascending τ on full capacities, the lateness so far included. On coflows that start at
 * different times this is last in, first out: of two coflows with as much left the later one goes
 * first, because its reference time is later. So it does not contain SEBF, and an old group can
 * starve. Rates, backfill, τ, and deviations: sched/arrangement-order.h. Besides:
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
