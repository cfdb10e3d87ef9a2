// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Decomposes a non-negative matrix into a sequence of matchings, by padding and the Birkhoff–von
 * Neumann decomposition.
 *
 *     std::vector<std::int64_t> d = …;                       // n × n, row by row
 *     std::vector<WeightedMatching> stages = DecomposeIntoMatchings(n, d, 0.0);
 *     // sum of stages' durations == max row or column sum of d, when the gap is 0
 *
 * Each matching lasts `duration`, and each of its entries carries at most that much of its cell.
 * Over all matchings every cell is carried exactly once. If entries X >= 0 are added until all row
 * and column sums are equal, the matrix is a multiple of a doubly stochastic one, whose support
 * holds a perfect matching (Birkhoff 1946; von Neumann 1953). The carried parts of X are dropped.
 * This is the preemptive open shop of Gonzalez and Sahni (JACM 1976).
 *
 * Here X is decided cell by cell, as late as possible. The time for which a cell can be matched is
 * what it has left, plus the lesser idle time of its row and column. Stages are perfect matchings
 * of cells with room for a threshold, which falls; cells that a stage finishes come first. There
 * are at most n² + (n + 1)²/2 × ln b + 1 exact stages, where b is the largest sum. If cells differ
 * by orders of magnitude, this is more than the n² − 2n + 2 that some decomposition has. Measured
 * are 1.3 n to 7 n exact stages, and 1.3 n to 3 n with a gap of 1 %. A stage takes O(n³ / 64) words
 * of time (measured: O(n²) words); memory is 8 n² bytes, and the stages. Guarantee, proof and
 * figures: docs/algorithms/birkhoff.md.
 * Errors: negative cells and larger sums break the contract.
 */
#pragma once

#include "matching/first-fit-matchings.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/**
 * @param n >= 1. @param matrix n × n, row by row, >= 0; row and column sums at most 4 × 10^18.
 * @param gap >= 0: the durations' sum may exceed the largest row or column sum by this part; 0:
 * exact; more than 1 is as 1.
 * Larger gaps make fewer matchings in less time.
 * @returns matchings in the order in which they are to be carried out; none for a zero matrix.
 */
std::vector<WeightedMatching> DecomposeIntoMatchings(std::uint32_t n,
                                                     const std::vector<std::int64_t>& matrix,
                                                     double gap);

} // namespace echelon
