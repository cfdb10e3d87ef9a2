// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `bssi`: coflows in Sincronia's order, with MADD and backfill.
 *
 *     BssiScheduler bssi;
 *     const Allocation& a = bssi.Allocate(view);
 *
 * Source: Agarwal, Rajakrishnan, Narayan, Agarwal, Shmoys, Vahdat, "Sincronia: Near-Optimal Network
 * Design for Coflows" (SIGCOMM 2018), Section 3 and Algorithm 1;
 * docs/algorithms/coflow-baselines.md. Problem: minimise Σ w_c CCT_c, which is NP-hard. If all
 * coflows are there from the start, the order keeps within 4 times the optimum (Section 3), under
 * any rates that preserve it and conserve work.
 *
 * The order is that of sched/bssi-order.h, where the load of a coflow on a link is what it has left
 * there over the link's capacity, and the weight is the group's. Rates, and when it decides, are
 * those of sched/group-order.h.
 *
 * Complexity: that of the order; O(I log I) to add up the loads for I = n × hops of n flows.
 *
 * Deviations from the source:
 *  1. Rates: MADD and backfill instead of greedy priorities. A flow of a later coflow that shares a
 *     link with an earlier one may send before that one's last bit; what the earlier gets is not
 *     less for it.
 *  2. Online: a new order whenever a flow comes or a coflow ends, instead of for the coflows of
 *     epochs that grow exponentially; so nothing is proved about coflows that come later.
 *  3. Links inside the fabric count like ports.
 *
 * Ties: see sched/bssi-order.h; groups are added in the order of their ids.
 */
#pragma once

#include "sched/bssi-order.h"
#include "sched/group-order.h"

namespace echelon
{

class BssiScheduler : public GroupOrderScheduler
{
  private:
    /// What flows of a group have on a link.
    struct Load
    {
        LinkId link;
        double seconds;
    };

    void Order(const NetworkView& view, std::vector<std::uint32_t>& order) override;

    BssiOrder m_bssi;
    std::vector<Load> m_loads; ///< of the group at hand
};

} // namespace echelon
