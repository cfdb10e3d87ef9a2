// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `srpt`: shortest remaining processing time first, per flow.
 *
 *     SrptScheduler srpt;
 *     const Allocation& a = srpt.Allocate(view);
 *
 * Source: Schrage, "A proof of the optimality of the shortest remaining processing time discipline"
 * (1968); as ideal fabric scheduling in Alizadeh et al., "pFabric" (SIGCOMM 2013), Section 3.
 * Problem: minimise the mean flow completion time. Optimal on one link; a 2-approximation heuristic
 * in a big switch of equal ports for flows present from the start. Complexity: O(n log n + n ×
 * hops). Ties: equal remainders, by flow id. Work-conserving (sched/ordered-allocation.h).
 *
 * Deviations from the sources:
 *  1. A bundle of m flows is placed by what is left of one of its flows, since the m would have
 * been sent one after the other; it drains as a whole.
 */
#pragma once

#include "sched/ordered-allocation.h"
#include "sched/scheduler.h"

namespace echelon
{

class SrptScheduler : public Scheduler
{
  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override;

    FlowOrder<double> m_order;
    ResidualCapacity m_residual;
};

} // namespace echelon
