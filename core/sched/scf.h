// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `scf`: shortest coflow first, with MADD and backfill.
 *
 *     ScfScheduler scf(CoflowSize::TOTAL);
 *     const Allocation& a = scf.Allocate(view);
 *
 * Source: Chowdhury, Zhong, Stoica, "Efficient Coflow Scheduling with Varys" (SIGCOMM 2014),
 * Section 5.3, compares such orders with SEBF; docs/algorithms/coflow-baselines.md.
 *
 * It serves coflows in ascending order of what they have left to send: all flows together (TOTAL),
 * or the longest flow (LONGEST). Rates, and when it decides, are those of sched/group-order.h.
 *
 * Complexity: O(n + g log g) for the order of g groups with n flows.
 *
 * Deviations from the source:
 *  1. The source's SCF is LONGEST. Its simulator, CoflowSim, calls TOTAL "lightest coflow first".
 *  2. What is left counts at every decision, not what there was on arrival.
 *
 * Ties: by group id. Group weights are ignored.
 */
#pragma once

#include "sched/group-order.h"
#include "sched/group-ranking.h"

namespace echelon
{

/// What makes a coflow short.
enum class CoflowSize
{
    TOTAL,   ///< bits left of all its flows
    LONGEST, ///< bits left of its longest flow; a bundle counts as one of its flows
};

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

} // namespace echelon
