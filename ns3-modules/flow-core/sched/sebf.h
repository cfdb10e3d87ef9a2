// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `sebf`: coflow scheduling by smallest effective bottleneck first, with MADD and backfill.
 *
 *     SebfScheduler sebf;
 *     const Allocation& a = sebf.Allocate(view);
 *
 * Source: Chowdhury, Zhong, Stoica, "Efficient Coflow Scheduling with Varys" (SIGCOMM 2014),
 * Section 5; docs/algorithms/coflow-baselines.md.
 * Problem: minimise the mean coflow completion time; NP-hard.
 *
 * Γ(c) = max over links of (bits of c left on the link / capacity), seconds.
 * SEBF: coflows by ascending Γ, on full capacities. MADD: a flow of c gets remaining / Γ'(c), with
 * Γ' on the capacities that the coflows before left, so that all flows of c finish with the
 * slowest.
 *
 * Complexity: O(n × hops + g log g) for n flows in g groups.
 *
 * Deviations from the source:
 *  1. Links inside the fabric count like ports, so that oversubscribed uplinks can be the
 *     bottleneck.
 *  2. A coflow that crosses a link without capacity left gets nothing from MADD: its Γ' is
 *     infinite.
 *  3. Backfill gives what is left in the order of the coflows, inside a coflow by flow id, as much
 *     as fits; the paper shares the rest port by port.
 *  4. No deadlines, admission control or starvation prevention.
 *
 * Ties: equal Γ, by group id. Group weights are ignored, as in the paper.
 */
#pragma once

#include "sched/flows-by-group.h"
#include "sched/ordered-allocation.h"
#include "sched/scheduler.h"

namespace echelon
{

class SebfScheduler : public Scheduler
{
  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override;

    /// Seconds until the group could end if alone on the links with these capacities; infinite when
    /// one of them is 0.
    double Bottleneck(const NetworkView& view, std::uint32_t group, const double* capacity);

    struct Ranked
    {
        double bottleneck;
        std::uint32_t group;
    };

    FlowsByGroup m_byGroup;
    ResidualCapacity m_residual;
    std::vector<Ranked> m_rank;
    std::vector<double> m_bits; ///< by link id; all zero between uses
};

} // namespace echelon
