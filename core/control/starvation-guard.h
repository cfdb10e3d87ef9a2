// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Gives a part of every link to all flows and the rest to the scheduler, so that no flow starves.
 *
 *     EchelonScheduler echelon;
 *     StarvationGuard guarded(echelon, 0.1);
 *     const Allocation& a = guarded.Allocate(view);
 *
 * With max-min fair rates x (sharing/max-min.h) and the share s, every flow gets s × x, and the
 * scheduler inside divides what is left of each link, which is at least 1 - s of it. It is work
 * conserving if the scheduler is, because that one sees the link less what the fair part takes.
 *
 * Bound, proved in docs/algorithms/starvation-guard.md: while n(l) flows cross link l of capacity
 * C(l), a flow has at least s × x >= s × min over its links of C(l) / n(l). Hence with given
 * arrivals it ends no later than on links of s × C(l) where every flow has its equal division, and
 * on one link no later than under fair sharing of a link of s × C. A bundle of m flows counts as m.
 *
 * Complexity: max-min's and the scheduler's. There is no shortcut (Scheduler::Repair): closures are
 * decided anew. Errors: ContractViolation unless 0 < s < 1.
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
