// SPDX-License-Identifier: GPL-2.0-only
#include "matching/tiered-matching.h"

#include <algorithm>

namespace echelon
{
constexpr std::uint32_t BITS = TieredMatching::WORD_BITS;

static std::uint64_t
Bit(std::uint32_t column)
{
    return std::uint64_t{1} << (column % BITS);
}

/// Of a word other than 0.
static std::uint32_t
LowestBit(std::uint64_t word)
{
    return static_cast<std::uint32_t>(__builtin_ctzll(word));
}

TieredMatching::TieredMatching(std::uint32_t n)
    : m_n(n),
      m_words((n + BITS - 1) / BITS),
      m_columnOf(n),
      m_rowOf(n),
      m_freeColumns(m_words),
      m_visited(m_words),
      m_dead(m_words),
      m_from(n)
{
    for (std::vector<std::uint64_t>& bits : m_bits)
    {
        bits.resize(static_cast<std::size_t>(n) * m_words);
    }
    m_queue.reserve(n);
    m_open.reserve(n);
    Clear();
}

void
TieredMatching::SetCell(std::uint32_t row,
                        std::uint32_t column,
                        const std::array<bool, TIERS>& isIn)
{
    for (std::uint32_t tier = 0; tier < TIERS; ++tier)
    {
        std::uint64_t& word = Words(tier, row)[column / BITS];
        word = isIn[tier] ? word | Bit(column) : word & ~Bit(column);
    }
}

void
TieredMatching::Clear()
{
    std::fill(m_columnOf.begin(), m_columnOf.end(), FREE);
    std::fill(m_rowOf.begin(), m_rowOf.end(), FREE);
    std::fill(m_freeColumns.begin(), m_freeColumns.end(), ~std::uint64_t{0});
    if (m_n % BITS != 0)
    {
        m_freeColumns.back() = Bit(m_n) - 1;
    }
}

void
TieredMatching::Unmatch(std::uint32_t row)
{
    const std::uint32_t column = m_columnOf[row];
    m_columnOf[row] = FREE;
    m_rowOf[column] = FREE;
    m_freeColumns[column / BITS] |= Bit(column);
}

bool
TieredMatching::Complete()
{
    m_open.clear();
    for (std::uint32_t row = 0; row < m_n; ++row)
    {
        if (m_columnOf[row] == FREE)
        {
            m_open.push_back(row);
        }
    }
    for (std::uint32_t tier = 0; tier < TIERS; ++tier)
    {
        const auto direct = [this, tier](std::uint32_t row) { return MatchDirectly(tier, row); };
        m_open.erase(std::remove_if(m_open.begin(), m_open.end(), direct), m_open.end());
        if (tier == 0)
        {
            continue;
        }
        std::fill(m_dead.begin(), m_dead.end(), 0);
        const auto augment = [this, tier](std::uint32_t row) { return Augment(tier, row); };
        m_open.erase(std::remove_if(m_open.begin(), m_open.end(), augment), m_open.end());
    }
    return m_open.empty();
}

void
TieredMatching::Match(std::uint32_t row, std::uint32_t column)
{
    m_columnOf[row] = column;
    m_rowOf[column] = row;
}

std::uint32_t
TieredMatching::TakeFreeColumn(std::uint32_t tier, std::uint32_t row)
{
    const std::uint64_t* cells = Words(tier, row);
    for (std::uint32_t word = 0; word < m_words; ++word)
    {
        const std::uint64_t free = cells[word] & m_freeColumns[word];
        if (free != 0)
        {
            const std::uint32_t bit = LowestBit(free);
            m_freeColumns[word] &= ~Bit(bit);
            return word * BITS + bit;
        }
    }
    return FREE;
}

bool
TieredMatching::MatchDirectly(std::uint32_t tier, std::uint32_t row)
{
    const std::uint32_t column = TakeFreeColumn(tier, row);
    if (column == FREE)
    {
        return false;
    }
    Match(row, column);
    return true;
}

/// Breadth first. What a search without success has visited leads to no free column, now or after
/// other augmentations in the tier: later searches leave it out.
bool
TieredMatching::Augment(std::uint32_t tier, std::uint32_t root)
{
    m_queue.assign(1, root);
    std::copy(m_dead.begin(), m_dead.end(), m_visited.begin());
    for (std::size_t head = 0; head < m_queue.size(); ++head)
    {
        const std::uint32_t row = m_queue[head];
        const std::uint32_t free = TakeFreeColumn(tier, row);
        if (free != FREE)
        {
            m_from[free] = row;
            TurnOver(root, free);
            return true;
        }
        const std::uint64_t* cells = Words(tier, row);
        for (std::uint32_t word = 0; word < m_words; ++word)
        {
            std::uint64_t fresh = cells[word] & ~m_visited[word];
            m_visited[word] |= fresh;
            for (; fresh != 0; fresh &= fresh - 1)
            {
                const std::uint32_t column = word * BITS + LowestBit(fresh);
                m_from[column] = row;
                m_queue.push_back(m_rowOf[column]);
            }
        }
    }
    std::swap(m_visited, m_dead);
    return false;
}

void
TieredMatching::TurnOver(std::uint32_t root, std::uint32_t column)
{
    for (;;)
    {
        const std::uint32_t row = m_from[column];
        const std::uint32_t before = m_columnOf[row];
        Match(row, column);
        if (row == root)
        {
            return;
        }
        column = before;
    }
}

} // namespace echelon
