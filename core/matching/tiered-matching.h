// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Finds perfect matchings of a dense square bipartite graph whose cells have preferences, again and
 * again while cells come and go.
 *
 *     TieredMatching matching(n);
 *     matching.SetCell(0, 3, {true, true, true});      // as for every cell, or by Words() in bulk
 *     matching.Clear();
 *     bool isPerfect = matching.Complete();
 *
 * There are three tiers of cells, each within the next. Complete() matches rows directly with free
 * columns in the first tier, then as many rows as possible in the second, and the rest in the
 * third. So the matching is perfect whenever the third tier holds a perfect one. Rows keep the
 * columns that they have, unless an augmenting path moves them. Adjacency is one bit per cell; free
 * and unvisited columns are found 64 at a time. Time: O(n² / 64) words per augmentation, O(1) words
 * when a row finds a free column near the front. Memory: 3 n² bits. The lowest free column serves:
 * deterministic.
 */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace echelon
{

class TieredMatching
{
  public:
    static constexpr std::uint32_t TIERS = 3;
    static constexpr std::uint32_t WORD_BITS = 64;
    static constexpr std::uint32_t FREE = 0xffffffff;

    explicit TieredMatching(std::uint32_t n);

    /// The bits of a row's cells in a tier, 64 columns to a word; those past n stay 0.
    std::uint64_t* Words(std::uint32_t tier, std::uint32_t row)
    {
        return &m_bits[tier][static_cast<std::size_t>(row) * m_words];
    }

    std::uint32_t WordsPerRow() const
    {
        return m_words;
    }

    void SetCell(std::uint32_t row, std::uint32_t column, const std::array<bool, TIERS>& isIn);

    /// Nothing is matched.
    void Clear();

    void Unmatch(std::uint32_t row);

    /// @returns whether all rows are matched now.
    bool Complete();

    std::uint32_t ColumnOf(std::uint32_t row) const
    {
        return m_columnOf[row];
    }

  private:
    void Match(std::uint32_t row, std::uint32_t column);
    /// The lowest free column of the row in the tier, free no more; FREE: none.
    std::uint32_t TakeFreeColumn(std::uint32_t tier, std::uint32_t row);
    bool MatchDirectly(std::uint32_t tier, std::uint32_t row);
    bool Augment(std::uint32_t tier, std::uint32_t root);
    void TurnOver(std::uint32_t root, std::uint32_t column);

    std::uint32_t m_n;
    std::uint32_t m_words;
    std::array<std::vector<std::uint64_t>, TIERS> m_bits;
    std::vector<std::uint32_t> m_columnOf;
    std::vector<std::uint32_t> m_rowOf;
    std::vector<std::uint64_t> m_freeColumns;
    std::vector<std::uint64_t> m_visited;
    std::vector<std::uint64_t> m_dead; ///< columns that no augmenting path of this tier passes
    std::vector<std::uint32_t> m_from; ///< by column: the row that visited it
    std::vector<std::uint32_t> m_queue;
    std::vector<std::uint32_t> m_open; ///< rows to be matched
};

} // namespace echelon
