// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `rollout`: the scheduler out of several under which the jobs do best when they are run ahead of
 * time, as profiled, on the fluid fabric.
 *
 *     RolloutScheduler rollout(RolloutMembers(jobs), RolloutObjective::ITERATION_TIME);
 *     PlanRollout(input, fabric goodput, rollout);   // emulation/rollout-plan.h: runs and selects
 *
 * Source: Bertsekas, Tsitsiklis, Wu, "Rollout Algorithms for Combinatorial Optimization" (Journal
 * of Heuristics 3, 1997): a base policy is judged by simulating it; with several base policies the
 * best simulation wins. Training repeats itself, so a coordinator that knows the jobs' profiles can
 * simulate them. docs/algorithms/echelonflow.md, "rollout".
 *
 * Members: `least-slack`, `fair`, `sebf`, `echelon`, `echelon-bssi`, and with 2 to MAX_JOBS_FIRST
 * jobs `least-slack` with each job's stages before all others. Without a plan it is `least-slack`.
 *
 * Property: with jobs that run as profiled and decisions without delay on the fluid fabric, the
 * objective is that of the best member. Elsewhere (packets, control delay, compute noise) it is a
 * prediction.
 *
 * Deviations from the source:
 *  1. One choice for the whole run, made before it, from all jobs and their arrivals.
 *
 * Complexity: the plan costs one fluid run per member; a decision costs what the member's does.
 * Ties: the member named first.
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

/// What a plan minimises.
enum class RolloutObjective
{
    ITERATION_TIME, ///< Σ over jobs of weight × mean iteration time
    TARDINESS,      ///< Σ over EchelonFlows that cross the network of weight × tardiness
};

/// A scheduler to choose from.
struct RolloutMember
{
    std::string name;
    std::function<std::unique_ptr<Scheduler>()> make;
};

/// With up to this many jobs each is tried as the first; more would cost more runs than they win.
constexpr std::uint32_t MAX_JOBS_FIRST = 4;

/// @param jobs how many there are; their ids are 0 … jobs - 1.
std::vector<RolloutMember> RolloutMembers(std::uint32_t jobs);

class RolloutScheduler : public Scheduler
{
  public:
    explicit RolloutScheduler(RolloutObjective objective);

    RolloutObjective Objective() const
    {
        return m_objective;
    }

    /// Decide as this member from now on.
    void Select(const RolloutMember& member)
    {
        m_selected = member.make();
    }

  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override;
    bool DoRepair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes) override;
    void DoRecall(const NetworkView& view, const Allocation& decision) override;

    RolloutObjective m_objective;
    std::unique_ptr<Scheduler> m_selected;
};

} // namespace echelon
