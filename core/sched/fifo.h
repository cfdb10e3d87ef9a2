// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `fifo`: first come, first served. Flows in the order of their release, each at the full rate that
 * earlier ones leave.
 *
 *     FifoScheduler fifo;
 *     const Allocation& a = fifo.Allocate(view);
 *
 * It is the baseline that schedules by the order of arrival only, and ignores sizes and groups.
 * Complexity: O(n log n + n × hops).
 * Ties: flows released together, by id. Work-conserving (sched/ordered-allocation.h).
 */
#pragma once

#include "sched/ordered-allocation.h"
#include "sched/scheduler.h"

namespace echelon
{

class FifoScheduler : public Scheduler
{
  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override;

    FlowOrder<Time> m_order;
    ResidualCapacity m_residual;
};

} // namespace echelon
