// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `echelon`: EchelonFlows ranked by tardiness; inside each, rates that keep its arrangement of
 * ideal finish times.
 *
 *     EchelonScheduler echelon;
 *     const Allocation& a = echelon.Allocate(view);
 *
 * Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in Distributed Deep Learning
 * Training with Echelon Formation" (HotNets 2022): the adaptation of SEBF and MADD, and Figure 2.
 * Problem: minimise the sum over EchelonFlows of the largest tardiness of their flows; NP-hard.
 *
 * Rank: ascending τ on full capacities, lateness already suffered included. Rates, backfill, τ, and
 * deviations: sched/arrangement-order.h. Besides:
 *  1. Group weights are ignored.
 *
 * Complexity: O(n × hops + g log g) for n flows in g groups. Ties: equal τ, by group id.
 */
#pragma once

#include "sched/arrangement-order.h"

namespace echelon
{

class EchelonScheduler : public ArrangementOrderScheduler
{
  private:
    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    std::vector<double> m_tardiness; ///< by index into view.groups
};

} // namespace echelon
