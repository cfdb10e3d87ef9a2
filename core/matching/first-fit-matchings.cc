// SPDX-License-Identifier: GPL-2.0-only
#include "matching/first-fit-matchings.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace echelon
{
namespace
{

constexpr std::uint32_t BITS = 64;

/// Powers of two that amounts may lie between.
constexpr std::uint32_t SIZES = 64;

std::uint32_t
SizeOf(std::int64_t amount)
{
    return BITS - 1 - static_cast<std::uint32_t>(__builtin_clzll(amount));
}

bool
GoesBefore(const MatchedCell& a, const MatchedCell& b)
{
    if (a.amount != b.amount)
    {
        return a.amount > b.amount;
    }
    return a.row != b.row ? a.row < b.row : a.column < b.column;
}

/// The cells other than 0, the largest power of two first, and how often a line has one at most.
struct CellsBySize
{
    std::vector<MatchedCell> cells;
    std::array<std::size_t, SIZES + 1> begin{}; ///< by place: 0 is the largest power of two
    std::uint32_t largestDegree = 0;
};

CellsBySize
GroupBySize(std::uint32_t n, std::uint32_t stride, const std::vector<std::int64_t>& matrix)
{
    CellsBySize grouped;
    std::vector<MatchedCell> cells;
    std::vector<std::uint32_t> columnDegree(n);
    for (std::uint32_t row = 0; row < n; ++row)
    {
        const std::size_t before = cells.size();
        const std::int64_t* amounts = &matrix[static_cast<std::size_t>(row) * stride];
        for (std::uint32_t column = 0; column < n; ++column)
        {
            if (amounts[column] > 0)
            {
                cells.push_back({row, column, amounts[column]});
                ++columnDegree[column];
                ++grouped.begin[SIZES - SizeOf(amounts[column])];
            }
        }
        grouped.largestDegree =
            std::max(grouped.largestDegree, static_cast<std::uint32_t>(cells.size() - before));
    }
    grouped.largestDegree = std::max(grouped.largestDegree,
                                     *std::max_element(columnDegree.begin(), columnDegree.end()));
    for (std::uint32_t place = 1; place <= SIZES; ++place)
    {
        grouped.begin[place] += grouped.begin[place - 1];
    }
    std::array<std::size_t, SIZES + 1> next = grouped.begin;
    grouped.cells.resize(cells.size());
    for (const MatchedCell& cell : cells)
    {
        grouped.cells[next[SIZES - 1 - SizeOf(cell.amount)]++] = cell;
    }
    return grouped;
}

/// Which matchings each row and each column is in, a bit for each.
class Membership
{
  public:
    Membership(std::uint32_t n, std::uint32_t largestDegree)
        : m_n(n),
          m_words(2 * largestDegree / BITS + 1),
          m_bits(std::size_t{2} * n * m_words)
    {
    }

    /// The first matching that neither is in; now both are.
    std::uint32_t Join(std::uint32_t row, std::uint32_t column)
    {
        std::uint64_t* rows = &m_bits[static_cast<std::size_t>(row) * m_words];
        std::uint64_t* columns = &m_bits[(static_cast<std::size_t>(m_n) + column) * m_words];
        std::uint32_t word = 0;
        while (~(rows[word] | columns[word]) == 0)
        {
            ++word;
        }
        const auto bit = static_cast<std::uint32_t>(__builtin_ctzll(~(rows[word] | columns[word])));
        rows[word] |= std::uint64_t{1} << bit;
        columns[word] |= std::uint64_t{1} << bit;
        return word * BITS + bit;
    }

  private:
    std::uint32_t m_n;
    std::uint32_t m_words;
    std::vector<std::uint64_t> m_bits;
};

} // namespace

std::optional<std::vector<WeightedMatching>>
FirstFitMatchings(std::uint32_t n,
                  std::uint32_t stride,
                  const std::vector<std::int64_t>& matrix,
                  std::int64_t limit)
{
    CellsBySize grouped = GroupBySize(n, stride, matrix);
    Membership membership(n, grouped.largestDegree);
    std::vector<WeightedMatching> matchings;
    std::int64_t rest = limit;
    for (std::uint32_t place = 0; place < SIZES; ++place)
    {
        const auto cells = grouped.cells.begin();
        const auto begin = static_cast<std::ptrdiff_t>(grouped.begin[place]);
        const auto end = static_cast<std::ptrdiff_t>(grouped.begin[place + 1]);
        std::sort(cells + begin, cells + end, GoesBefore);
        for (auto cell = cells + begin; cell != cells + end; ++cell)
        {
            const std::uint32_t at = membership.Join(cell->row, cell->column);
            if (at == matchings.size())
            {
                if (cell->amount > rest)
                {
                    return std::nullopt;
                }
                rest -= cell->amount;
                matchings.push_back({cell->amount, {}});
            }
            matchings[at].cells.push_back(*cell);
        }
    }
    for (WeightedMatching& matching : matchings)
    {
        std::sort(matching.cells.begin(),
                  matching.cells.end(),
                  [](const MatchedCell& a, const MatchedCell& b) { return a.row < b.row; });
    }
    return matchings;
}

} // namespace echelon
