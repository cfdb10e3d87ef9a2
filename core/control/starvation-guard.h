// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Gives a part of every link to all flows and the rest to the scheduler, so that no flow starves.
 *
 *     EchelonScheduler echelon;
 *     StarvationGuard guarded(echelon, 0.1);
 *     const Allocation& a = guarded.Allocate(view);
 *
 * Let x be a flow's max-min fair rate (sharing/max-min.h) and s the share. Every flow gets s × x,
 * and the scheduler inside divides what is left of each link, which is at least 1 - s of it. The
 * guard conserves work if the scheduler does, because the scheduler sees all that the fair part
 * leaves.
 *
 * Bound, proved in docs/algorithms/starvation-guard.md: while n(l) flows cross link l of capacity
 * C(l), a flow has at least s × x >= s × min over its links of C(l) / n(l). Hence with given
 * arrivals it ends no later than on links of capacity s × C(l) that divide themselves equally among
 * their flows, and on one link no later than under fair sharing of a link of s × C. A bundle of m
 * flows counts as m.
 *
 * A decision costs what max-min sharing and the scheduler cost. There is no shortcut
 * (Scheduler::Repair); closures are decided anew. Errors: ContractViolation unless 0 < s < 1.
 */
#pragma once

#include "sched/scheduler.h"
#include "sharing/max-min.h"

#include <vector>

namespace echelon
{

class StarvationGuard : public Scheduler
{
  public:
    /// @param scheduler outlives this.
    StarvationGuard(Scheduler& scheduler, double share);

  private:
    Preparation DoPrepare(const Forecast& forecast) override;
    void DoAllocate(const NetworkView& view, Allocation& out) override;

    Scheduler& m_scheduler;
    double m_share;
    MaxMinSolver m_solver;
    std::vector<BitRate> m_rest; ///< by link: what the scheduler inside divides
    NetworkView m_view;          ///< the same flows over m_rest
};

} // namespace echelon
