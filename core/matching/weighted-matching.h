// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A matching of rows to columns that is in force for some time, as decompositions return them.
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

} // namespace echelon
