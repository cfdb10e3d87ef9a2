// SPDX-License-Identifier: GPL-2.0-only
#include "matching/bipartite-matching.h"

#include "base/contracts.h"

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

} // namespace echelon
