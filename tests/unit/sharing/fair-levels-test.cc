// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/fair-levels.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Links 0 and 1 leave two hosts, 2 and 3 enter two hosts, with 12 b/s each.
class FairLevelsUnit : public testing::Test
{
  protected:
    Route Between(std::uint32_t from, std::uint32_t to)
    {
        return m_routes.Intern({{LinkId(from), 1}, {LinkId(to), 1}}, Time());
    }

    BitRate Rate(std::uint32_t from, std::uint32_t to)
    {
        return m_network.RateOf(Between(from, to).Number().Value());
    }

    std::vector<std::uint32_t> TakeFinished(double seconds)
    {
        std::vector<FairLevels::Departure> departures;
        m_network.TakeFinished(Time::FromSeconds(seconds), departures);
        std::vector<std::uint32_t> flows;
        for (const FairLevels::Departure& departure : departures)
        {
            flows.push_back(departure.flow);
        }
        return flows;
    }

    RouteTable m_routes;
    std::vector<BitRate> m_capacity{12, 12, 12, 12};
    FairLevels m_network{m_capacity};
};

// Two flows 0->2, one 0->3, one 1->3. Link 0 has three flows: 4 each, all of it. Link 3 has
// 12 - 4 = 8 left for 1->3; link 2 carries 8. The flow 1->3 of 16 bits ends at 2 s; the others have
// 40 - 8 = 32 bits left then and keep their rates, since their bottleneck is link 0: 10 s.
TEST_F(FairLevelsUnit, SolvesByHand)
{
    m_network.Start(0, Between(0, 2), 2, 40, Time());
    m_network.Start(1, Between(0, 3), 1, 40, Time());
    m_network.Start(2, Between(1, 3), 1, 16, Time());
    EXPECT_EQ(Rate(1, 3), 0);
    EXPECT_TRUE(m_network.Share(Time()));
    EXPECT_FALSE(m_network.Share(Time()));
    EXPECT_DOUBLE_EQ(Rate(0, 2), 4);
    EXPECT_DOUBLE_EQ(Rate(0, 3), 4);
    EXPECT_DOUBLE_EQ(Rate(1, 3), 8);
    EXPECT_DOUBLE_EQ(m_network.RateOfFlow(0), 8);
    EXPECT_DOUBLE_EQ(m_network.LinkRate(LinkId(0)), 12);
    EXPECT_DOUBLE_EQ(m_network.LinkRate(LinkId(1)), 8);
    EXPECT_DOUBLE_EQ(m_network.LinkRate(LinkId(2)), 8);
    EXPECT_DOUBLE_EQ(m_network.LinkRate(LinkId(3)), 12);
    EXPECT_EQ(m_network.NextFinish(), Time::FromSeconds(2));

    EXPECT_EQ(TakeFinished(2), std::vector<std::uint32_t>{2});
    EXPECT_FALSE(m_network.IsActive(2));
    EXPECT_DOUBLE_EQ(m_network.Remaining(1, Time::FromSeconds(2)), 32);
    m_network.Share(Time::FromSeconds(2));
    EXPECT_DOUBLE_EQ(Rate(0, 3), 4);
    EXPECT_DOUBLE_EQ(m_network.LinkRate(LinkId(1)), 0);
    EXPECT_DOUBLE_EQ(m_network.LinkRate(LinkId(3)), 4);
    EXPECT_EQ(m_network.NextFinish(), Time::FromSeconds(10));
    EXPECT_EQ(TakeFinished(10).size(), 2);
}

// A flow that sends half of its bits over each of links 0 and 1, and all of them over link 2,
// beside a whole one over link 0 and 3. At level x link 0 carries x + x / 2: 8 each. Link 2 is not
// full.
TEST_F(FairLevelsUnit, SharesOfSplitFlows)
{
    const Route split =
        m_routes.Intern({{LinkId(0), 0.5}, {LinkId(1), 0.5}, {LinkId(2), 1}}, Time());
    m_network.Start(0, split, 1, 80, Time());
    m_network.Start(1, Between(0, 3), 1, 80, Time());
    m_network.Share(Time());
    EXPECT_DOUBLE_EQ(m_network.RateOfFlow(0), 8);
    EXPECT_DOUBLE_EQ(m_network.RateOfFlow(1), 8);
    EXPECT_DOUBLE_EQ(m_network.LinkRate(LinkId(1)), 4);
    EXPECT_DOUBLE_EQ(m_network.LinkRate(LinkId(2)), 8);
}

// Alone at 12 b/s, 60 bits take 5 s. The link stands still from 2 s to 3 s and has half its
// capacity then: 24 bits by 2 s, 36 bits at 6 b/s: 9 s.
TEST_F(FairLevelsUnit, CapacitiesChange)
{
    m_network.Start(0, Between(0, 2), 1, 60, Time());
    m_network.Share(Time());
    EXPECT_EQ(m_network.NextFinish(), Time::FromSeconds(5));
    m_capacity[2] = 0;
    m_network.NoteCapacity(LinkId(2));
    m_network.Share(Time::FromSeconds(2));
    EXPECT_FALSE(m_network.NextFinish());
    EXPECT_DOUBLE_EQ(m_network.Remaining(0, Time::FromSeconds(3)), 36);
    m_capacity[2] = 6;
    m_network.NoteCapacity(LinkId(2));
    m_network.Share(Time::FromSeconds(3));
    EXPECT_EQ(m_network.NextFinish(), Time::FromSeconds(9));
}

} // namespace
} // namespace echelon
