// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Plans a run under the scheduler `portfolio`: it runs the jobs under every member on the fluid
 * fabric and selects the best (sched/portfolio.h).
 *
 *     const PortfolioPlan plan = PlanPortfolio(input, {4096, 82}, 0, portfolio);
 *     plan.costs[plan.selected];          // {"least-slack", 12.7}
 *
 * The jobs run as profiled, with the run's control delay and fair share. The cost is one fluid run
 * per member.
 */
#pragma once

#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "sched/portfolio.h"

#include <string>
#include <vector>

namespace echelon
{

/// The cost of each member, and which one is selected.
struct PortfolioPlan
{
    struct Cost
    {
        std::string member;
        double seconds = 0; ///< the objective
    };

    std::vector<Cost> costs; ///< in the order of PortfolioMembers
    std::size_t selected = 0;
};

/// @param fairShare the part of every link that the run's starvation guard gives to all flows alike
PortfolioPlan PlanPortfolio(const EmulationInput& input,
                            Framing framing,
                            double fairShare,
                            PortfolioScheduler& portfolio);

} // namespace echelon
