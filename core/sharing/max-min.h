// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Weighted max-min fair rates over residual link capacities, by water-filling.
 *
 *     solver.Clear();
 *     for (const ActiveFlow& f : flows) { solver.Add(f.route, f.multiplicity); }
 *     solver.Solve(residual);                  // by link id
 *     rate = solver.Rate(0);                   // of the flow added first, its whole bundle
 *
 * Problem: the rates whose ascending vector of rate per unit of weight is lexicographically
 * largest. Equivalently, every flow crosses a full link on which no flow has a larger rate per unit
 * of weight (a bottleneck).
 * Source: Bertsekas and Gallager, "Data Networks", 2nd ed., 1992, Section 6.5.2;
 * docs/algorithms/max-min.md.
 *
 * Complexity: O(I + (L + U) log L) for I incidences (flows × links), L links crossed and U <= L²
 * updates of outdated keys, a few per link in practice. Memory is kept between calls: none is
 * allocated once the largest instance has been seen.
 *
 * Deviations from the source:
 *  1. Weights: a bundle of m identical flows counts as m flows. Shares: a flow at rate r puts
 *     share × r on a link of its route.
 *  2. Links wait in a heap under keys that may be too small. A link's fair share never shrinks as
 *     others fill up, so a key is brought up to date only when it comes to the top, and the
 *     innermost loop touches no heap.
 *
 * Ties: links of equal share are filled by link id; the result depends on it by rounding only.
 * Errors: ContractViolation for a flow without links or weight.
 */
#pragma once

#include "base/contracts.h"
#include "base/units.h"
#include "network/route-table.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echelon
{

/// Knows only links and the flows that cross them.
class MaxMinSolver
{
  public:
    /// Forget all flows; keeps the memory.
    void Clear()
    {
        m_flows.clear();
        m_routes.clear();
        m_isGeneral = false;
    }

    /// @pre route not empty, weight > 0, and the sum of all weights below 2^53, so that sums are
    /// exact where no flow is split.
    void Add(Route route, std::uint32_t weight)
    {
        ECHELON_REQUIRE(route.Hops() > 0 && weight > 0,
                        "a flow that shares links has links and weight");
        m_isGeneral = m_isGeneral || route.IsSplit() || route.Hops() > SHORT;
        Crossing flow;
        for (std::size_t hop = 0; hop < SHORT; ++hop)
        {
            flow.links[hop] = route.begin()[hop].link.Value() + 1; // NO_LINK: 0, the sink
        }
        flow.weight = weight;
        m_flows.push_back(flow);
        m_routes.push_back(route);
    }

    /// Rates of all flows added since Clear.
    /// @param capacity by link id, bits per second, >= 0; a flow over a link without any gets 0.
    void Solve(const std::vector<BitRate>& capacity);

    std::size_t Flows() const
    {
        return m_flows.size();
    }

    /// Rate of the i-th flow added. Valid after Solve.
    BitRate Rate(std::size_t i) const
    {
        return m_rates[i];
    }

  private:
    /// The length up to which routes of whole flows take the fast way.
    static constexpr std::size_t SHORT = Route::PADDING;

    /// A flow's first links as indices into m_levels; those past its last hop are SINK.
    struct Crossing
    {
        std::array<std::uint32_t, SHORT> links;
        std::uint32_t weight;
    };

    /// What is left of a link while water rises.
    struct alignas(2 * sizeof(double)) Level
    {
        double capacity;
        double weight; ///< of the flows without a rate
    };

    /// The flows of a link: a slice of m_flowsOf.
    struct Slice
    {
        double weight = 0; ///< sum over the flows
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };

    struct HeapEntry
    {
        double share;
        std::uint32_t link;
    };

    /// Stands for the hops that short routes lack, so that the innermost loop always has four; link
    /// l has the index l + 1.
    static constexpr std::uint32_t SINK = 0;

    /// Calls visit(index of the link, share) for each link of a flow. @tparam IS_GENERAL as the
    /// flag; else it calls SHORT times with shares of 1, which the compiler knows.
    template <bool IS_GENERAL, class Visit>
    void ForEachLink(std::size_t flow, Visit visit) const;
    template <bool IS_GENERAL>
    void BuildSlices();
    template <bool IS_GENERAL>
    void FillLink(std::uint32_t link, double share);
    template <bool IS_GENERAL>
    void SolveFor(const std::vector<BitRate>& capacity);
    void SiftDown(std::size_t hole, HeapEntry entry);

    std::vector<Crossing> m_flows;
    std::vector<Route> m_routes;
    bool m_isGeneral = false;             ///< a route is long, or split
    std::vector<double> m_rates;          ///< negative while a flow has none
    std::vector<std::uint32_t> m_crossed; ///< links with flows, by first crossing
    std::vector<Level> m_levels;          ///< by link
    std::vector<Slice> m_slices;          ///< by link; size 0 where no flow crosses
    std::vector<std::uint32_t> m_flowsOf; ///< flows by link
    std::vector<HeapEntry> m_heap;
    std::size_t m_unrated = 0; ///< flows without a rate
};

} // namespace echelon
