// SPDX-License-Identifier: GPL-2.0-only
#include "matching/birkhoff.h"

#include "base/contracts.h"
#include "matching/first-fit-matchings.h"

#include <array>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

using Cells = std::vector<std::array<std::int64_t, 3>>;

Cells
CellsOf(const WeightedMatching& matching)
{
    Cells cells;
    for (const MatchedCell& cell : matching.cells)
    {
        cells.push_back({cell.row, cell.column, cell.amount});
    }
    return cells;
}

TEST(Birkhoff, NothingToCarryTakesNoStage)
{
    EXPECT_TRUE(DecomposeIntoMatchings(1, {0}, 0).empty());
    EXPECT_TRUE(DecomposeIntoMatchings(3, std::vector<std::int64_t>(9), 0.01).empty());
}

TEST(Birkhoff, OneCellIsOneStage)
{
    const std::vector<WeightedMatching> stages = DecomposeIntoMatchings(1, {42}, 0);
    ASSERT_EQ(stages.size(), 1U);
    EXPECT_EQ(stages[0].duration, 42);
    EXPECT_EQ(CellsOf(stages[0]), (Cells{{0, 0, 42}}));
}

TEST(Birkhoff, APermutationIsOneStage)
{
    // Amounts 5, 5, 5 on a permutation: all lines full, one matching of 5.
    const std::vector<WeightedMatching> stages =
        DecomposeIntoMatchings(3, {0, 5, 0, 0, 0, 5, 5, 0, 0}, 0);
    ASSERT_EQ(stages.size(), 1U);
    EXPECT_EQ(stages[0].duration, 5);
    EXPECT_EQ(CellsOf(stages[0]), (Cells{{0, 1, 5}, {1, 2, 5}, {2, 0, 5}}));
}

TEST(Birkhoff, TwoByTwoHasOnlyOneDecomposition)
{
    // Columns:   0  1
    //   row 0:   3  1      rows and columns sum to 4: the diagonal for 3 and the other one for 1.
    //   row 1:   1  3      Starting threshold 3: each row has a cell of at least 3.
    const std::vector<WeightedMatching> stages = DecomposeIntoMatchings(2, {3, 1, 1, 3}, 0);
    ASSERT_EQ(stages.size(), 2U);
    EXPECT_EQ(stages[0].duration, 3);
    EXPECT_EQ(CellsOf(stages[0]), (Cells{{0, 0, 3}, {1, 1, 3}}));
    EXPECT_EQ(stages[1].duration, 1);
    EXPECT_EQ(CellsOf(stages[1]), (Cells{{0, 1, 1}, {1, 0, 1}}));
}

TEST(Birkhoff, AFullReceiverIsNeverIdle)
{
    // Column 0 holds 2 + 3 + 4 = 9, the bound; the other columns hold 1 and 1. Three cells share
    // column 0, so there are three stages at least, and with the bound reached column 0 receives
    // in each for its whole duration.
    const std::vector<WeightedMatching> stages =
        DecomposeIntoMatchings(3, {2, 1, 0, 3, 0, 1, 4, 0, 0}, 0);
    std::int64_t duration = 0;
    for (const WeightedMatching& stage : stages)
    {
        duration += stage.duration;
        std::int64_t toColumn0 = 0;
        for (const MatchedCell& cell : stage.cells)
        {
            toColumn0 += cell.column == 0 ? cell.amount : 0;
        }
        EXPECT_EQ(toColumn0, stage.duration);
    }
    EXPECT_EQ(duration, 9);
    EXPECT_GE(stages.size(), 3U);
}

