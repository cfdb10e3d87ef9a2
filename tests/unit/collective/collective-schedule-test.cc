// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collective-schedule.h"

#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <set>

namespace echelon
{
namespace
{

constexpr auto RING = CollectiveAlgorithm::RING;

/// [rank][byte][origin]: how often the origin's value is contained in what the rank holds.
using Contents = std::vector<std::vector<std::vector<int>>>;

/// Runs a schedule byte by byte: transfers of one step read what was there before the step.
Contents
Execute(const CollectiveSchedule& schedule, Contents contents, std::uint32_t reducingSteps)
{
    Contents before = contents;
    std::uint32_t step = 0;
    for (const Transfer& transfer : schedule.transfers)
    {
        if (transfer.step != step)
        {
            EXPECT_GT(transfer.step, step);
            step = transfer.step;
            before = contents;
        }
        for (Bytes b = transfer.begin; b < transfer.end; ++b)
        {
            const std::size_t at = static_cast<std::size_t>(b);
            const std::vector<int>& sent = before[transfer.source][at];
            std::vector<int>& held = contents[transfer.destination][at];
            for (std::size_t origin = 0; origin < held.size(); ++origin)
            {
                held[origin] = sent[origin] + (step < reducingSteps ? held[origin] : 0);
            }
        }
    }
    return contents;
}

/// Every rank holds its own value in every byte.
Contents
OwnValues(std::uint32_t n, Bytes bytes)
{
    Contents contents(n);
    for (std::uint32_t rank = 0; rank < n; ++rank)
    {
        std::vector<int> own(n, 0);
        own[rank] = 1;
        contents[rank].assign(static_cast<std::size_t>(bytes), own);
    }
    return contents;
}

Bytes
TotalBytes(const CollectiveSchedule& schedule)
{
    Bytes bytes = 0;
    for (const Transfer& transfer : schedule.transfers)
    {
        bytes += transfer.Size();
    }
    return bytes;
}

TEST(CollectiveSchedule, PartsDifferByAtMostOneByteAndSumUp)
{
    // 13 bytes in 5 parts: 3, 3, 3, 2, 2.
    EXPECT_EQ(PartBegin(13, 5, 0), 0);
    EXPECT_EQ(PartBegin(13, 5, 3), 9);
    EXPECT_EQ(PartBegin(13, 5, 4), 11);
    EXPECT_EQ(PartBegin(13, 5, 5), 13);
}

class AllReduceSchedule
    : public ::testing::TestWithParam<std::tuple<CollectiveAlgorithm, std::uint32_t>>
{
};

TEST_P(AllReduceSchedule, EveryRankEndsWithEveryValueOnce)
{
    // The first half of the steps reduces, the second half spreads the result.
    const auto [algorithm, n] = GetParam();
    for (const Bytes bytes : {1, 7, 16, 37})
    {
        const CollectiveSchedule schedule =
            MakeSchedule(CollectiveKind::ALL_REDUCE, algorithm, n, bytes);
        const Contents end = Execute(schedule, OwnValues(n, bytes), schedule.steps / 2);
        for (const auto& rank : end)
        {
            for (const auto& held : rank)
            {
                EXPECT_EQ(held, std::vector<int>(n, 1));
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Algorithms,
    AllReduceSchedule,
    ::testing::Combine(
        ::testing::Values(RING, CollectiveAlgorithm::HALVING_DOUBLING, CollectiveAlgorithm::TREE),
        ::testing::Values(2U, 3U, 4U, 5U, 6U, 7U, 8U, 12U, 16U, 17U)));

TEST(CollectiveSchedule, ChannelsTogetherDoWhatOneDoes)
{
    // Three channels over the same ranks in different orders: every rank ends with every value
    // once, keeps its own part of a reduce-scatter, and gives its own part to an all-gather.
    const std::uint32_t n = 6;
    const RankOrders orders{{0, 1, 2, 3, 4, 5}, {2, 0, 1, 5, 3, 4}, {4, 3, 5, 0, 2, 1}};
    const std::vector<int> all(n, 1);
    for (const Bytes bytes : {2, 17, 40})
    {
        for (const auto algorithm :
             {RING, CollectiveAlgorithm::HALVING_DOUBLING, CollectiveAlgorithm::TREE})
        {
            const CollectiveSchedule schedule =
                MakeSchedule(CollectiveKind::ALL_REDUCE, algorithm, orders, bytes);
            for (const auto& rank : Execute(schedule, OwnValues(n, bytes), schedule.steps / 2))
            {
                EXPECT_EQ(rank, std::vector<std::vector<int>>(rank.size(), all));
            }
        }
        const Contents scattered =
            Execute(MakeSchedule(CollectiveKind::REDUCE_SCATTER, RING, orders, bytes),
                    OwnValues(n, bytes),
                    n);
        const Contents gathered =
            Execute(MakeSchedule(CollectiveKind::ALL_GATHER, RING, orders, bytes),
                    OwnValues(n, bytes),
                    0);
        const Contents broadcast =
            Execute(MakeSchedule(CollectiveKind::BROADCAST, RING, orders, bytes),
                    OwnValues(n, bytes),
                    0);
        for (std::uint32_t part = 0; part < n; ++part)
        {
            for (Bytes b = PartBegin(bytes, n, part); b < PartBegin(bytes, n, part + 1); ++b)
            {
                const auto at = static_cast<std::size_t>(b);
                EXPECT_EQ(scattered[part][at], all);
                for (std::uint32_t rank = 0; rank < n; ++rank)
                {
                    EXPECT_EQ(gathered[rank][at], OwnValues(n, 1)[part][0]);
                    EXPECT_EQ(broadcast[rank][at], OwnValues(n, 1)[0][0]);
                }
            }
        }
    }
}

TEST(CollectiveSchedule, RingPartsDivideEachRanksPartAmongTheChannels)
{
    // 1003 bytes over 7 ranks and 4 channels: what the channels have of a rank's part is the part,
    // and the channels have equal shares to a byte per rank.
    std::vector<Bytes> ofChannel(4);
    for (std::uint32_t rank = 0; rank < 7; ++rank)
    {
        Bytes sum = 0;
        for (std::uint32_t channel = 0; channel < 4; ++channel)
        {
            const auto [begin, end] = RingPart(1003, 7, rank, 4, channel);
            EXPECT_GE(begin, PartBegin(1003, 7, rank));
            EXPECT_LE(end, PartBegin(1003, 7, rank + 1));
            sum += end - begin;
            ofChannel[channel] += end - begin;
        }
        EXPECT_EQ(sum, PartBegin(1003, 7, rank + 1) - PartBegin(1003, 7, rank));
    }
    for (const Bytes bytes : ofChannel)
    {
        EXPECT_NEAR(static_cast<double>(bytes), 1003.0 / 4, 7);
    }
}

TEST(CollectiveSchedule, NumbersOfSteps)
{
    const auto steps = [](CollectiveKind kind, CollectiveAlgorithm algorithm, std::uint32_t n) {
        return MakeSchedule(kind, algorithm, n, 1000).steps;
    };
    EXPECT_EQ(steps(CollectiveKind::ALL_REDUCE, RING, 8), 14U);    // 2 (n-1)
    EXPECT_EQ(steps(CollectiveKind::REDUCE_SCATTER, RING, 8), 7U); // n-1
    EXPECT_EQ(steps(CollectiveKind::ALL_GATHER, RING, 8), 7U);     // n-1
    EXPECT_EQ(steps(CollectiveKind::BROADCAST, RING, 8), 7U);      // n-1 links of the chain
    EXPECT_EQ(steps(CollectiveKind::ALL_TO_ALL, RING, 8), 7U);     // n-1 shifts
    // 2 log2 8 = 6; with 6 = 4 + 2 ranks: 2 log2 4 = 4 and a fold before and after.
    EXPECT_EQ(steps(CollectiveKind::ALL_REDUCE, CollectiveAlgorithm::HALVING_DOUBLING, 8), 6U);
    EXPECT_EQ(steps(CollectiveKind::ALL_REDUCE, CollectiveAlgorithm::HALVING_DOUBLING, 6), 6U);
    // Tree over 8 ranks: 1 -> 2 -> 4 -> 0 is the longest way up, 3 levels; up and down.
    EXPECT_EQ(steps(CollectiveKind::ALL_REDUCE, CollectiveAlgorithm::TREE, 8), 6U);
}

TEST(CollectiveSchedule, BytesOnTheNetwork)
{
    // Each byte is reduced over n-1 edges and spread over n-1: 2 (n-1) S in all, by every algorithm
    // on a power of two.
    for (const std::uint32_t n : {2U, 4U, 8U, 16U})
    {
        for (const auto algorithm :
             {RING, CollectiveAlgorithm::HALVING_DOUBLING, CollectiveAlgorithm::TREE})
        {
            EXPECT_EQ(TotalBytes(MakeSchedule(CollectiveKind::ALL_REDUCE, algorithm, n, 1003)),
                      2 * (n - 1) * 1003);
        }
    }
    EXPECT_EQ(TotalBytes(MakeSchedule(CollectiveKind::REDUCE_SCATTER, RING, 7, 1003)), 6 * 1003);
    EXPECT_EQ(TotalBytes(MakeSchedule(CollectiveKind::ALL_GATHER, RING, 7, 1003)), 6 * 1003);
    EXPECT_EQ(TotalBytes(MakeSchedule(CollectiveKind::BROADCAST, RING, 7, 1003)), 6 * 1003);
    // Rank r keeps its r-th part: 7 S minus the sum of the parts.
    EXPECT_EQ(TotalBytes(MakeSchedule(CollectiveKind::ALL_TO_ALL, RING, 7, 1003)), 6 * 1003);
    EXPECT_EQ(TotalBytes(MakeSchedule(CollectiveKind::SEND_RECV, RING, 2, 1003)), 1003);
}

TEST(CollectiveSchedule, RingRanksSendWithinTwoBytesOfTheMean)
{
    // 2 (n-1)/n S each; a rank leaves out one part in each pass, and parts differ by one byte.
    const std::uint32_t n = 7;
    const CollectiveSchedule schedule = MakeSchedule(CollectiveKind::ALL_REDUCE, RING, n, 1003);
    std::vector<Bytes> sent(n, 0);
    std::vector<Bytes> received(n, 0);
    for (const Transfer& transfer : schedule.transfers)
    {
        sent[transfer.source] += transfer.Size();
        received[transfer.destination] += transfer.Size();
    }
    for (std::uint32_t rank = 0; rank < n; ++rank)
    {
        EXPECT_NEAR(static_cast<double>(sent[rank]), 2.0 * 6 / 7 * 1003, 2.0);
        EXPECT_EQ(received[(rank + 1) % n], sent[rank]);
    }
}

TEST(CollectiveSchedule, ReduceScatterLeavesRankRWithPartR)
{
    const std::uint32_t n = 5;
    const Bytes bytes = 13;
    const CollectiveSchedule schedule =
        MakeSchedule(CollectiveKind::REDUCE_SCATTER, RING, n, bytes);
    const Contents end = Execute(schedule, OwnValues(n, bytes), schedule.steps);
    for (std::uint32_t rank = 0; rank < n; ++rank)
    {
        for (Bytes b = PartBegin(bytes, n, rank); b < PartBegin(bytes, n, rank + 1); ++b)
        {
            EXPECT_EQ(end[rank][static_cast<std::size_t>(b)], std::vector<int>(n, 1));
        }
    }
}

TEST(CollectiveSchedule, AllGatherAndBroadcastSpreadTheOwnersValue)
{
    const std::uint32_t n = 5;
    const Bytes bytes = 13;
    const Contents gathered =
        Execute(MakeSchedule(CollectiveKind::ALL_GATHER, RING, n, bytes), OwnValues(n, bytes), 0);
    const Contents spread =
        Execute(MakeSchedule(CollectiveKind::BROADCAST, RING, n, bytes), OwnValues(n, bytes), 0);
    for (std::uint32_t rank = 0; rank < n; ++rank)
    {
        for (std::uint32_t owner = 0; owner < n; ++owner)
        {
            for (Bytes b = PartBegin(bytes, n, owner); b < PartBegin(bytes, n, owner + 1); ++b)
            {
                EXPECT_EQ(gathered[rank][static_cast<std::size_t>(b)][owner], 1);
                EXPECT_EQ(spread[rank][static_cast<std::size_t>(b)][0], 1);
            }
        }
    }
}

TEST(CollectiveSchedule, AllToAllSendsEachPartToItsRank)
{
    std::map<std::pair<std::uint32_t, std::uint32_t>, Bytes> sent;
    const CollectiveSchedule schedule = MakeSchedule(CollectiveKind::ALL_TO_ALL, RING, 3, 10);
    for (const Transfer& t : schedule.transfers)
    {
        sent[{t.source, t.destination}] += t.Size();
    }
    // Parts of 10 bytes: 4, 3, 3, for ranks 0, 1, 2.
    const std::map<std::pair<std::uint32_t, std::uint32_t>, Bytes> expected{{{0, 1}, 3},
                                                                            {{0, 2}, 3},
                                                                            {{1, 0}, 4},
                                                                            {{1, 2}, 3},
                                                                            {{2, 0}, 4},
                                                                            {{2, 1}, 3}};
    EXPECT_EQ(sent, expected);
}

TEST(CollectiveSchedule, NoRankIsInnerInBothTrees)
{
    // With an odd number one rank is: (n+1)/2 inner ranks in each tree.
    for (std::uint32_t n = 2; n <= 33; ++n)
    {
        std::set<std::uint32_t> inner[2];
        for (std::uint32_t tree = 0; tree < 2; ++tree)
        {
            std::map<std::uint32_t, int> children;
            for (std::uint32_t rank = 0; rank < n; ++rank)
            {
                const std::uint32_t parent = TreeParent(tree, rank, n);
                ASSERT_LT(parent, n);
                if (parent != rank)
                {
                    EXPECT_LE(++children[parent], 2);
                    inner[tree].insert(parent);
                }
            }
        }
        std::size_t both = 0;
        for (const std::uint32_t rank : inner[0])
        {
            both += inner[1].count(rank);
        }
        EXPECT_EQ(both, n % 2) << n;
    }
}

TEST(CollectiveSchedule, OneRankSendsNothing)
{
    for (const auto algorithm :
         {RING, CollectiveAlgorithm::HALVING_DOUBLING, CollectiveAlgorithm::TREE})
    {
        EXPECT_TRUE(MakeSchedule(CollectiveKind::ALL_REDUCE, algorithm, 1, 100).transfers.empty());
    }
}

} // namespace
} // namespace echelon
