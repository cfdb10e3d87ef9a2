// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `fair`: per-flow max-min fairness, to which ideal per-flow congestion control converges. It does
 * not know groups.
 *
 *     FairScheduler fair;
 *     const Allocation& a = fair.Allocate(view);
 *
 * Problem, complexity, source and ties: sharing/max-min.h. A bundle of m flows gets m shares. Group
 * weights are ignored.
 */
#pragma once

#include "sched/scheduler.h"
#include "sharing/max-min-repair.h"
#include "sharing/max-min.h"

namespace echelon
{

class FairScheduler : public Scheduler
{
  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override;

    bool DoRepair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes) override;

    MaxMinSolver m_solver;
    MaxMinRepair m_repair;
};

} // namespace echelon
