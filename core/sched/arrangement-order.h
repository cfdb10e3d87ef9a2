// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Base of the EchelonFlow schedulers. They put the groups in an order, give each the rates that
 * keep its arrangement of ideal finish times on what the groups before it left, and then backfill.
 *
 *     class Mine : public ArrangementOrderScheduler { … };   // overrides Order(view, order)
 *
 * Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in Distributed Deep Learning
 * Training with Echelon Formation" (HotNets 2022): the adaptation of MADD, and Figure 2.
 * Full statement, proofs and counter-examples: docs/algorithms/echelonflow.md.
 *
 * A class consists of the flows of a group with the same ideal finish time d_k, k = 0, 1, …
 * ascending. τ = max over links l and classes k on l of (now + bits of classes <= k on l / capacity
 * of l - d_k).
 *  1. With τ on the capacities left, set deadlines D_k = d_k + τ. From the last class to the first,
 *     each flow gets what is left in its class's own segment (D_(k-1), D_k], shared in proportion
 * to the bits left; what does not fit is spread evenly over (now, D_(k-1)], save that every link
 *     keeps for the classes before the rate Q = max over m < k of (bits of classes <= m on it /
 *     (D_m - now)). The rates are those of the first instant.
 *  2. Backfill: what is left, by order, then deadline, then flow id, as much as fits.
 *
 * A subclass may ask that τ is no less than the tardiness of the group's flows that have left.
 *
 * With one class every flow gets remaining / (D - now), as in MADD. On one link τ is attained,
 * which is the optimum.
 *
 * Complexity: O(n × hops) for n flows besides the order, when the flows' ids ascend with their
 * ideal finish times; otherwise also the sort of each group's flows.
 *
 * Deviations from the source, which gives no pseudocode:
 *  1. Links inside the fabric count like ports, so that oversubscribed uplinks can be the
 *     bottleneck.
 *  2. The rate Q. Spreading evenly without it reproduces Figure 2 too, but can make a tight early
 *     flow late.
 *  3. A group that crosses a link without capacity left has an infinite τ there, and gets rates
 *     from the backfill only.
 *
 * Ties: flows of a class share alike, and are backfilled by flow id.
 */
#pragma once

#include "sched/group-ranking.h"
#include "sched/ordered-allocation.h"
#include "sched/scheduler.h"

namespace echelon
{

class ArrangementOrderScheduler : public Scheduler
{
  protected:
    /// The groups of the view, first served first.
    /// @param order receives indices into view.groups, each once.
    virtual void Order(const NetworkView& view, std::vector<std::uint32_t>& order) = 0;

    /// Hears the order of each decision; for schedulers whose repairs build on it.
    virtual void OnOrder(const NetworkView& /*view*/, const std::vector<std::uint32_t>& /*order*/)
    {
    }

    /// Whether a group's τ is at least the tardiness that it has suffered already: EchelonFlow
    /// tardiness is a maximum, so its other flows may be as late.
    virtual bool KeepsTardiness() const
    {
        return false;
    }

    /// τ on full capacities, seconds: what the group's tardiness would be if it were alone.
    /// For use in Order.
    double Tardiness(const NetworkView& view, std::uint32_t group);

    /// τ - (now - d) on full capacities, seconds, where d is the first ideal finish time of the
    /// active flows: what the tardiness would be if this head were due now. For use in Order.
    double TardinessToCome(const NetworkView& view, std::uint32_t group);

    /// What a group asks of a link.
    struct LinkDemand
    {
        LinkId link;
        double seconds; ///< to send all its bits on full capacity
        /// max over its classes k of (seconds for the classes <= k - (d_k - now)): its tardiness on
        /// this link, if it could start at once.
        double tail;
    };

    /// The demands of a group, each link once. For use in Order.
    void Demands(const NetworkView& view, std::uint32_t group, std::vector<LinkDemand>& demands);

    FlowsByGroup m_byGroup; ///< inside a group by ideal finish time, then flow id

  private:
    /// What a class has on one link.
    struct Crossing
    {
        LinkId link;
        double bits;         ///< of the class
        double bitsUpTo;     ///< of this class and those before
        double reserved = 0; ///< rate that the classes before need, Q
        double wanted = 0;   ///< rate that the class would spread over the link
        double fitting = 1;  ///< share of the class's bits that its own segment can carry
    };

    /// Flows with the same ideal finish time: [begin, end) of the group's flows, in the crossings
    /// [firstCrossing, next class's).
    struct DeadlineClass
    {
        std::int64_t idealFinishPs;
        std::uint32_t* begin;
        std::uint32_t* end;
        std::uint32_t firstCrossing;
        double duration = 0; ///< D - now, seconds; > 0
    };

    struct Group
    {
        std::uint32_t firstClass; ///< in m_classes; ends where the next group's begin
    };

    void DoAllocate(const NetworkView& view, Allocation& out) override;
    void BuildGroup(const NetworkView& view, std::uint32_t group);
    void BuildClass(const NetworkView& view, std::uint32_t* begin, std::uint32_t* end);
    /// Sets the classes' durations to those of τ on the given capacities. @return whether τ is
    /// finite.
    bool SetDeadlines(const NetworkView& view, std::uint32_t group, const double* capacity);
    /// Sets the rate Q that every crossing keeps for the classes before.
    void Reserve(std::uint32_t group);
    /// The least `fitting` on the flow's route.
    double FittingOf(const NetworkView& view, std::uint32_t flow) const;
    /// What a class other than the head would send before its own segment.
    void SpreadClass(const NetworkView& view, std::uint32_t c);
    /// Gives a class its spread rates, as far as there is room besides what is reserved.
    void GiveSpread(const NetworkView& view, std::uint32_t c, Allocation& out);
    void GiveToHead(const NetworkView& view, std::uint32_t c, Allocation& out);
    /// The only class of a group: its flows end together.
    void GiveTogether(const NetworkView& view, std::uint32_t c, Allocation& out);

    ResidualCapacity m_residual;
    std::vector<Group> m_groups;                ///< by index into view.groups, and the end
    std::vector<DeadlineClass> m_classes;       ///< of all groups, and the end
    std::vector<Crossing> m_crossings;          ///< of all classes
    std::vector<std::uint32_t> m_flowCrossings; ///< of all flows, link by link of their routes
    std::vector<std::uint32_t> m_firstOfFlow;   ///< by flow: into m_flowCrossings
    std::vector<std::uint32_t> m_order;
    std::vector<double> m_spread; ///< by flow: the rate it would spread before its own segment
    std::vector<double>
        m_bits; ///< by link id: of the group's classes so far; all zero between groups
    std::vector<double> m_reserved; ///< by link id: Q so far; all zero between groups
    std::vector<std::uint32_t>
        m_last; ///< by link id: index of the class's crossing of the link, or a leftover
};

} // namespace echelon
