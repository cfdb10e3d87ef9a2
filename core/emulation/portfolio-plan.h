// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Plans a run under `rollout`: runs the jobs under every member on the fluid fabric and selects the
 * best.
 *
 *     const RolloutPlan plan = PlanRollout(input, {4096, 82}, 0, rollout);
 *     plan.costs[plan.selected];          // {"least-slack", 12.7}
 *
 * The jobs run as profiled, with the run's control delay and fair share. Cost: one fluid run per
 * member. See sched/rollout.h.
 */
#pragma once

#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "sched/rollout.h"

#include <string>
#include <vector>

namespace echelon
{

/// What the members would cost.
struct RolloutPlan
{
    struct Cost
    {
        std::string member;
        double seconds = 0; ///< the objective
    };

    std::vector<Cost> costs; ///< in the order of RolloutMembers
    std::size_t selected = 0;
};

/// @param fairShare of every link, that the run's starvation guard takes.
RolloutPlan PlanRollout(const EmulationInput& input,
                        Framing framing,
                        double fairShare,
                        RolloutScheduler& rollout);

} // namespace echelon
