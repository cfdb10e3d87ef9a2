// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `portfolio` tries several schedulers ahead of time and decides like the one under which the jobs
 * do best.
 *
 *     PortfolioScheduler portfolio(PortfolioObjective::ITERATION_TIME);
 *     portfolio.Prepare(forecast);                       // runs the members and selects one
 *     portfolio.Prepared().selected;
 *
 * Prepare runs the jobs as profiled on the fluid fabric under every member. Members are
 * `least-slack`, `fair`, `sebf`, `echelon` and `echelon-bssi`; with 2 to MAX_JOBS_FIRST jobs there
 * is also `least-slack` with one job's stages before all others, once for each job. Before Prepare,
 * `portfolio` is `least-slack`.
 *
 * Source: Bertsekas, Tsitsiklis, Wu, "Rollout Algorithms for Combinatorial Optimization" (Journal
 * of Heuristics 3, 1997). There a base policy is judged by simulating it, and of several base
 * policies the one with the best simulation wins. Training repeats itself, so a coordinator that
 * knows the profiles of the jobs can simulate them. See docs/algorithms/echelonflow-family.md.
 * Deviation from the source: the choice is made once, before the run, from all jobs and arrivals.
 *
 * Property: if the jobs run as profiled on the fluid fabric and decisions take no time, the
 * objective is that of the best member. Otherwise (packets, control delay, compute noise) it is a
 * prediction.
 *
 * Complexity: Prepare costs one fluid run per member; a decision costs what the member's costs.
 * Of equally good members the one listed first is selected.
 */
#pragma once

#include "sched/scheduler.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace echelon
{

/// What Prepare minimises.
enum class PortfolioObjective
{
    ITERATION_TIME, ///< Σ over jobs of weight × mean iteration time
    TARDINESS,      ///< Σ over EchelonFlows that cross the network of weight × tardiness
};

/// A scheduler to choose from.
struct PortfolioMember
{
    std::string name;
    std::function<std::unique_ptr<Scheduler>()> make;
};

/// With up to this many jobs each is tried as the first; more would cost more runs than they win.
constexpr std::uint32_t MAX_JOBS_FIRST = 4;

/// @param jobs how many there are; their ids are 0 … jobs - 1.
std::vector<PortfolioMember> PortfolioMembers(std::uint32_t jobs);

class PortfolioScheduler : public Scheduler
{
  public:
    explicit PortfolioScheduler(PortfolioObjective objective);

    std::vector<std::string> Policies(std::uint32_t jobs) const override;

  private:
    Preparation DoPrepare(const Forecast& forecast) override;
    void DoAllocate(const NetworkView& view, Allocation& out) override;
    bool DoRepair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes) override;

    PortfolioObjective m_objective;
    std::unique_ptr<Scheduler> m_selected;
};

} // namespace echelon
