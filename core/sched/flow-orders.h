// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Schedulers that serve single flows one after the other, each at the full rate that earlier ones
 * leave: `fifo`, `srpt` and `edf`.
 *
 *     SrptScheduler srpt;
 *     const Allocation& a = srpt.Allocate(view);
 *
 * With many links instead of one machine, which is a deviation from all sources, a flow gets the
 * least that the flows before it leave along its path.
 * Complexity: O(n log n + n × hops). Ties: by flow id. Work-conserving
 * (sched/ordered-allocation.h).
 */
#pragma once

#include "sched/group-ranking.h"
#include "sched/ordered-allocation.h"

#include <utility>

namespace echelon
{

/// Serves flows in ascending order of what KEY_OF says of them.
template <auto KEY_OF>
class FlowOrderScheduler : public Scheduler
{
  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        m_order.Sort(view, [](const ActiveFlow& flow) { return KEY_OF(flow); });
        m_residual.Reset(view);
        GiveInOrder(view, m_order.Order(), m_residual, out.rates);
    }

    FlowOrder<decltype(KEY_OF(std::declval<ActiveFlow>()))> m_order;
    ResidualCapacity m_residual;
};

inline Time
ReleaseOf(const ActiveFlow& flow)
{
    return flow.release;
}

/// A bundle of m flows is placed by what is left of one of its flows, since the m would have been
/// sent one after the other; it drains as a whole.
inline float
RemainderOf(const ActiveFlow& flow)
{
    return VolumeKey(flow.remainingBits / flow.multiplicity);
}

inline Time
IdealFinishOf(const ActiveFlow& flow)
{
    return flow.idealFinish;
}

/// First come, first served: the baseline that ignores sizes and groups.
using FifoScheduler = FlowOrderScheduler<ReleaseOf>;

/// Shortest remaining processing time first. Source: Schrage, "A proof of the optimality of the
/// shortest remaining processing time discipline" (1968); for a fabric, Alizadeh et al., "pFabric"
/// (SIGCOMM 2013). Problem: minimise the mean flow completion time. It is optimal on one link, and
/// a heuristic on several.
using SrptScheduler = FlowOrderScheduler<RemainderOf>;

/// Earliest deadline first, where the deadline of a flow is its ideal finish time. Source: Jackson,
/// "Scheduling a production line to minimize maximum tardiness" (1955); Horn, "Some simple
/// scheduling algorithms" (1974), for releases and preemption. Problem: minimise the largest
/// tardiness. It is optimal on one link, and a heuristic on several
/// (docs/algorithms/echelonflow.md).
using EdfScheduler = FlowOrderScheduler<IdealFinishOf>;

} // namespace echelon
