// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Turns a matrix into matchings that carry each cell whole. The largest cells come first, each in
 * the first matching that has its row and its column free.
 *
 *     // 2 × 2, rows 2 columns apart: {9, 4, 5, 8}
 *     auto matchings = FirstFitMatchings(2, 2, {9, 4, 5, 8}, 14);    // 9 with 8, then 5 with 4
 *
 * A matching lasts as long as its largest cell, which is its first. There are fewer matchings than
 * twice the largest number of cells in a row or column. Time: O(cells × (log cells +
 * matchings / 64)), and less when it gives up: cells are sorted a factor of two at a time. Ties go
 * by row, then column.
 * Source: list scheduling of unsplit transmissions; first-fit edge colouring.
 */
#pragma once

#include <cstdint>
#include <optional>
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

/// A matching that is in force for some time. Cells with distinct rows and distinct columns, by
/// row.
struct WeightedMatching
{
    std::int64_t duration = 0; ///< > 0
    std::vector<MatchedCell> cells;
};

/**
 * @param stride cells from one row's start to the next one's; cells past n are not read.
 * @param limit if the sum of the durations exceeds it, there is no result.
 */
std::optional<std::vector<WeightedMatching>> FirstFitMatchings(
    std::uint32_t n,
    std::uint32_t stride,
    const std::vector<std::int64_t>& matrix,
    std::int64_t limit);

} // namespace echelon
