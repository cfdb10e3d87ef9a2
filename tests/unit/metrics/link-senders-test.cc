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
    EXPECT_EQ(*senders.SentUntil(At(20)), (std::vector<Wide>{80, 50}));
    const LinkSenders::Sent base = senders.SentUntil(At(20));
    EXPECT_EQ(*senders.SentUntil(At(30)), (std::vector<Wide>{110, 100}));
    EXPECT_EQ(senders.SentSince(base, At(30)), (std::vector<double>{30, 50}));
    // Group 1 comes at 30 with rate 2, and starts at 0.
    senders.Change(senders.Begin(GroupId(1), At(30)), At(30), 2);
    EXPECT_EQ(senders.SentSince(base, At(31)), (std::vector<double>{33, 55, 2}));
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
    EXPECT_EQ(senders.SentUntil(At(25))->size(), 20U);
    senders.Compact();
    EXPECT_EQ(senders.Ranks(), 1U);
    EXPECT_EQ(senders.GroupAt(0), GroupId(19));
    EXPECT_EQ(*senders.SentUntil(At(25)), std::vector<Wide>{6});
    senders.Change(senders.Begin(GroupId(0), At(25)), At(25), 4);
    EXPECT_EQ(*senders.SentUntil(At(30)), (std::vector<Wide>{11, 20}));
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
    const Wide sent = (*senders.SentUntil(end + At(1)))[0];
    EXPECT_EQ(static_cast<std::int64_t>(sent >> 100), std::int64_t{1} << 12);
    EXPECT_EQ(static_cast<std::int64_t>(sent - (Wide(1) << 112)), 1);
}

} // namespace
} // namespace echelon
