// SPDX-License-Identifier: GPL-2.0-only
#include "base/contracts.h"
#include "matching/assignment.h"
#include "matching/bipartite-matching.h"
#include "matching/tiered-matching.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

using Columns = std::vector<std::uint32_t>;

TEST(MaximumMatching, AugmentsThroughATakenColumn)
{
    // Row 0 takes column 0 first; row 1 has only that column. The path 1 - 0 - 0 - 1 moves row 0 on
    // to column 1.
    const BipartiteMatching matching = MaximumMatching(2, {{0, 1}, {0}});
    EXPECT_EQ(matching.size, 2U);
    EXPECT_EQ(matching.columnOf, (Columns{1, 0}));
    EXPECT_EQ(matching.rowOf, (Columns{1, 0}));
}

TEST(MaximumMatching, LeavesOverWhatHasNoPartner)
{
    // Three rows, two of whose columns are the same one: two pairs.
    const BipartiteMatching matching = MaximumMatching(3, {{2}, {}, {2}});
    EXPECT_EQ(matching.size, 1U);
    EXPECT_EQ(matching.columnOf, (Columns{2, UNMATCHED, UNMATCHED}));
    EXPECT_EQ(matching.rowOf, (Columns{UNMATCHED, UNMATCHED, 0}));
    EXPECT_EQ(MaximumMatching(0, {}).size, 0U);
    EXPECT_THROW(MaximumMatching(2, {{2}}), ContractViolation);
}

TEST(MaximumMatching, LongPathsNeedNoDeepStack)
{
    // Row i has columns i and i + 1, the last row only column 0: all rows shift by one, along one
    // path through all of them.
    constexpr std::uint32_t ROWS = 200'000;
    std::vector<Columns> graph(ROWS);
    for (std::uint32_t row = 0; row + 1 < ROWS; ++row)
    {
        graph[row] = {row, row + 1};
    }
    graph[ROWS - 1] = {0};
    const BipartiteMatching matching = MaximumMatching(ROWS, graph);
    EXPECT_EQ(matching.size, ROWS);
    EXPECT_EQ(matching.columnOf[7], 8U);
}

TEST(BottleneckMatching, TheLeastLargestWeightNotTheLeastSum)
{
    // Columns:   0  1
    //   row 0:   1  6      1 + 8 = 9 has the least sum and the largest weight 8;
    //   row 1:   5  8      6 + 5 = 11 has the largest weight 6.
    const BottleneckMatching matching = MinimiseLargestWeight(2, {1, 6, 5, 8});
    EXPECT_EQ(matching.largest, 6);
    EXPECT_EQ(matching.columnOf, (Columns{1, 0}));
    EXPECT_EQ(MinimumAssignment(2, {1, 6, 5, 8}), (Columns{0, 1}));
}

TEST(BottleneckMatching, WeightsOfAnySign)
{
    const BottleneckMatching one = MinimiseLargestWeight(1, {-3});
    EXPECT_EQ(one.largest, -3);
    EXPECT_EQ(one.columnOf, (Columns{0}));
    EXPECT_THROW(MinimiseLargestWeight(0, {}), ContractViolation);
    EXPECT_THROW(MinimiseLargestWeight(2, {1}), ContractViolation);
}

TEST(Assignment, RowsGiveWayToOthers)
{
    // Columns:   0  1  2
    //   row 0:   1  2  3
    //   row 1:   2  4  6      i × j for i, j = 1..3: by the rearrangement inequality least with
    //   row 2:   3  6  9      opposite orders (3 + 4 + 3 = 10), most with equal ones (1 + 4 + 9).
    const std::vector<std::int64_t> products = {1, 2, 3, 2, 4, 6, 3, 6, 9};
    EXPECT_EQ(MinimumAssignment(3, products), (Columns{2, 1, 0}));
    EXPECT_EQ(MaximumAssignment(3, products), (Columns{0, 1, 2}));
}

TEST(Assignment, RejectsWeightsWhoseSumsDoNotFit)
{
    const std::int64_t half = 1'000'000'000'000'000'000;
    EXPECT_NO_THROW(MinimumAssignment(2, {half, 0, 0, -half}));
    EXPECT_THROW(MinimumAssignment(2, {half + 1, 0, 0, 0}), ContractViolation);
    EXPECT_THROW(MaximumAssignment(2, {0, 0, 0, -half - 1}), ContractViolation);
    EXPECT_THROW(MinimumAssignment(0, {}), ContractViolation);
}

TEST(TieredMatching, PrefersEarlierTiers)
{
    // All cells of 2 × 2 are in the third tier, the second diagonal in the first two.
    TieredMatching matching(2);
    matching.SetCell(0, 0, {false, false, true});
    matching.SetCell(0, 1, {true, true, true});
    matching.SetCell(1, 0, {true, true, true});
    matching.SetCell(1, 1, {false, false, true});
    ASSERT_TRUE(matching.Complete());
    EXPECT_EQ(matching.ColumnOf(0), 1U);
    EXPECT_EQ(matching.ColumnOf(1), 0U);

    // Without the cell (1, 0) row 1 needs column 1: row 0 gives way.
    matching.SetCell(1, 0, {false, false, false});
    matching.Unmatch(1);
    ASSERT_TRUE(matching.Complete());
    EXPECT_EQ(matching.ColumnOf(0), 0U);
    EXPECT_EQ(matching.ColumnOf(1), 1U);

    matching.SetCell(1, 1, {false, false, false});
    matching.Clear();
    EXPECT_FALSE(matching.Complete());
}

} // namespace
} // namespace echelon
