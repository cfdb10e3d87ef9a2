// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `echelon-bssi`: EchelonFlows in Sincronia's order, generalised to tardiness and weights; rates
 * that keep each one's arrangement.
 *
 *     EchelonBssiScheduler scheduler;
 *     const Allocation& a = scheduler.Allocate(view);
 *
 * Problem: minimise Σ w_H t_H. Relaxed to the links one by one, and given an order, EchelonFlow H
 * has the tardiness
 *     t_H = max(s_H, max over its links l of (Σ over G before H of p_Gl + q_Hl)),
 * with p_Gl = bits of G left on l / capacity, and q_Hl = max over its classes k of (seconds for the
 * bits of classes <= k on l - (d_k - now)), its tardiness on l if it could start at once; s_H is
 * the tardiness of its flows that have left. With one class and d = now that is concurrent open
 * shop, the problem behind coflow scheduling. A group that has been late by s_H may be as late
 * again for nothing, so its deadlines are d + max(τ, s_H).
 *  1. Two orders: BSSI on p and w (sched/bssi-order.h), and ascending (max over l of q_Hl, without
 *     the lateness that the head class has suffered) / w_H.
 *  2. Each is improved by exchanging neighbours while the relaxed objective falls, at most
 *     MAX_PASSES times through. The better one counts.
 *  3. Rates and backfill: sched/arrangement-order.h.
 * Groups that share no link, not even through others, are ordered apart.
 *
 * Bound: the order, for coflows (one class each, d = reference) that are there from the start and
 * are served greedily in it, keeps within 4 times the optimum: its relaxed objective is no larger
 * than that of BSSI's order, on which Sincronia's proof rests (SIGCOMM 2018, Section 3). The rates
 * here keep arrangements instead. docs/algorithms/echelonflow-family.md has the consequence.
 *
 * Complexity: that of BSSI, and O(I + g log g) for each pass over g groups with I pairs of a group
 * and a link.
 * Ties: BSSI's order; neighbours are exchanged only for a gain.
 */
#pragma once

#include "sched/arrangement-order.h"
#include "sched/bssi-order.h"

namespace echelon
{

class EchelonBssiScheduler : public ArrangementOrderScheduler
{
  private:
    using Range = FlowsByGroup::Range;

    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    bool KeepsTardiness() const override
    {
        return true;
    }

    void CollectDemands(const NetworkView& view);
    /// Sets m_components: groups that compete, directly or through others, next to each other.
    void FindComponents(const NetworkView& view);

    /// Orders of one component, indices into view.groups.
    void OrderByBssi(const NetworkView& view, const Range& component);
    void OrderByTardiness(const NetworkView& view, const Range& component);

    /// Exchanges neighbours while that helps. @return the relaxed objective.
    double Improve(const NetworkView& view, std::vector<std::uint32_t>& order);
    /// Whether b, next after a, had better go before it.
    bool ShouldExchange(const NetworkView& view, std::uint32_t a, std::uint32_t b);
    /// The group's relaxed tardiness when it starts after what m_before and m_neighbour have.
    double TardinessOf(std::uint32_t group) const;
    /// The same, one place later: behind the neighbour too.
    double TardinessBehind(std::uint32_t group, std::uint32_t neighbour);

    BssiOrder m_bssi;
    std::vector<LinkDemand> m_demands;        ///< group by group
    std::vector<std::uint32_t> m_firstDemand; ///< by group, and the end
    std::vector<LinkDemand> m_ofGroup;        ///< scratch
    std::vector<double> m_suffered;           ///< by group: s_H, seconds; -infinity without
    std::vector<std::uint32_t> m_componentOf; ///< by group: the smallest group of its component
    std::vector<std::uint32_t> m_byComponent; ///< groups by component, then id
    std::vector<double> m_before;             ///< by link id, seconds; all zero between uses
    std::vector<double> m_neighbour;          ///< by link id, seconds; all zero between uses
    std::vector<double> m_keys;               ///< by group
    std::vector<std::uint32_t> m_byBssi;
    std::vector<std::uint32_t> m_byTardiness;
};

} // namespace echelon
