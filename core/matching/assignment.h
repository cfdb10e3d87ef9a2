// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The perfect matching of a square matrix with the least, or the largest, sum of weights.
 *
 *     std::vector<std::uint32_t> columnOf = MinimumAssignment(2, {4, 9,      // row 0
 *                                                                 7, 5});    // row 1
 *     columnOf;                    // {0, 1}: 4 + 5
 *
 * Rows join one by one, each by a shortest augmenting path over reduced costs. Time: O(n³). Memory:
 * O(n) beside the matrix. Equal sums: of equally short paths the one to the lowest column goes on;
 * the result depends on the matrix alone. Weights are in any unit, of either sign.
 * Errors: n × the largest absolute weight above LARGEST_ASSIGNMENT_SUM breaks the contract. So the
 * sum fits 64 bits, and so do potentials, also when they start from those of an earlier call: two
 * columns' potentials differ by at most twice the largest weight when all rows have joined (the
 * row of one of them would take the other), and by four times meanwhile.
 * Source: Kuhn: "The Hungarian method", Naval Research Logistics Quarterly 2, 1955; Jonker,
 * Volgenant: "A shortest augmenting path algorithm", Computing 38, 1987 (the augmentation only).
 */
#pragma once

#include <cstdint>
#include <vector>

namespace echelon
{

/// Of n weights.
inline constexpr std::int64_t LARGEST_ASSIGNMENT_SUM = 2'000'000'000'000'000'000;

/// @param n >= 1. @param costs n × n, row by row. @returns by row: its column.
std::vector<std::uint32_t> MinimumAssignment(std::uint32_t n,
                                             const std::vector<std::int64_t>& costs);

/// The largest sum instead.
std::vector<std::uint32_t> MaximumAssignment(std::uint32_t n,
                                             const std::vector<std::int64_t>& weights);

/// The largest sum again, when weights have changed: starts from column potentials that an earlier
/// call left, or none, and leaves those of this one. Nearer to the earlier weights, shorter paths.
/// Equal sums may be decided otherwise than from none.
std::vector<std::uint32_t> MaximumAssignment(std::uint32_t n,
                                             const std::vector<std::int64_t>& weights,
                                             std::vector<std::int64_t>& potentials);

} // namespace echelon
