// SPDX-License-Identifier: GPL-2.0-only
#include "matching/birkhoff.h"

#include "base/contracts.h"
#include "matching/first-fit-matchings.h"
#include "matching/tiered-matching.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>

namespace echelon
{
namespace
{

constexpr std::int64_t LARGEST_SUM = 4'000'000'000'000'000'000;

/// The threshold falls by an eighth when exact, by a fifth when there is a gap: more steps make
/// fewer stages and take longer.
constexpr std::int64_t EXACT_STEP = 8;
constexpr std::int64_t GAP_STEP = 5;

/// A stage lasts up to an eighth longer than the threshold.
constexpr std::int64_t STAGE_SPREAD = 8;

/// A cell that a stage finishes may idle this many times its fair part of the lines' idle time.
constexpr double IDLE_PACE = 2;

/// Part of the gap that is kept for the last cells, which are carried whole.
constexpr double GAP_FOR_LAST = 0.5;

/// Carry the last cells whole when that has room for this many times the time left without gap,
/// and again each time that this has shrunk to RETRY.
constexpr double FIRST_TRY = 1.5;
constexpr double RETRY = 0.85;

/// 1 if the number is not negative.
std::uint64_t
IsNotNegative(std::int64_t value)
{
    return ~static_cast<std::uint64_t>(value) >> 63;
}

/// Bit `shift` of each of eight bytes, as a byte.
std::uint64_t
GatherBits(std::uint64_t bytes, std::uint32_t shift)
{
    constexpr std::uint64_t LOW_BITS = 0x0101010101010101;
    constexpr std::uint64_t TO_TOP_BYTE = 0x0102040810204080;
    return (bytes >> shift & LOW_BITS) * TO_TOP_BYTE >> 56;
}

/**
 * What is left of the matrix, of the time, and of each line's idle time ("slack": time left without
 * what the line has left to carry). A cell can be matched for time t when t <= what it has left +
 * the slack of both its lines: padding decided cell by cell, as late as possible.
 */
class Decomposition
{
  public:
    Decomposition(std::uint32_t n, const std::vector<std::int64_t>& matrix, double gap)
        : m_n(n),
          m_matching(n),
          m_stride(m_matching.WordsPerRow() * TieredMatching::WORD_BITS),
          m_rest(static_cast<std::size_t>(n) * m_stride),
          m_rowSlack(n),
          m_columnSlack(m_stride),
          m_rowPace(n),
          m_columnPace(m_stride)
    {
        Load(matrix);
        m_gap = static_cast<std::int64_t>(std::min(gap, 1.0) * static_cast<double>(m_bound));
        m_reserve = m_gap;
        m_forLast = static_cast<std::int64_t>(GAP_FOR_LAST * static_cast<double>(m_gap));
        m_lastTry = m_bound;
    }

    std::vector<WeightedMatching> Run()
    {
        if (m_cells > 0)
        {
            SetThreshold(LargestThreshold());
        }
        bool hasFailed = false;
        while (m_cells > 0)
        {
            if (FindStage())
            {
                CarryOutStage();
                hasFailed = false;
                continue;
            }
            if (m_gap > 0 && CarryLastWhole())
            {
                break;
            }
            ReleaseGap();
            LowerThreshold(hasFailed);
            hasFailed = true;
        }
        return std::move(m_stages);
    }

  private:
    void Load(const std::vector<std::int64_t>& matrix)
    {
        for (std::uint32_t row = 0; row < m_n; ++row)
        {
            for (std::uint32_t column = 0; column < m_n; ++column)
            {
                const std::int64_t amount = matrix[static_cast<std::size_t>(row) * m_n + column];
                ECHELON_REQUIRE(amount >= 0, "no cell is negative");
                ECHELON_REQUIRE(amount <= LARGEST_SUM - m_rowSlack[row] &&
                                    amount <= LARGEST_SUM - m_columnSlack[column],
                                "row and column sums are at most 4e18");
                Rest(row, column) = amount;
                m_rowSlack[row] += amount;
                m_columnSlack[column] += amount;
                m_cells += amount > 0 ? 1 : 0;
            }
        }
        m_bound = std::max(*std::max_element(m_rowSlack.begin(), m_rowSlack.end()),
                           *std::max_element(m_columnSlack.begin(), m_columnSlack.end()));
        m_left = m_bound;
        for (std::uint32_t line = 0; line < m_n; ++line)
        {
            m_rowSlack[line] = m_bound - m_rowSlack[line];
            m_columnSlack[line] = m_bound - m_columnSlack[line];
        }
        // The columns that fill the last word take no part.
        std::fill(m_columnSlack.begin() + m_n, m_columnSlack.end(), -1);
        std::fill(m_columnPace.begin() + m_n, m_columnPace.end(), -1);
    }

    std::int64_t& Rest(std::uint32_t row, std::uint32_t column)
    {
        return m_rest[static_cast<std::size_t>(row) * m_stride + column];
    }

