// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/link-senders.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

using Wide = LinkSenders::Wide;

Time
At(std::int64_t ps)
{
    return Time::FromPicoseconds(ps);
}

TEST(LinkSenders, IntegrateTheRatesOfGroups)
{
    // Group 7: a flow of rate 3 from 0 on, another of rate 2 from 10 to 20; group 4: rate 5 from 10
    // on. Until 20: 3 x 20 + 2 x 10 = 80, and 50. Until 30: 110 and 100.
    LinkSenders senders;
    const std::uint32_t seven = senders.Begin(GroupId(7), At(0));
    senders.Change(seven, At(0), 3);
    EXPECT_EQ(senders.Begin(GroupId(7), At(10)), seven);
    senders.Change(seven, At(10), 2);
    const std::uint32_t four = senders.Begin(GroupId(4), At(10));
    senders.Change(four, At(10), 5);
    EXPECT_EQ(senders.Total(), 10);
    senders.Change(seven, At(20), -2);
    senders.End(seven);
    EXPECT_EQ(senders.SentUntil(At(20))->byRank, (std::vector<Wide>{80, 50}));
    const LinkSenders::Sent base = senders.SentUntil(At(20));
    EXPECT_EQ(senders.SentUntil(At(30))->byRank, (std::vector<Wide>{110, 100}));
    EXPECT_EQ(senders.SentUntil(At(30))->all, Wide(210));
    EXPECT_EQ(senders.SentSince(base, At(30)), (std::vector<double>{30, 50, 0}));
    // Group 1 comes at 30 with rate 2, and starts at 0.
    senders.Change(senders.Begin(GroupId(1), At(30)), At(30), 2);
    EXPECT_EQ(senders.SentSince(base, At(31)), (std::vector<double>{33, 55, 2, 0}));
    EXPECT_EQ(senders.GroupAt(0), GroupId(7));
    EXPECT_EQ(senders.RankOf(GroupId(4)), std::size_t{1});
    EXPECT_FALSE(senders.RankOf(GroupId(5)).has_value());
    EXPECT_TRUE(senders.IsSending(0));
}

TEST(LinkSenders, ForgetGroupsThatSendNoMore)
{
    // Twenty groups send one after the other for 1 ps at rate 1; the last goes on. All are known
    // until Compact(), then the last alone, with what it has sent; one that comes again starts at
    // 0.
    LinkSenders senders;
    std::uint32_t place = 0;
    for (std::int64_t t = 0; t < 20; ++t)
    {
        EXPECT_EQ(senders.IsSparse(), t > 18) << t;
        if (t > 0)
        {
            senders.Change(place, At(t), -1);
            senders.End(place);
        }
        place = senders.Begin(GroupId(std::size_t(t)), At(t));
        senders.Change(place, At(t), 1);
    }
    EXPECT_TRUE(senders.IsSparse());
    EXPECT_EQ(senders.SentUntil(At(25))->byRank.size(), 20U);
    senders.Compact();
    EXPECT_EQ(senders.Ranks(), 1U);
    EXPECT_EQ(senders.GroupAt(0), GroupId(19));
    EXPECT_EQ(senders.SentUntil(At(25))->byRank, std::vector<Wide>{6});
    senders.Change(senders.Begin(GroupId(0), At(25)), At(25), 4);
    EXPECT_EQ(senders.SentUntil(At(30))->byRank, (std::vector<Wide>{11, 20}));
    senders.Change(place, At(30), -1);
    senders.End(place);
    EXPECT_EQ(senders.Total(), 4);
    EXPECT_FALSE(senders.IsSending(0));
}

