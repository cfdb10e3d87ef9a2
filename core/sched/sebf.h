// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `sebf`: coflow scheduling by smallest effective bottleneck first, with MADD and backfill.
 *
 *     SebfScheduler sebf;
 *     const Allocation& a = sebf.Allocate(view);
 *
 * Source: Chowdhury, Zhong, Stoica, "Efficient Coflow Scheduling with Varys" (SIGCOMM 2014),
 * Section 5; docs/algorithms/coflow-baselines.md.
 * Problem: minimise the mean coflow completion time; NP-hard.
 *
 * SEBF serves coflows by ascending Γ on full capacities. Γ, MADD, backfill, the moments of decision
 * and the deviations are those of sched/group-order.h, and also
 *  1. There are no deadlines, no admission control and no starvation prevention.
 *
 * Complexity: O(n × hops + g log g) for n flows in g groups.
 * Ties: Γ that are the same to the nanosecond, by group id. Group weights are ignored, as in the
 * paper.
 */
#pragma once

#include "sched/group-order.h"
#include "sched/group-ranking.h"

namespace echelon
{

class SebfScheduler : public GroupOrderScheduler
{
  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    GroupRanking<double> m_ranking;
};

} // namespace echelon