    /// For how long the cell can be matched.
    std::int64_t Room(std::uint32_t row, std::uint32_t column)
    {
        return Rest(row, column) + std::min(m_rowSlack[row], m_columnSlack[column]);
    }

    /// Each row needs a cell that can be matched as long.
    std::int64_t LargestThreshold()
    {
        std::int64_t threshold = m_left;
        for (std::uint32_t row = 0; row < m_n; ++row)
        {
            std::int64_t room = 0;
            for (std::uint32_t column = 0; column < m_n; ++column)
            {
                room = std::max(room, Room(row, column));
            }
            threshold = std::min(threshold, room);
        }
        return threshold;
    }

    void LowerThreshold(bool hasFailedBefore)
    {
        ECHELON_ENSURE(m_threshold > 1, "a cell left holds a perfect matching of threshold 1");
        const std::int64_t step = m_gap > 0 ? GAP_STEP : EXACT_STEP;
        std::int64_t threshold = m_threshold - std::max<std::int64_t>(m_threshold / step, 1);
        if (hasFailedBefore)
        {
            threshold = std::min(threshold, LargestThreshold());
        }
        SetThreshold(threshold);
    }

    void SetThreshold(std::int64_t threshold)
    {
        m_threshold = threshold;
        m_longest = threshold + threshold / STAGE_SPREAD;
        const double part =
            IDLE_PACE * static_cast<double>(threshold) / static_cast<double>(m_left);
        const auto pace = [part](std::int64_t slack) {
            return part >= 1 ? slack : static_cast<std::int64_t>(part * static_cast<double>(slack));
        };
        std::transform(m_rowSlack.begin(), m_rowSlack.end(), m_rowPace.begin(), pace);
        std::transform(m_columnSlack.begin(),
                       m_columnSlack.begin() + m_n,
                       m_columnPace.begin(),
                       pace);
        for (std::uint32_t row = 0; row < m_n; ++row)
        {
            SetTiers(row);
        }
    }

    /// First tier: cells that a stage finishes without idling faster than the lines can afford.
    /// Second: also those that carry a whole threshold. Third: all that can be matched.
    void SetTiers(std::uint32_t row)
    {
        constexpr std::uint32_t BITS = TieredMatching::WORD_BITS;
        constexpr std::uint32_t BYTES = 8;
        const std::int64_t threshold = m_threshold;
        const std::int64_t longest = m_longest;
        const std::int64_t rowNeed = threshold - m_rowSlack[row];
        const std::int64_t rowPacedNeed = threshold - m_rowPace[row];
        std::uint64_t tiers[BITS];
        for (std::uint32_t word = 0; word < m_matching.WordsPerRow(); ++word)
        {
            const std::int64_t* rest = &Rest(row, word * BITS);
            const std::int64_t* slack = &m_columnSlack[word * BITS];
            const std::int64_t* pace = &m_columnPace[word * BITS];
            for (std::uint32_t i = 0; i < BITS; ++i)
            {
                // Signs instead of comparisons: the loop has no branches and is vectorised.
                const std::int64_t over = rest[i] - threshold;
                const std::uint64_t matches =
                    IsNotNegative((rest[i] - rowNeed) | (over + slack[i]));
                const std::uint64_t paced =
                    IsNotNegative((rest[i] - rowPacedNeed) | (over + pace[i]));
                const std::uint64_t fits = IsNotNegative((longest - rest[i]) | (rest[i] - 1));
                const std::uint64_t finishes = matches & paced & fits;
                const std::uint64_t carries = finishes | IsNotNegative(over);
                tiers[i] = finishes | carries << 1 | matches << 2;
            }
            std::uint64_t words[TieredMatching::TIERS] = {};
            for (std::uint32_t i = 0; i < BITS; i += BYTES)
            {
                std::uint64_t bytes = 0;
                for (std::uint32_t k = 0; k < BYTES; ++k)
                {
                    bytes |= tiers[i + k] << (BYTES * k);
                }
                for (std::uint32_t tier = 0; tier < TieredMatching::TIERS; ++tier)
                {
                    words[tier] |= GatherBits(bytes, tier) << i;
                }
            }
            for (std::uint32_t tier = 0; tier < TieredMatching::TIERS; ++tier)
            {
                m_matching.Words(tier, row)[word] = words[tier];
            }
        }
    }

    void SetTiersOfCell(std::uint32_t row, std::uint32_t column)
    {
        const std::int64_t rest = Rest(row, column);
        const bool matches = Room(row, column) >= m_threshold;
        const bool paced = rest + std::min(m_rowPace[row], m_columnPace[column]) >= m_threshold;
        const bool finishes = matches && paced && rest <= m_longest && rest > 0;
        m_matching.SetCell(row, column, {finishes, finishes || rest >= m_threshold, matches});
    }