TEST(LinkSenders, KeepIntegralsOfLongRuns)
{
    // 2^50 for 2^62 ps (53 days), and 1 ps more at rate 1: no bit is lost.
    LinkSenders senders;
    const Time end = At(std::int64_t{1} << 62);
    const std::uint32_t place = senders.Begin(GroupId(0), At(0));
    senders.Change(place, At(0), std::int64_t{1} << 50);
    senders.Change(place, end, 1 - (std::int64_t{1} << 50));
    const Wide sent = senders.SentUntil(end + At(1))->byRank[0];
    EXPECT_EQ(static_cast<std::int64_t>(sent >> 100), std::int64_t{1} << 12);
    EXPECT_EQ(static_cast<std::int64_t>(sent - (Wide(1) << 112)), 1);
}

TEST(LinkSenders, CountThoseBeyondTheLimitTogether)
{
    // MAX_SENDERS groups send at rate 1 from 0 on, then two more at rates 5 and 7, the latter until
    // 10. Until 10 the two have sent 120 together, until 20 the first of them 50 more. At 20 the
    // first group of all stops; a new one takes a rank, which the two never had.
    LinkSenders senders;
    const auto start = [&senders](std::size_t group, std::int64_t time, std::int64_t rate) {
        const std::uint32_t place = senders.Begin(GroupId(group), At(time));
        senders.Change(place, At(time), rate);
        return place;
    };
    const std::size_t most = LinkSenders::MAX_SENDERS;
    const std::uint32_t first = start(0, 0, 1);
    for (std::size_t group = 1; group < most; ++group)
    {
        start(group, 0, 1);
    }
    const LinkSenders::Sent base = senders.SentUntil(At(0));
    start(most, 0, 5);
    const std::uint32_t last = start(most + 1, 0, 7);
    EXPECT_EQ(senders.Ranks(), most);
    EXPECT_FALSE(senders.RankOf(GroupId(most)).has_value());
    EXPECT_EQ(senders.Total(), std::int64_t(most) + 12);
    senders.Change(last, At(10), -7);
    senders.End(last);
    EXPECT_EQ(senders.SentSince(base, At(10)).back(), 120);
    EXPECT_EQ(senders.SentSince(base, At(20)).back(), 170);
    senders.Change(first, At(20), -1);
    senders.End(first);
    start(most + 2, 20, 3);
    EXPECT_EQ(senders.RankOf(GroupId(most + 2)), most);
    EXPECT_EQ(senders.SentSince(base, At(30))[most], 30);
    EXPECT_EQ(senders.SentSince(base, At(30)).back(), 220);
}

TEST(LinkSenders, FollowTheLanesOfTheirFlows)
{
    // A lane at rate 4 a copy. Group 1 joins at 0 with two copies and leaves one at 10; the lane
    // goes down to 1 at 20. Until 10: 2 x 40 = 80; until 20: 120; until 30: 130. Group 2 joins at
    // 20 with three: until 30 it has sent 30.
    LaneClocks lanes;
    LinkSenders senders(&lanes);
    lanes.SetRate(6, At(0), 4);
    const std::uint32_t one = senders.Begin(GroupId(1), At(0), 6);
    senders.Join(one, At(0), 2);
    EXPECT_EQ(senders.Total(), 8);
    EXPECT_EQ(senders.SentUntil(At(10))->byRank, std::vector<Wide>{80});
    senders.Join(one, At(10), -1);
    EXPECT_EQ(senders.SentUntil(At(20))->byRank, std::vector<Wide>{120});
    senders.ChangeTotal(At(20), lanes.SetRate(6, At(20), 1));
    senders.Join(senders.Begin(GroupId(2), At(20), 6), At(20), 3);
    EXPECT_EQ(senders.Total(), 4);
    EXPECT_EQ(senders.SentUntil(At(30))->byRank, (std::vector<Wide>{130, 30}));
    EXPECT_EQ(senders.SentUntil(At(30))->all, Wide(160));
    EXPECT_EQ(senders.RankOf(GroupId(2), 6), std::size_t{1});
    EXPECT_FALSE(senders.RankOf(GroupId(2)).has_value());
}

} // namespace
} // namespace echelon
