// SPDX-License-Identifier: GPL-2.0-only
#include "matching/bipartite-matching.h"

#include "base/contracts.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace echelon
{
namespace
{

using Graph = std::vector<std::vector<std::uint32_t>>;

/// Phases of breadth-first layers and depth-first augmentations along them.
class HopcroftKarp
{
  public:
    HopcroftKarp(std::uint32_t columns, const Graph& columnsOf)
        : m_columnsOf(columnsOf),
          m_layer(columnsOf.size()),
          m_nextEdge(columnsOf.size())
    {
        m_matching.columnOf.assign(columnsOf.size(), UNMATCHED);
        m_matching.rowOf.assign(columns, UNMATCHED);
    }

    BipartiteMatching Run()
    {
        while (LayersReachFreeColumn())
        {
            m_nextEdge.assign(m_columnsOf.size(), 0);
            for (std::uint32_t row = 0; row < m_columnsOf.size(); ++row)
            {
                if (m_matching.columnOf[row] == UNMATCHED && Augment(row))
                {
                    ++m_matching.size;
                }
            }
        }
        return std::move(m_matching);
    }

  private:
    /// Alternating distances of the rows from the unmatched rows.
    bool LayersReachFreeColumn()
    {
        m_queue.clear();
        for (std::uint32_t row = 0; row < m_columnsOf.size(); ++row)
        {
            const bool free = m_matching.columnOf[row] == UNMATCHED;
            m_layer[row] = free ? 0 : UNMATCHED;
            if (free)
            {
                m_queue.push_back(row);
            }
        }
        bool reached = false;
        for (std::size_t head = 0; head < m_queue.size(); ++head)
        {
            const std::uint32_t row = m_queue[head];
            for (const std::uint32_t column : m_columnsOf[row])
            {
                const std::uint32_t next = m_matching.rowOf[column];
                if (next == UNMATCHED)
                {
                    reached = true;
                }
                else if (m_layer[next] == UNMATCHED)
                {
                    m_layer[next] = m_layer[row] + 1;
                    m_queue.push_back(next);
                }
            }
        }
        return reached;
    }

    /// Find a path along ascending layers and turn it over; the path's rows lie on a stack, since
    /// it may be as long as the graph has rows.
    bool Augment(std::uint32_t root)
    {
        m_path.assign(1, root);
        while (!m_path.empty())
        {
            const std::uint32_t row = m_path.back();
            if (m_nextEdge[row] == m_columnsOf[row].size())
            {
                m_layer[row] = UNMATCHED;
                m_path.pop_back();
                if (!m_path.empty())
                {
                    ++m_nextEdge[m_path.back()];
                }
                continue;
            }
            const std::uint32_t column = m_columnsOf[row][m_nextEdge[row]];
            const std::uint32_t next = m_matching.rowOf[column];
            if (next == UNMATCHED)
            {
                TurnOver();
                return true;
            }
            if (m_layer[next] == m_layer[row] + 1)
            {
                m_path.push_back(next);
            }
            else
            {
                ++m_nextEdge[row];
            }
        }
        return false;
    }

    void TurnOver()
    {
        for (const std::uint32_t row : m_path)
        {
            const std::uint32_t column = m_columnsOf[row][m_nextEdge[row]];
            m_matching.columnOf[row] = column;
            m_matching.rowOf[column] = row;
            m_layer[row] = UNMATCHED; // each phase's paths share no row
        }
    }

    const Graph& m_columnsOf;
    BipartiteMatching m_matching;
    std::vector<std::uint32_t> m_layer; ///< by row; UNMATCHED: not reached, or used up
    std::vector<std::size_t> m_nextEdge;
    std::vector<std::uint32_t> m_queue;
    std::vector<std::uint32_t> m_path;
};

} // namespace

BipartiteMatching
MaximumMatching(std::uint32_t columns, const Graph& columnsOf)
{
    for (const std::vector<std::uint32_t>& row : columnsOf)
    {
        for (const std::uint32_t column : row)
        {
            ECHELON_REQUIRE(column < columns, "an edge ends in a column of the graph");
        }
    }
    return HopcroftKarp(columns, columnsOf).Run();
}

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
