// SPDX-License-Identifier: GPL-2.0-only
#include "matching/birkhoff.h"

#include "base/contracts.h"
#include "matching/bipartite-matching.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace echelon
{
namespace
{

/// Add to the cells, north-west corner first, until all row and column sums are `bound`.
std::vector<std::int64_t>
Pad(std::uint32_t n,
    std::vector<std::int64_t> padded,
    std::vector<std::int64_t> rowGap,
    std::vector<std::int64_t> columnGap)
{
    std::uint32_t row = 0;
    std::uint32_t column = 0;
    while (row < n && column < n)
    {
        const std::int64_t added = std::min(rowGap[row], columnGap[column]);
        padded[static_cast<std::size_t>(row) * n + column] += added;
        rowGap[row] -= added;
        columnGap[column] -= added;
        rowGap[row] == 0 ? ++row : ++column;
    }
    return padded;
}

} // namespace

std::vector<WeightedMatching>
DecomposeIntoMatchings(std::uint32_t n, const std::vector<std::int64_t>& matrix, double gap)
{
    ECHELON_REQUIRE(n >= 1 && matrix.size() == static_cast<std::size_t>(n) * n, "n × n");
    ECHELON_REQUIRE(gap >= 0, "a gap is not negative");
    std::vector<std::int64_t> rowSum(n);
    std::vector<std::int64_t> columnSum(n);
    for (std::size_t cell = 0; cell < matrix.size(); ++cell)
    {
        rowSum[cell / n] += matrix[cell];
        columnSum[cell % n] += matrix[cell];
    }
    std::int64_t bound = std::max(*std::max_element(rowSum.begin(), rowSum.end()),
                                  *std::max_element(columnSum.begin(), columnSum.end()));
    for (std::uint32_t i = 0; i < n; ++i)
    {
        rowSum[i] = bound - rowSum[i];
        columnSum[i] = bound - columnSum[i];
    }
    std::vector<std::int64_t> padded = Pad(n, matrix, rowSum, columnSum);
    std::vector<std::int64_t> rest = matrix;

    std::int64_t threshold = 1;
    while (threshold <= bound / 2)
    {
        threshold *= 2;
    }
    std::vector<WeightedMatching> stages;
    while (bound > 0)
    {
        std::vector<std::vector<std::uint32_t>> columnsOf(n);
        for (std::size_t cell = 0; cell < padded.size(); ++cell)
        {
            if (padded[cell] >= threshold)
            {
                columnsOf[cell / n].push_back(static_cast<std::uint32_t>(cell % n));
            }
        }
        const BipartiteMatching matching = MaximumMatching(n, columnsOf);
        if (matching.size < n)
        {
            threshold /= 2;
            continue;
        }
        WeightedMatching stage{bound, {}};
        for (std::size_t row = 0; row < n; ++row)
        {
            stage.duration = std::min(stage.duration, padded[row * n + matching.columnOf[row]]);
        }
        for (std::uint32_t row = 0; row < n; ++row)
        {
            const std::uint32_t column = matching.columnOf[row];
            const std::size_t cell = static_cast<std::size_t>(row) * n + column;
            const std::int64_t amount = std::min(stage.duration, rest[cell]);
            padded[cell] -= stage.duration;
            rest[cell] -= amount;
            if (amount > 0)
            {
                stage.cells.push_back({row, column, amount});
            }
        }
        bound -= stage.duration;
        stages.push_back(std::move(stage));
    }
    return stages;
}

} // namespace echelon
