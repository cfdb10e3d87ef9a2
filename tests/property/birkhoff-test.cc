// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Birkhoff–von Neumann decompositions of random matrices of many kinds, checked cell by cell.
 */
#include "matching/birkhoff.h"

#include "base/random.h"
#include "matching/first-fit-matchings.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

namespace echelon
{
namespace
{

using Matrix = std::vector<std::int64_t>;

std::int64_t
Bound(std::uint32_t n, const Matrix& matrix)
{
    std::int64_t bound = 0;
    for (std::uint32_t line = 0; line < n; ++line)
    {
        std::int64_t row = 0;
        std::int64_t column = 0;
        for (std::uint32_t i = 0; i < n; ++i)
        {
            row += matrix[line * n + i];
            column += matrix[i * n + line];
        }
        bound = std::max({bound, row, column});
    }
    return bound;
}

/// Every stage is a matching within its duration, and every cell is carried once.
void
CheckStages(std::uint32_t n, const Matrix& matrix, const std::vector<WeightedMatching>& stages)
{
    Matrix rest = matrix;
    for (const WeightedMatching& stage : stages)
    {
        ASSERT_GT(stage.duration, 0);
        ASSERT_FALSE(stage.cells.empty());
        std::vector<bool> isColumnUsed(n);
        std::int64_t lastRow = -1;
        for (const MatchedCell& cell : stage.cells)
        {
            ASSERT_GT(std::int64_t{cell.row}, lastRow) << "distinct rows, ascending";
            ASSERT_LT(cell.row, n);
            ASSERT_LT(cell.column, n);
            ASSERT_FALSE(isColumnUsed[cell.column]);
            ASSERT_GT(cell.amount, 0);
            ASSERT_LE(cell.amount, stage.duration);
            lastRow = cell.row;
            isColumnUsed[cell.column] = true;
            rest[cell.row * n + cell.column] -= cell.amount;
        }
    }
    ASSERT_EQ(std::count(rest.begin(), rest.end(), 0), static_cast<std::ptrdiff_t>(rest.size()));
}

std::int64_t
Duration(const std::vector<WeightedMatching>& stages)
{
    std::int64_t duration = 0;
    for (const WeightedMatching& stage : stages)
    {
        duration += stage.duration;
    }
    return duration;
}

void
CheckDecomposition(std::uint32_t n, const Matrix& matrix, double gap)
{
    const std::vector<WeightedMatching> stages = DecomposeIntoMatchings(n, matrix, gap);
    ASSERT_NO_FATAL_FAILURE(CheckStages(n, matrix, stages));
    const std::int64_t bound = Bound(n, matrix);
    if (gap == 0)
    {
        ASSERT_EQ(Duration(stages), bound);
    }
    else
    {
        ASSERT_GE(Duration(stages), bound);
        const auto beyond = static_cast<double>(Duration(stages) - bound);
        ASSERT_LE(beyond, gap * static_cast<double>(bound));
    }
    const auto cells =
        matrix.size() - static_cast<std::size_t>(std::count(matrix.begin(), matrix.end(), 0));
    if (cells > 0)
    {
        // A stage finishes a cell, or leaves at most 1 - 2 / (n + 1)² of the time:
        // docs/algorithms/birkhoff.md.
        const double n2 = static_cast<double>(n) * n;
        const double lines = (n + 1.0) * (n + 1.0);
        const double time = static_cast<double>(bound) * (1 + std::min(gap, 1.0));
        ASSERT_LE(static_cast<double>(stages.size()), n2 + lines / 2 * std::log(time) + 1);
    }
}

struct Kind
{
    const char* name;
    std::function<std::int64_t(std::uint32_t row, std::uint32_t column)> cell;
};

/// One matrix of each kind.
std::vector<std::pair<const char*, Matrix>>
Matrices(std::uint32_t n, RandomStream& stream)
{
    std::vector<double> load(n);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        load[i] = 1e6 / (i + 1.0);
    }
    stream.Shuffle(load);
    std::vector<std::uint32_t> target(n);
    std::iota(target.begin(), target.end(), 0);
    stream.Shuffle(target);
    const double density = 3.0 / n;
    const auto huge = 4'000'000'000'000'000'000 / n;
    const auto whole = [](double value) { return static_cast<std::int64_t>(value); };
    const std::vector<Kind> kinds = {
        {"zero", [](auto, auto) { return 0; }},
        {"equal", [](auto, auto) { return 7; }},
        {"equal but the diagonal", [](auto i, auto j) { return i == j ? 0 : 1000; }},
        {"ones", [&](auto, auto) { return whole(stream.Below(2)); }},
        {"small", [&](auto, auto) { return whole(stream.Below(5)); }},
        {"uniform", [&](auto, auto) { return whole(stream.Below(1'000'000)); }},
        {"Zipf", [&](auto, auto j) { return whole(load[j] * std::exp(stream.Normal() / 2)); }},
        {"powers of two", [&](auto, auto) { return std::int64_t{1} << stream.Below(40); }},
        {"lognormal", [&](auto, auto) { return whole(1e6 * std::exp(2 * stream.Normal())); }},
        {"sparse",
         [&](auto, auto) {
             return stream.Uniform() < density ? whole(1 + stream.Below(1000)) : 0;
         }},
        {"permutation", [&](auto i, auto j) { return target[i] == j ? whole(1e9) + i : 0; }},
        {"one hot column",
         [&](auto i, auto j) { return j == target[0] ? whole(1e9) : whole((i + j) % 3); }},
        {"only a hot column", [&](auto i, auto j) { return j == target[0] ? whole(1e9) + i : 0; }},
        {"only a hot row", [&](auto i, auto j) { return i == target[0] ? whole(1e9) + j : 0; }},
        {"zero rows", [&](auto i, auto) { return i % 3 == 0 ? 0 : whole(stream.Below(1000)); }},
        {"triangle", [&](auto i, auto j) { return i < j ? whole(i) + j : 0; }},
        {"huge", [&](auto, auto) { return huge; }},
        {"huge and uneven", [&](auto, auto) { return whole(stream.Below(huge)); }},
        {"huge and tiny", [&](auto i, auto j) { return (i + j) % 2 == 0 ? huge : 1; }},
        {"one cell", [&](auto i, auto j) { return i + j == 0 ? 1 : 0; }}};
    std::vector<std::pair<const char*, Matrix>> matrices;
    for (const Kind& kind : kinds)
    {
        Matrix matrix;
        for (std::uint32_t row = 0; row < n; ++row)
        {
            for (std::uint32_t column = 0; column < n; ++column)
            {
                matrix.push_back(kind.cell(row, column));
            }
        }
        matrices.emplace_back(kind.name, std::move(matrix));
    }
    return matrices;
}

TEST(Birkhoff, EveryStageIsAMatchingAndEveryCellIsCarriedOnceWithinTheGap)
{
    RandomStream stream(1, "birkhoff");
    for (std::uint32_t n = 1; n <= 40; ++n)
    {
        for (const auto& [name, matrix] : Matrices(n, stream))
        {
            for (const double gap : {0.0, 0.001, 0.01, 0.2, 5.0})
            {
                ASSERT_NO_FATAL_FAILURE(CheckDecomposition(n, matrix, gap))
                    << name << ", n = " << n << ", gap " << gap;
            }
        }
    }
}

TEST(Birkhoff, ManySmallMatrices)
{
    RandomStream stream(2, "birkhoff");
    for (int i = 0; i < 20000; ++i)
    {
        const auto n = static_cast<std::uint32_t>(1 + stream.Below(5));
        const std::uint64_t range = 1 + stream.Below(i % 2 == 0 ? 6 : 1000);
        Matrix matrix(n * n);
        for (std::int64_t& cell : matrix)
        {
            cell = static_cast<std::int64_t>(stream.Below(range) * stream.Below(2));
        }
        ASSERT_NO_FATAL_FAILURE(CheckDecomposition(n, matrix, 0)) << "instance " << i;
        ASSERT_NO_FATAL_FAILURE(CheckDecomposition(n, matrix, 0.1)) << "instance " << i;
    }
}

/// Sizes around whole words of columns, and all lines equally full: a sum of permutations.
TEST(Birkhoff, FullLinesAcrossWordBoundaries)
{
    RandomStream stream(3, "birkhoff");
    for (const std::uint32_t n : {63U, 64U, 65U, 127U, 128U, 130U})
    {
        Matrix matrix(n * n);
        std::vector<std::uint32_t> target(n);
        std::iota(target.begin(), target.end(), 0);
        for (std::uint32_t k = 0; k < 2 * n; ++k)
        {
            stream.Shuffle(target);
            const auto amount = static_cast<std::int64_t>(1 + stream.Below(1'000'000));
            for (std::uint32_t row = 0; row < n; ++row)
            {
                matrix[row * n + target[row]] += amount;
            }
        }
        ASSERT_NO_FATAL_FAILURE(CheckDecomposition(n, matrix, 0)) << "n = " << n;
        ASSERT_NO_FATAL_FAILURE(CheckDecomposition(n, matrix, 0.01)) << "n = " << n;
    }
}

TEST(Birkhoff, EqualCallsGiveEqualStages)
{
    RandomStream stream(4, "birkhoff");
    for (const auto& [name, matrix] : Matrices(33, stream))
    {
        const std::vector<WeightedMatching> first = DecomposeIntoMatchings(33, matrix, 0.01);
        const std::vector<WeightedMatching> second = DecomposeIntoMatchings(33, matrix, 0.01);
        ASSERT_EQ(first.size(), second.size()) << name;
        for (std::size_t i = 0; i < first.size(); ++i)
        {
            ASSERT_EQ(first[i].duration, second[i].duration) << name;
            ASSERT_EQ(first[i].cells.size(), second[i].cells.size()) << name;
            for (std::size_t k = 0; k < first[i].cells.size(); ++k)
            {
                ASSERT_EQ(first[i].cells[k].column, second[i].cells[k].column) << name;
                ASSERT_EQ(first[i].cells[k].amount, second[i].cells[k].amount) << name;
            }
        }
    }
}

TEST(Birkhoff, AGapSparesStages)
{
    // All lines nearly full and no two cells alike: exact stages finish few cells each.
    RandomStream stream(5, "birkhoff");
    for (int i = 0; i < 20; ++i)
    {
        Matrix matrix(40 * 40);
        for (std::int64_t& cell : matrix)
        {
            cell = static_cast<std::int64_t>(1e6 * std::exp(stream.Normal()));
        }
        EXPECT_LT(DecomposeIntoMatchings(40, matrix, 0.01).size(),
                  DecomposeIntoMatchings(40, matrix, 0).size());
    }
}

TEST(FirstFitMatchings, CarryEachCellWholeInFewEnoughMatchings)
{
    RandomStream stream(1, "first-fit");
    for (std::uint32_t n = 1; n <= 40; ++n)
    {
        for (const auto& [name, matrix] : Matrices(n, stream))
        {
            std::uint32_t degree = 0;
            for (std::uint32_t line = 0; line < n; ++line)
            {
                std::uint32_t row = 0;
                std::uint32_t column = 0;
                for (std::uint32_t i = 0; i < n; ++i)
                {
                    row += matrix[line * n + i] > 0 ? 1 : 0;
                    column += matrix[i * n + line] > 0 ? 1 : 0;
                }
                degree = std::max({degree, row, column});
            }
            const auto limit = std::numeric_limits<std::int64_t>::max();
            const auto matchings = FirstFitMatchings(n, n, matrix, limit);
            if (!matchings)
            {
                // Durations of matchings with one huge cell each may exceed 64 bits.
                continue;
            }
            ASSERT_NO_FATAL_FAILURE(CheckStages(n, matrix, *matchings)) << name;
            ASSERT_LE(matchings->size(), degree == 0 ? 0 : 2 * degree - 1) << name;
            const std::int64_t duration = Duration(*matchings);
            ASSERT_GE(duration, Bound(n, matrix)) << name;
            EXPECT_TRUE(FirstFitMatchings(n, n, matrix, duration)) << name;
            if (duration > 0)
            {
                EXPECT_FALSE(FirstFitMatchings(n, n, matrix, duration - 1)) << name;
            }
        }
    }
}

} // namespace
} // namespace echelon
