// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Finds a largest matching of a bipartite graph by the algorithm of Hopcroft and Karp.
 *
 *     BipartiteMatching m = MaximumMatching(3, {{0, 1}, {0}, {2}});   // columns of each row
 *     m.size;              // 3
 *     m.columnOf[0];       // 1
 *
 * Time: O(edges × sqrt(rows + columns)). Memory: O(rows + columns) beside the graph. The result
 * depends only on the order of the edges: each row takes the first column that serves.
 * Errors: a column out of range breaks the contract. Boost.Graph's matchings need a graph of
 * their own and make no use of the bipartite structure (Edmonds, O(n × edges)).
 * Source: Hopcroft, Karp: "An n^(5/2) algorithm for maximum matchings in bipartite graphs", SIAM
 * J. Comput. 2(4), 1973.
 */
#pragma once

#include <cstdint>
#include <vector>

namespace echelon
{

/// Stands for a partner if there is none.
constexpr std::uint32_t UNMATCHED = 0xffffffff;

struct BipartiteMatching
{
    std::uint32_t size = 0;
    std::vector<std::uint32_t> columnOf; ///< by row, or UNMATCHED
    std::vector<std::uint32_t> rowOf;    ///< by column, or UNMATCHED
};

/// @param columns how many there are. @param columnsOf by row: the columns it may be matched with.
BipartiteMatching MaximumMatching(std::uint32_t columns,
                                  const std::vector<std::vector<std::uint32_t>>& columnsOf);

/**
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
struct BottleneckMatching
{
    std::int64_t largest = 0;            ///< of the chosen cells; the least possible
    std::vector<std::uint32_t> columnOf; ///< by row
};

/// @param n >= 1. @param weights n × n, row by row.
BottleneckMatching MinimiseLargestWeight(std::uint32_t n, const std::vector<std::int64_t>& weights);

} // namespace echelon
