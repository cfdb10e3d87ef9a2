// SPDX-License-Identifier: GPL-2.0-only
#include "matching/assignment.h"

#include "base/contracts.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace echelon
{
namespace
{

constexpr std::uint32_t NONE = 0xffffffff;

/// Potentials u, v with u[i] + v[j] <= cost[i][j], equal on matched cells.
class ShortestAugmentingPaths
{
  public:
    ShortestAugmentingPaths(std::uint32_t n,
                            const std::vector<std::int64_t>& weights,
                            int sign,
                            std::vector<std::int64_t> potentials)
        : m_n(n),
          m_weights(weights),
          m_sign(sign),
          m_rowPotential(n),
          m_columnPotential(std::move(potentials)),
          m_rowOf(n, NONE),
          m_columnOf(n, NONE)
    {
    }

    std::vector<std::uint32_t> Run()
    {
        for (std::uint32_t row = 0; row < m_n; ++row)
        {
            Join(row);
        }
        return m_columnOf;
    }

    /// By column, the largest 0: only differences matter, and sums stay small.
    std::vector<std::int64_t> Potentials() const
    {
        std::vector<std::int64_t> potentials = m_columnPotential;
        const std::int64_t largest = *std::max_element(potentials.begin(), potentials.end());
        for (std::int64_t& potential : potentials)
        {
            potential -= largest;
        }
        return potentials;
    }

  private:
    void Join(std::uint32_t root)
    {
        m_distance.assign(m_n, std::numeric_limits<std::int64_t>::max());
        m_from.assign(m_n, NONE);
        m_done.assign(m_n, 0);
        std::int64_t reached = 0;
        std::uint32_t row = root;
        std::uint32_t last = NONE;
        while (last == NONE)
        {
            const std::uint32_t nearest = Relax(row, reached);
            reached = m_distance[nearest];
            m_done[nearest] = 1;
            row = m_rowOf[nearest];
            if (row == NONE)
            {
                last = nearest;
            }
        }
        UpdatePotentials(root, reached);
        TurnOver(root, last);
    }

    /// Lower distances through the row, then the nearest column not done.
    std::uint32_t Relax(std::uint32_t row, std::int64_t reached)
    {
        const std::int64_t* weights = &m_weights[static_cast<std::size_t>(row) * m_n];
        const std::int64_t base = reached - m_rowPotential[row];
        std::uint32_t nearest = NONE;
        for (std::uint32_t column = 0; column < m_n; ++column)
        {
            if (m_done[column])
            {
                continue;
            }
            const std::int64_t distance =
                base + m_sign * weights[column] - m_columnPotential[column];
            if (distance < m_distance[column])
            {
                m_distance[column] = distance;
                m_from[column] = row;
            }
            if (nearest == NONE || m_distance[column] < m_distance[nearest])
            {
                nearest = column;
            }
        }
        return nearest;
    }

    void UpdatePotentials(std::uint32_t root, std::int64_t reached)
    {
        m_rowPotential[root] += reached;
        for (std::uint32_t column = 0; column < m_n; ++column)
        {
            if (m_done[column] && m_rowOf[column] != NONE)
            {
                m_rowPotential[m_rowOf[column]] += reached - m_distance[column];
                m_columnPotential[column] -= reached - m_distance[column];
            }
        }
    }

    void TurnOver(std::uint32_t root, std::uint32_t column)
    {
        for (;;)
        {
            const std::uint32_t row = m_from[column];
            const std::uint32_t before = m_columnOf[row];
            m_columnOf[row] = column;
            m_rowOf[column] = row;
            if (row == root)
            {
                return;
            }
            column = before;
        }
    }

    std::uint32_t m_n;
    const std::vector<std::int64_t>& m_weights;
    int m_sign;
    std::vector<std::int64_t> m_rowPotential;
    std::vector<std::int64_t> m_columnPotential;
    std::vector<std::uint32_t> m_rowOf;
    std::vector<std::uint32_t> m_columnOf;
    std::vector<std::int64_t> m_distance; ///< by column, from the row that joins
    std::vector<std::uint32_t> m_from;    ///< by column: the row before it on the shortest path
    std::vector<char> m_done;
};

std::vector<std::uint32_t>
Assign(std::uint32_t n,
       const std::vector<std::int64_t>& weights,
       int sign,
       std::vector<std::int64_t>& potentials)
{
    ECHELON_REQUIRE(n >= 1, "an assignment has rows");
    ECHELON_REQUIRE(weights.size() == static_cast<std::size_t>(n) * n, "weights are n × n");
    const std::int64_t largest = LARGEST_ASSIGNMENT_SUM / n;
    for (const std::int64_t weight : weights)
    {
        ECHELON_REQUIRE(weight >= -largest && weight <= largest, "sums of n weights fit 64 bits");
    }
    potentials.resize(n, 0);
    ShortestAugmentingPaths paths(n, weights, sign, potentials);
    std::vector<std::uint32_t> columnOf = paths.Run();
    potentials = paths.Potentials();
    return columnOf;
}

} // namespace

std::vector<std::uint32_t>
MinimumAssignment(std::uint32_t n, const std::vector<std::int64_t>& costs)
{
    std::vector<std::int64_t> none;
    return Assign(n, costs, 1, none);
}

std::vector<std::uint32_t>
MaximumAssignment(std::uint32_t n, const std::vector<std::int64_t>& weights)
{
    std::vector<std::int64_t> none;
    return Assign(n, weights, -1, none);
}

std::vector<std::uint32_t>
MaximumAssignment(std::uint32_t n,
                  const std::vector<std::int64_t>& weights,
                  std::vector<std::int64_t>& potentials)
{
    return Assign(n, weights, -1, potentials);
}

} // namespace echelon
