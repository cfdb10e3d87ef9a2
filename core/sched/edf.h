// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `edf`: earliest deadline first, where the deadline of a flow is its ideal finish time.
 *
 *     EdfScheduler edf;
 *     const Allocation& a = edf.Allocate(view);
 *
 * Source: Jackson, "Scheduling a production line to minimize maximum tardiness" (1955); Horn, "Some
 * simple scheduling algorithms" (1974), for releases and preemption.
 * Problem: minimise the largest tardiness. It is optimal on one link, and a heuristic on several
 * (docs/algorithms/echelonflow.md).
 * Complexity: O(n log n + n × hops).
 *
 * Deviations from the sources:
 *  1. There are many links instead of one machine. A flow gets the least that the flows before it
 *     leave along its path.
 *
 * Ties: equal ideal finish times, by flow id. Work-conserving (sched/ordered-allocation.h).
 */
#pragma once

#include "sched/ordered-allocation.h"
#include "sched/scheduler.h"

namespace echelon
{

class EdfScheduler : public Scheduler
{
  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override;

    FlowOrder<Time> m_order;
    ResidualCapacity m_residual;
};

} // namespace echelon
