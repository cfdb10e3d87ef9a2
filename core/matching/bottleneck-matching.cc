// SPDX-License-Identifier: GPL-2.0-only
#include "matching/bottleneck-matching.h"

#include "base/contracts.h"
#include "matching/bipartite-matching.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace echelon
{
/// The cells of weight at most `threshold`, as a graph.
static std::vector<std::vector<std::uint32_t>>
CellsUpTo(std::uint32_t n, const std::vector<std::int64_t>& weights, std::int64_t threshold)
{
    std::vector<std::vector<std::uint32_t>> columnsOf(n);
    for (std::uint32_t row = 0; row < n; ++row)
    {
        for (std::uint32_t column = 0; column < n; ++column)
        {
            if (weights[static_cast<std::size_t>(row) * n + column] <= threshold)
            {
                columnsOf[row].push_back(column);
            }
        }
    }
    return columnsOf;
}

/// A perfect matching needs a cell in each row and in each column.
static std::int64_t
LargestOfLeastWeights(std::uint32_t n, const std::vector<std::int64_t>& weights)
{
    std::vector<std::int64_t> leastInColumn(weights.begin(), weights.begin() + n);
    std::int64_t bound = weights[0];
    for (std::uint32_t row = 0; row < n; ++row)
    {
        const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(row) * n;
        const std::int64_t least = *std::min_element(begin, begin + n);
        bound = row == 0 ? least : std::max(bound, least);
        for (std::uint32_t column = 0; column < n; ++column)
        {
            leastInColumn[column] = std::min(leastInColumn[column], begin[column]);
        }
    }
    return std::max(bound, *std::max_element(leastInColumn.begin(), leastInColumn.end()));
}

BottleneckMatching
MinimiseLargestWeight(std::uint32_t n, const std::vector<std::int64_t>& weights)
{
    ECHELON_REQUIRE(n >= 1, "a matching has rows");
    ECHELON_REQUIRE(weights.size() == static_cast<std::size_t>(n) * n, "weights are n × n");

    const std::int64_t bound = LargestOfLeastWeights(n, weights);
    std::vector<std::int64_t> candidates;
    for (const std::int64_t weight : weights)
    {
        if (weight >= bound)
        {
            candidates.push_back(weight);
        }
    }
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());

    // The first candidate whose cells hold a perfect matching; those of the last are all cells.
    BottleneckMatching best;
    std::size_t low = 0;
    std::size_t high = candidates.size();
    while (low < high)
    {
        const std::size_t middle = low + (high - low) / 2;
        BipartiteMatching matching = MaximumMatching(n, CellsUpTo(n, weights, candidates[middle]));
        if (matching.size == n)
        {
            best = {candidates[middle], std::move(matching.columnOf)};
            high = middle;
        }
        else
        {
            low = middle + 1;
        }
    }
    return best;
}

} // namespace echelon
