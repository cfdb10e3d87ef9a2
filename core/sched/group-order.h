// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Base of the coflow schedulers. They put the groups in an order, give each group MADD on what the
 * groups before it left, and then backfill.
 *
 *     class Mine : public GroupOrderScheduler { … };   // overrides Order(view, order)
 *
 * Source: Chowdhury, Zhong, Stoica, "Efficient Coflow Scheduling with Varys" (SIGCOMM 2014),
 * Section 5 (MADD, backfill); docs/algorithms/coflow-baselines.md.
 *
 * MADD: a flow of group c gets remaining / Γ'(c), where Γ'(c) = max over links of (bits of c left
 * on the link / capacity that the groups before left), so that all flows of c finish with the
 * slowest. Backfill: what is left goes to the flows in the order of the groups, inside a group by
 * flow id.
 *
 * They decide when a flow comes and when a group has no flow left, as in the source. If flows of a
 * group end before the others, what they had is backfilled along the order of the last decision.
 *
 * Complexity: O(n × hops) for n flows besides the order; a departure between decisions O(m log m)
 * for m flows on the links it freed.
 *
 * Deviations from the source:
 *  1. Links inside the fabric count like ports, so that oversubscribed uplinks can be the
 *     bottleneck.
 *  2. A group that crosses a link without capacity left gets nothing from MADD: its Γ' is infinite.
 *  3. Backfill gives as much as fits, flow by flow; the source shares the rest port by port.
 */
#pragma once

#include "sched/group-ranking.h"
#include "sched/madd.h"
#include "sched/ordered-allocation.h"
#include "sched/rank-backfill.h"
#include "sched/scheduler.h"

namespace echelon
{

class GroupOrderScheduler : public Scheduler
{
  protected:
    /// The groups of the view as m_byGroup has them, first served first.
    /// @param order receives indices into view.groups, each once.
    virtual void Order(const NetworkView& view, std::vector<std::uint32_t>& order) = 0;

    FlowsByGroup m_byGroup;
    Madd m_madd;

  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override;
    bool DoRepair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes) override;

    ResidualCapacity m_residual;
    std::vector<std::uint32_t> m_order;
    RankBackfill m_backfill;
};

} // namespace echelon
