// SPDX-License-Identifier: GPL-2.0-only

// The calendar of the fabric against a sorted container.

#include "ns3/event-wheel.h"
#include "ns3/test.h"

#include <map>
#include <random>

using namespace ns3;

namespace
{

/// Random schedules, removals and pops with many equal times.
class EventWheelTestCase : public TestCase
{
  public:
    EventWheelTestCase(uint32_t nodes, int64_t lookAhead)
        : TestCase("order of (time, sequence) with " + std::to_string(nodes) +
                   " nodes, look-ahead " + std::to_string(lookAhead)),
          m_nodes(nodes),
          m_lookAhead(lookAhead)
    {
    }

  private:
    void DoRun() override
    {
        // The reference: std::multimap keeps equal keys in the order of insertion.
        std::multimap<int64_t, uint32_t> reference;
        EventWheel wheel;
        for (uint32_t node = 0; node < m_nodes; ++node)
        {
            wheel.AddNode(m_lookAhead);
        }
        std::mt19937_64 random(7);
        const auto steps = static_cast<uint64_t>(m_lookAhead / 16 + 1);
        int64_t now = 0;
        bool refused = false;
        bool same = true;
        for (uint32_t i = 0; i < 200000 && same; ++i)
        {
            const auto node = static_cast<uint32_t>(random() % m_nodes);
            if (!wheel.IsPending(node))
            {
                // Multiples of 16 make equal times common; one in a hundred lies far beyond the
                // look-ahead.
                const int64_t far = random() % 100 == 0 ? 1000 * m_lookAhead + 1000000 : 0;
                const int64_t time =
                    (now / 16 + 1 + static_cast<int64_t>(random() % steps)) * 16 + far;
                if (wheel.Schedule(node, time, now))
                {
                    reference.emplace(time, node);
                }
                refused = refused || !wheel.IsPending(node);
            }
            else if (random() % 4 == 0)
            {
                auto it = reference.find(wheel.TimeOf(node));
                while (it->second != node)
                {
                    ++it;
                }
                reference.erase(it);
                wheel.Remove(node);
            }
            else
            {
                same = wheel.NextTime() == reference.begin()->first;
                now = wheel.NextTime();
                same = same && wheel.Pop() == reference.begin()->second;
                reference.erase(reference.begin());
            }
        }
        NS_TEST_EXPECT_MSG_EQ(same, true, "the wheel and the reference agree");
        NS_TEST_EXPECT_MSG_EQ(refused, true, "far times are refused");
        while (!reference.empty() && same)
        {
            same = wheel.NextTime() == reference.begin()->first &&
                   wheel.Pop() == reference.begin()->second;
            reference.erase(reference.begin());
        }
        NS_TEST_EXPECT_MSG_EQ(same, true, "the rest comes out in order");
        NS_TEST_EXPECT_MSG_EQ(wheel.NextTime(), EventWheel::NEVER, "nothing is left");
    }

    uint32_t m_nodes;
    int64_t m_lookAhead;
};

class EventWheelTestSuite : public TestSuite
{
  public:
    EventWheelTestSuite()
        : TestSuite("event-wheel", UNIT)
    {
        AddTestCase(new EventWheelTestCase(1, 100), TestCase::QUICK);
        AddTestCase(new EventWheelTestCase(300, 834240), TestCase::QUICK);
        AddTestCase(new EventWheelTestCase(3000, 5000000000), TestCase::QUICK);
    }
};

EventWheelTestSuite g_eventWheelTestSuite;

} // namespace
