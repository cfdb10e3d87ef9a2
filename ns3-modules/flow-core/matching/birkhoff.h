// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A non-negative matrix as a sequence of matchings: padding and Birkhoff–von Neumann decomposition.
 *
 *     std::vector<std::int64_t> d = …;                       // n × n, row by row
 *     std::vector<WeightedMatching> stages = DecomposeIntoMatchings(n, d, 0.0);
 *     // sum of stages' durations == max row or column sum of d, when the gap is 0
 *
 * Each matching lasts `duration`, and each of its entries carries at most that much of its cell;
 * over all matchings every cell is carried exactly once. Adding entries X >= 0 until all row and
 * column sums are equal makes the matrix a multiple of a doubly stochastic one, whose support holds
 * a perfect matching (Birkhoff 1946; von Neumann 1953); the carried parts of X are dropped.
 * The preemptive open shop of Gonzalez and Sahni (JACM 1976); n² - 2n + 2 matchings suffice.
 */
#pragma once

#include <cstdint>
#include <vector>

namespace echelon
{

/// A cell of the matrix and the part of it that a matching carries.
struct MatchedCell
{
    std::uint32_t row;
    std::uint32_t column;
    std::int64_t amount; ///< > 0, at most the matching's duration
};

/// Cells with distinct rows and distinct columns, by row.
struct WeightedMatching
{
    std::int64_t duration = 0; ///< > 0
    std::vector<MatchedCell> cells;
};

/**
 * @param n >= 1. @param matrix n × n, row by row, >= 0; row and column sums at most 4 × 10^18.
 * @param gap the durations' sum may exceed the largest row or column sum by this part; 0: exact.
 * Larger gaps make fewer matchings in less time.
 * @returns matchings in the order in which they are to be carried out; none for a zero matrix.
 */
std::vector<WeightedMatching> DecomposeIntoMatchings(std::uint32_t n,
                                                     const std::vector<std::int64_t>& matrix,
                                                     double gap);

} // namespace echelon
