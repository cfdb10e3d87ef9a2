// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Weighted max-min fair rates over residual link capacities, by water-filling.
 *
 *     solver.Clear();
 *     for (const ActiveFlow& f : flows) { solver.Add(f.path, f.multiplicity); }
 *     solver.Solve(residual);                  // by link id
 *     rate = solver.Rate(0);                   // of the flow added first, its whole bundle
 *
 * Problem: the rates whose ascending vector of rate per unit of weight is lexicographically
 * largest. Equivalently, every flow crosses a full link on which no flow has a larger rate per unit
 * of weight (a bottleneck). Source: Bertsekas and Gallager, "Data Networks", 2nd ed., 1992,
 * Section 6.5.2; docs/algorithms/max-min.md.
 *
 * Complexity: O(I + B L log L) for I incidences (flows × hops), L links crossed and B distinct
 * levels; in practice the first term. Memory is kept between calls: none is allocated once the
 * largest instance has been seen.
 *
 * Deviations from the source:
 *  1. Weights: a bundle of m identical flows counts as m flows.
 *  2. Links wait in a heap under keys that may be too small. A link's fair share never shrinks as
 * others fill up, so a key is brought up to date only when it comes to the top, and the innermost
 * loop touches no heap. Ties: links of equal share are filled in the order in which the flows added
 * first cross them; the result does not depend on it beyond rounding.
 */
#pragma once

#include "base/units.h"
#include "topology/path.h"

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
    void Clear();

    /// @pre path not empty, weight > 0, and the sum of all weights below 2^53, so that sums are
    /// exact.
    void Add(const Path& path, std::uint32_t weight);

    /// Rates of all flows added. @param capacity by link id, bits per second, >= 0; a flow over a
    /// link without any gets 0.
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
    /// A flow with its links by local index, those past its last hop being the sink.
    struct Entry
    {
        std::array<std::uint32_t, Path::MAX_HOPS> links;
        std::uint32_t weight;
    };

    /// What is left of a link while water rises.
    struct Level
    {
        double capacity;
        double weight; ///< of the flows without a rate
    };

    struct HeapEntry
    {
        double share;
        std::uint32_t link;
    };

    /// Local index 0: crossed by every short path, never full.
    static constexpr std::uint32_t SINK = 0;

    std::uint32_t LocalIndex(LinkId link);
    void BuildIncidence();
    void SiftDown(std::size_t hole, HeapEntry entry);
    void FillLink(std::uint32_t link, double share);

    std::vector<std::uint32_t> m_local; ///< by link id; SINK: not crossed
    std::vector<LinkId> m_links;        ///< by local index
    std::vector<Entry> m_flows;
    std::vector<double> m_rates;           ///< negative while a flow has none
    std::vector<Level> m_levels;           ///< by local index
    std::vector<std::uint32_t> m_begin;    ///< by local index, into m_crossing
    std::vector<std::uint32_t> m_crossing; ///< flows by link
    std::vector<HeapEntry> m_heap;
};

} // namespace echelon
