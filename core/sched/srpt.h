// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `srpt`: shortest remaining processing time first, per flow.
 *
 *     SrptScheduler srpt;
 *     const Allocation& a = srpt.Allocate(view);
 *
 * Source: Schrage, "A proof of the optimality of the shortest remaining processing time discipline"
 * (1968); for a fabric, Alizadeh et al., "pFabric" (SIGCOMM 2013).
 * Problem: minimise the mean flow completion time. Optimal on one link; with several a heuristic.
 * Complexity: O(n log n + n × hops).
 *
 * Deviations from the sources:
 *  1. A bundle of m flows is placed by what is left of one of its flows, since the m would have
 *     been sent one after the other; it drains as a whole.
 *
 * Ties: equal remainders, by flow id. Work-conserving (sched/ordered-allocation.h).
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

    FlowOrder<float> m_order;
    ResidualCapacity m_residual;
};

} // namespace echelon