    /**
     * A perfect matching whose cells all have room for the threshold, one of them with something
     * left. Slack shrinks without notice in the tiers; a row that is matched with a cell without
     * room gets its tiers anew, and another column. The stage lasts as long as all cells have room,
     * one of them has something left, and the spread allows.
     */
    bool FindStage()
    {
        m_matching.Clear();
        for (;;)
        {
            if (!m_matching.Complete())
            {
                return false;
            }
            m_duration = std::min(m_left, m_longest);
            std::int64_t largest = 0;
            bool hasRoom = true;
            for (std::uint32_t row = 0; row < m_n; ++row)
            {
                const std::uint32_t column = m_matching.ColumnOf(row);
                const std::int64_t room = Room(row, column);
                m_duration = std::min(m_duration, room);
                largest = std::max(largest, Rest(row, column));
                if (room < m_threshold)
                {
                    hasRoom = false;
                    SetTiers(row);
                    m_matching.Unmatch(row);
                }
            }
            if (hasRoom)
            {
                m_duration = std::min(m_duration, largest);
                return largest > 0;
            }
        }
    }

    void CarryOutStage()
    {
        const std::int64_t duration = m_duration;
        m_stages.emplace_back();
        m_stages.back().duration = duration;
        std::vector<MatchedCell>& cells = m_stages.back().cells;
        cells.reserve(m_n);
        for (std::uint32_t row = 0; row < m_n; ++row)
        {
            const std::uint32_t column = m_matching.ColumnOf(row);
            std::int64_t& rest = Rest(row, column);
            const std::int64_t amount = std::min(rest, duration);
            m_rowSlack[row] -= duration - amount;
            m_columnSlack[column] -= duration - amount;
            if (amount > 0)
            {
                cells.push_back({row, column, amount});
                rest -= amount;
                m_cells -= rest == 0 ? 1 : 0;
            }
            SetTiersOfCell(row, column);
        }
        m_left -= duration;
    }

    /// Within the time left and the whole reserve.
    bool CarryLastWhole()
    {
        const auto left = static_cast<double>(m_left);
        if (FIRST_TRY * left > left + static_cast<double>(m_reserve) ||
            left > RETRY * static_cast<double>(m_lastTry))
        {
            return false;
        }
        m_lastTry = m_left;
        std::optional<std::vector<WeightedMatching>> last =
            FirstFitMatchings(m_n, m_stride, m_rest, m_left + m_reserve);
        if (!last)
        {
            return false;
        }
        std::move(last->begin(), last->end(), std::back_inserter(m_stages));
        return true;
    }

    /// What is not kept for the last cells becomes every line's slack in step with the time.
    void ReleaseGap()
    {
        const double part = static_cast<double>(m_left) / static_cast<double>(m_bound);
        const std::int64_t keep =
            m_forLast + static_cast<std::int64_t>(part * static_cast<double>(m_gap - m_forLast));
        const std::int64_t released = std::max<std::int64_t>(m_reserve - keep, 0);
        m_reserve -= released;
        m_left += released;
        for (std::uint32_t line = 0; line < m_n; ++line)
        {
            m_rowSlack[line] += released;
            m_columnSlack[line] += released;
        }
    }

    std::uint32_t m_n;
    TieredMatching m_matching;
    std::uint32_t m_stride; ///< between rows of m_rest: whole words of columns
    std::vector<std::int64_t> m_rest;
    std::vector<std::int64_t> m_rowSlack;
    std::vector<std::int64_t> m_columnSlack;
    std::vector<std::int64_t> m_rowPace; ///< of the slack, what a stage of this threshold may use
    std::vector<std::int64_t> m_columnPace;
    std::size_t m_cells = 0; ///< with something left
    std::int64_t m_bound = 0;
    std::int64_t m_left = 0;    ///< time, without the reserve
    std::int64_t m_gap = 0;     ///< time beyond the bound
    std::int64_t m_reserve = 0; ///< part of the gap that is not yet time left
    std::int64_t m_forLast = 0; ///< part of the reserve that stays
    std::int64_t m_lastTry = 0; ///< m_left then
    std::int64_t m_threshold = 0;
    std::int64_t m_longest = 0;  ///< a stage of this threshold
    std::int64_t m_duration = 0; ///< of the stage found
    std::vector<WeightedMatching> m_stages;
};

} // namespace

std::vector<WeightedMatching>
DecomposeIntoMatchings(std::uint32_t n, const std::vector<std::int64_t>& matrix, double gap)
{
    ECHELON_REQUIRE(n >= 1, "a matrix has rows");
    ECHELON_REQUIRE(matrix.size() == static_cast<std::size_t>(n) * n, "a matrix is n × n");
    ECHELON_REQUIRE(gap >= 0, "a gap is not negative");
    return Decomposition(n, matrix, gap).Run();
}

} // namespace echelon
