// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `las`: least attained service, per flow and without knowing sizes.
 *
 *     LasScheduler las(Time::FromSeconds(1e-6));
 *     const Allocation& a = las.Allocate(view);
 *
 * Source: Rai, Urvoy-Keller, Biersack, "Analysis of LAS Scheduling for Job Size Distributions with
 * High Variance" (SIGMETRICS 2003), Section 2; as foreground-background, Kleinrock, "Queueing
 * Systems" volume 2 (1976), Section 4.6; docs/algorithms/coflow-baselines.md. Problem: mean flow
 * completion time without knowing sizes. On one link no such policy is better when sizes have a
 * decreasing hazard rate.
 *
 * The flows that have sent least share the links max-min fairly. What they leave goes to those that
 * have sent the next more, and so on. If a flow that has sent less sends faster than another on the
 * same link, the decision holds until it has caught up (Allocation::validUntil); then both share.
 *
 * Attained service counts in whole quanta: what the fastest link sends in the time `quantum`. Flows
 * in the same quantum have sent the same. The quantum stands for the packets that a fluid does not
 * have, and keeps decisions apart in time.
 *
 * Complexity: O(n log n + n × hops) and max-min inside each level, for n flows.
 *
 * Deviations from the source:
 *  1. Many links: levels one after the other, as in strict priorities.
 *  2. Quanta as above; the source's fluid limit is quantum → 0.
 *
 * Ties: flows of one level share; the result does not depend on their order. A bundle of m flows is
 * m flows that have sent the same. Work-conserving: max-min leaves each flow with a full link.
 */
#pragma once

#include "sched/ordered-allocation.h"
#include "sched/scheduler.h"
#include "sched/valid-until.h"
#include "sharing/max-min.h"

namespace echelon
{

class LasScheduler : public Scheduler
{
  public:
    /// @param quantum greater than 0.
    explicit LasScheduler(Time quantum);

  private:
    /// The lowest level on a link that has been looked at, from the highest down.
    struct LinkLevel
    {
        double level = 0;
        BitRate slowest = 0; ///< per flow, of its flows on the link
        bool isSeen = false;
    };

    Preparation DoPrepare(const Forecast& forecast) override;
    void DoAllocate(const NetworkView& view, Allocation& out) override;

    /// The flows of m_order from begin to end are one level.
    void ServeLevel(const NetworkView& view, std::size_t begin, std::size_t end, Allocation& out);
    void ForeseeCatchUp(const NetworkView& view,
                        std::size_t begin,
                        std::size_t end,
                        const Allocation& out,
                        ValidUntil& validUntil);
    /// In quanta, of one flow.
    double ServiceOf(const ActiveFlow& flow) const;
    double LevelOf(const ActiveFlow& flow) const;

    Time m_quantum;
    Time m_controlDelay;
    double m_quantumBits = 0; ///< in the present view
    FlowOrder<double> m_order;
    std::vector<std::size_t> m_levels; ///< where levels begin in m_order, and the end
    ResidualCapacity m_residual;
    MaxMinSolver m_solver;
    std::vector<std::uint32_t> m_served;   ///< flows in m_solver
    std::vector<LinkLevel> m_lowestOnLink; ///< by link id
};

} // namespace echelon
