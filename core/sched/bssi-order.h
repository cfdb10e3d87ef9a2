// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Sincronia's primal-dual order of groups that compete on several links: bottleneck select, scale,
 * iterate.
 *
 *     bssi.Reset(links);
 *     bssi.AddGroup(weight);  bssi.AddLoad(link, seconds);  …      // group by group
 *     bssi.Order(order);                                           // first served first
 *
 * Source: Agarwal, Rajakrishnan, Narayan, Agarwal, Shmoys, Vahdat, "Sincronia: Near-Optimal Network
 * Design for Coflows" (SIGCOMM 2018), Section 3 and Algorithm 1. Problem: minimise Σ w_c C_c where
 * C_c is the time at which the last link has worked off c (concurrent open shop); NP-hard. The
 * order keeps within 2 times that optimum.
 *
 * From the last place to the first: the bottleneck b is the link with the most to send by the
 * groups without a place, D_b = Σ D[b][c], where D[l][c] is the load of c on l, seconds. The last
 * of them is c* = argmin of w_c / D[b][c] over c on b. The others' weights pay for it:
 * w_c −= w_c* D[b][c] / D[b][c*].
 *
 * Complexity: O(I log L + Σ over the places of the groups on the bottleneck), for I loads on L
 * links: loads are kept up to date, not summed again, and wait in a heap under keys that may be too
 * large, since loads only shrink. Keeps its memory.
 * Ties: bottlenecks by the smaller link id; groups on it, the one added later goes last.
 */
#pragma once

#include "base/ids.h"
#include "sched/group-order.h"

#include <cstdint>
#include <vector>

namespace echelon
{

class BssiOrder
{
  public:
    /// Forgets all groups. @param links how many there are.
    void Reset(std::size_t links);

    /// A group; its loads come next. @param weight > 0.
    void AddGroup(double weight);

    /// What the group added last has on a link, seconds > 0. @pre each link once for a group.
    void AddLoad(LinkId link, double seconds);

    /// @param order receives the groups by index, each once. @pre every group has a load.
    void Order(std::vector<std::uint32_t>& order);

  private:
    struct Load
    {
        std::uint32_t link;
        std::uint32_t group;
        double seconds;
    };

    /// A link as long as groups without a place cross it.
    struct LinkLoad
    {
        double seconds = 0;        ///< of the groups without a place
        std::uint32_t groups = 0;  ///< without a place
        std::uint32_t begin = 0;   ///< in m_onLink
        std::uint32_t entries = 0; ///< from there
    };

    struct HeapEntry
    {
        double nanoseconds; ///< TimeKey of the link's load
        std::uint32_t link;
    };

    void IndexByLink();
    std::uint32_t HeaviestLink();
    /// @returns the group that goes last; scales the weights of the others on the link.
    std::uint32_t SelectOn(LinkLoad& link);
    void Place(std::uint32_t group);

    std::vector<Load> m_loads;              ///< group by group
    std::vector<std::uint32_t> m_firstLoad; ///< by group, and the end
    std::vector<LinkLoad> m_links;          ///< by link id; empty off m_crossed
    std::vector<std::uint32_t> m_crossed;   ///< links with loads
    std::vector<std::uint32_t> m_onLink;    ///< indices into m_loads, link by link
    std::vector<HeapEntry> m_heap;
    std::vector<double> m_weights; ///< by group, as scaled so far
    std::vector<char> m_isPlaced;  ///< by group
};

/**
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
