// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `d-clas`: discretized coflow-aware least attained service, which does not know sizes.
 *
 *     DClasScheduler dClas({10, 8e7, 10, QueueSharing::STRICT});
 *     const Allocation& a = dClas.Allocate(view);
 *
 * Source: Chowdhury, Stoica, "Efficient Coflow Scheduling Without Prior Knowledge" (Aalo, SIGCOMM
 * 2015), Section 4; docs/algorithms/coflow-baselines.md.
 * Problem: minimise the mean coflow completion time without knowing how much a coflow will send.
 *
 * A coflow that has sent s bits is in the first queue k with s < L_k = L_0 E^k, or in the last one,
 * K − 1. Inside a queue, coflows are served in the order of their reference times. Inside a coflow,
 * flows share max-min fairly what is left. Queues share a link in one of two ways:
 *   STRICT    queue after queue;
 *   WEIGHTED  queue k has the share (K − k) / Σ over the queues on the link, and what a queue
 *             leaves goes to the coflows in strict order.
 * A decision holds until a coflow would reach the limit of its queue (Allocation::validUntil).
 *
 * Complexity: O(n × hops + g log g) and max-min inside each coflow, for n flows in g groups; twice
 * that with WEIGHTED.
 *
 * Deviations from the source:
 *  1. A coflow changes queues at the instant that it reaches a limit; the source's coordinator sees
 *     it every few milliseconds.
 *  2. A coflow that comes down takes its place in the queue by its reference time, not the last.
 *  3. Limits are in MB of 10^6 bytes; the authors' simulator has 2^20.
 *  4. Links inside the fabric count like ports.
 *  5. It decides when a flow comes, a coflow ends or reaches a limit. When a flow ends before its
 *     coflow, what it had is backfilled along the last order (sched/rank-backfill.h); a coflow that
 *     is faster for it changes queues at the next decision.
 *
 * Ties: equal reference times by group id. A coflow within OVER_LIMIT below a limit counts as
 * above. Work conserving, since max-min leaves each flow with a full link. Group weights are
 * ignored.
 */
#pragma once

#include "sched/group-ranking.h"
#include "sched/rank-backfill.h"
#include "sched/residual-capacity.h"
#include "sched/scheduler.h"
#include "sharing/max-min.h"

#include <utility>

namespace echelon
{

enum class QueueSharing
{
    STRICT,
    WEIGHTED,
};

struct DClasOptions
{
    std::uint32_t queues;  ///< K, at least 1
    double firstLimitBits; ///< L_0 > 0
    double factor;         ///< E, at least 1
    QueueSharing sharing;
};

class DClasScheduler : public Scheduler
{
  public:
    explicit DClasScheduler(const DClasOptions& options);

    /// The queue of a coflow that has sent so much.
    std::uint32_t QueueOf(double sentBits) const;

  private:
    /// The queues of a link, while their weights are added up.
    struct LinkQueues
    {
        std::uint32_t last = 0; ///< one more than the last one seen; 0: none
        std::uint32_t weight = 0;
    };

    Preparation DoPrepare(const Forecast& forecast) override;
    void DoAllocate(const NetworkView& view, Allocation& out) override;
    bool DoRepair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes) override;

    void ShareByWeight(const NetworkView& view, Allocation& out);
    void WeighQueues(const NetworkView& view);
    /// Adds max-min rates on what is left to the flows of a group.
    /// @param slice if given, what is left of each link.
    void ServeGroup(const NetworkView& view,
                    std::uint32_t group,
                    std::vector<double>* slice,
                    Allocation& out);

    DClasOptions m_options;
    Time m_controlDelay;          ///< until a decision is in force (sched/valid-until.h)
    std::vector<double> m_limits; ///< bits, by queue but the last
    RankBackfill m_backfill;
    FlowsByGroup m_byGroup;
    GroupRanking<std::pair<std::uint32_t, Time>> m_ranking;
    std::vector<std::uint32_t> m_order;
    std::vector<std::uint32_t> m_queueOf; ///< by group
    ResidualCapacity m_residual;
    MaxMinSolver m_solver;
    std::vector<std::uint32_t> m_served;  ///< flows in m_solver
    std::vector<LinkQueues> m_linkQueues; ///< by link id
    std::vector<double> m_slice;          ///< by link id: left of a queue's share
};

} // namespace echelon