TEST(Birkhoff, CellsOfManyMagnitudesTakeMoreThanTheFewestStages)
{
    // Some decomposition of 4 × 4 cells has at most 4² - 2 × 4 + 2 = 10 stages. This one cuts cells
    // at thresholds that fall by an eighth: its own bound, with b = 16777216 + 131072 + 134217728
    // of row 1 and ln b = 18.8, is 16 + 25/2 × ln b + 1 = 252.
    const std::vector<std::int64_t> matrix = {0,
                                              67'108'864,
                                              8,
                                              2048,
                                              16777216,
                                              0,
                                              131'072,
                                              134'217'728,
                                              2,
                                              16,
                                              0,
                                              16'384,
                                              256,
                                              33'554'432,
                                              4,
                                              0};
    const std::vector<WeightedMatching> stages = DecomposeIntoMatchings(4, matrix, 0);
    EXPECT_GT(stages.size(), 10U);
    EXPECT_LE(stages.size(), 252U);
    std::int64_t duration = 0;
    for (const WeightedMatching& stage : stages)
    {
        duration += stage.duration;
    }
    EXPECT_EQ(duration, 16'777'216 + 131'072 + 134'217'728);
}

TEST(Birkhoff, LastCellsAreCarriedWholeWithinTheGap)
{
    // Rows and columns sum to 101: the diagonal for 99 leaves six cells of 1 and a time of 2, with
    // the gap of a tenth 12. First fit by rows and columns: {(0,1), (1,0)}, {(0,2), (2,0)},
    // {(1,2), (2,1)}, of 1 each: 102 in all.
    const std::vector<std::int64_t> matrix = {99, 1, 1, 1, 99, 1, 1, 1, 99};
    const std::vector<WeightedMatching> stages = DecomposeIntoMatchings(3, matrix, 0.1);
    ASSERT_EQ(stages.size(), 4U);
    EXPECT_EQ(CellsOf(stages[0]), (Cells{{0, 0, 99}, {1, 1, 99}, {2, 2, 99}}));
    EXPECT_EQ(CellsOf(stages[1]), (Cells{{0, 1, 1}, {1, 0, 1}}));
    EXPECT_EQ(CellsOf(stages[2]), (Cells{{0, 2, 1}, {2, 0, 1}}));
    EXPECT_EQ(CellsOf(stages[3]), (Cells{{1, 2, 1}, {2, 1, 1}}));

    // Exactly: two stages of 1 for the six cells.
    EXPECT_EQ(DecomposeIntoMatchings(3, matrix, 0).size(), 3U);
}

TEST(Birkhoff, RejectsWhatIsNoMatrix)
{
    EXPECT_THROW(DecomposeIntoMatchings(0, {}, 0), ContractViolation);
    EXPECT_THROW(DecomposeIntoMatchings(2, {1, 2, 3}, 0), ContractViolation);
    EXPECT_THROW(DecomposeIntoMatchings(2, {1, 2, 3, -4}, 0), ContractViolation);
    EXPECT_THROW(DecomposeIntoMatchings(2, {1, 2, 3, 4}, -0.1), ContractViolation);
    const std::int64_t half = 2'000'000'000'000'000'000;
    EXPECT_NO_THROW(DecomposeIntoMatchings(2, {half, half, 0, 0}, 0));
    EXPECT_THROW(DecomposeIntoMatchings(2, {half, half + 1, 0, 0}, 0), ContractViolation);
    EXPECT_THROW(DecomposeIntoMatchings(2, {half, 0, half + 1, 0}, 0), ContractViolation);
}

TEST(FirstFitMatchings, LargestCellsFirst)
{
    // {9, 4}, {5, 8}: 9 opens the first matching; 8 shares no line with it and joins; 5 shares a
    // column with 9 and a row with 8 and opens the second, which 4 joins. 9 + 5 = 14.
    const auto matchings = FirstFitMatchings(2, 2, {9, 4, 5, 8}, 14);
    ASSERT_TRUE(matchings);
    ASSERT_EQ(matchings->size(), 2U);
    EXPECT_EQ(matchings->at(0).duration, 9);
    EXPECT_EQ(CellsOf(matchings->at(0)), (Cells{{0, 0, 9}, {1, 1, 8}}));
    EXPECT_EQ(matchings->at(1).duration, 5);
    EXPECT_EQ(CellsOf(matchings->at(1)), (Cells{{0, 1, 4}, {1, 0, 5}}));
    EXPECT_FALSE(FirstFitMatchings(2, 2, {9, 4, 5, 8}, 13));
}

} // namespace
} // namespace echelon
