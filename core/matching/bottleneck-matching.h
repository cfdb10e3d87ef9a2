// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The perfect matching of a square weight matrix whose largest weight is least.
 *
 *     // columns:       0  1
 *     BottleneckMatching m = MinimiseLargestWeight(2, {4, 9,      // row 0
 *                                                      7, 5});    // row 1
 *     m.largest;          // 5: rows 0 and 1 take columns 0 and 1
 *
 * Binary search over the distinct weights w, each step asking whether the cells of weight <= w hold
 * a perfect matching. Time: O(n² log n) to sort and O(n^2.5 log n) to search. Memory: O(n²). Equal
 * matchings: the one that Hopcroft and Karp's algorithm finds on rows and columns in ascending
 * order. Weights are in any unit, of either sign.
 * Source: Gabow, Tarjan: "Algorithms for two bottleneck optimization problems", J. Algorithms 9(3),
 * 1988 (the threshold method); as Aurora uses it, arXiv 2410.17043, section 6.
 */
#pragma once

#include <cstdint>
#include <vector>

namespace echelon
{

struct BottleneckMatching
{
    std::int64_t largest = 0;            ///< of the chosen cells; the least possible
    std::vector<std::uint32_t> columnOf; ///< by row
};

/// @param n >= 1. @param weights n × n, row by row.
BottleneckMatching MinimiseLargestWeight(std::uint32_t n, const std::vector<std::int64_t>& weights);

} // namespace echelon
