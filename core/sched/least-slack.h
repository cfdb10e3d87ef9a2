// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `least-slack` ranks the stages of all EchelonFlows by the time that they need and the time that
 * the whole iteration lets them wait.
 *
 *     LeastSlackScheduler leastSlack;
 *     const Allocation& a = leastSlack.Allocate(view);
 *
 * Problem: make the iterations of all jobs short. docs/algorithms/echelonflow-family.md says where
 * it wins and where it loses. The idea of slack is that of the critical path method (Kelley and
 * Walker 1959).
 *
 * A stage consists of the flows of a group with the same ideal finish time: a micro-batch of a
 * pipeline, an all-gather of FSDP, or a whole coflow. Its finish-time target is the latest finish
 * of the whole iteration on an infinitely fast network (taskgraph/ideal-run.h), which the
 * arrangement of a single EchelonFlow cannot express: the first gradient buckets may wait until the
 * iteration ends, the last may not. A stage needs Γ, its bottleneck time if alone on full
 * capacities, and may wait for its slack, max(0, min over its flows of the latest finish - now).
 *  1. Rank of a stage: (Γ + slack) / weight of its group, but not before the stages of its group
 *     that come before it.
 *  2. In this order: MADD on the capacities left, so that the flows of a stage end together.
 *  3. Backfill: what is left, in the same order, inside a stage by flow id.
 *
 * So the arrangement is kept as an order and not as rates: an early stage is never slowed down for
 * a later one of its group. If every job is late, all slacks are 0, and the order is shortest stage
 * first. Lateness that was suffered before does not count.
 *
 * Complexity: O(n × hops + s log s) for n flows in s stages, when the flows' ids ascend with their
 * ideal finish times; otherwise also the sort of the flows. Ties: ranks that are the same to the
 * nanosecond, by group id, then ideal finish time.
 */
#pragma once

#include "sched/madd.h"
#include "sched/ordered-allocation.h"
#include "sched/scheduler.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace echelon
{

class LeastSlackScheduler : public Scheduler
{
  public:
    LeastSlackScheduler() = default;

    /// @param first a job whose stages go before all others.
    explicit LeastSlackScheduler(JobId first)
        : m_first(first)
    {
    }

  private:
    /// A range of m_flows.
    struct Stage
    {
        const std::uint32_t* first;
        const std::uint32_t* last;
        double rank = 0;
        bool isOfFirstJob = false;

        const std::uint32_t* begin() const
        {
            return first;
        }

        const std::uint32_t* end() const
        {
            return last;
        }
    };

    void DoAllocate(const NetworkView& view, Allocation& out) override;
    void BuildStages(const NetworkView& view);

    std::optional<JobId> m_first;
    Madd m_madd;
    ResidualCapacity m_residual;
    std::vector<std::uint32_t> m_flows; ///< by group, ideal finish, id
    std::vector<Stage> m_stages;
};

} // namespace echelon
