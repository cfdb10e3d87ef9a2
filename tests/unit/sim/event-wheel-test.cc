// SPDX-License-Identifier: GPL-2.0-only

// The calendar against std::multimap, which keeps equal keys in the order of insertion: random
// schedules, removals and pops with many equal times.

#include "sim/event-wheel.h"

#include <gtest/gtest.h>
#include <map>
#include <random>

namespace echelon
{
namespace
{

struct WheelSize
{
    std::uint32_t nodes;
    std::int64_t lookAhead;
};

class EventWheelOrder : public testing::TestWithParam<WheelSize>
{
};

TEST_P(EventWheelOrder, IsThatOfTimeAndThenOfScheduling)
{
    const auto [nodes, lookAhead] = GetParam();
    std::multimap<std::int64_t, std::uint32_t> reference;
    EventWheel wheel;
    for (std::uint32_t node = 0; node < nodes; ++node)
    {
        wheel.AddNode(lookAhead);
    }
    const auto popsTheNext = [&] {
        const auto [time, node] = *reference.begin();
        reference.erase(reference.begin());
        return wheel.NextTime() == time && wheel.Pop() == node;
    };
    std::mt19937_64 random(7);
    const auto steps = static_cast<std::uint64_t>(lookAhead / 16 + 1);
    std::int64_t now = 0;
    bool refused = false;
    for (std::uint32_t i = 0; i < 200000; ++i)
    {
        const auto node = static_cast<std::uint32_t>(random() % nodes);
        if (!wheel.IsPending(node))
        {
            // Multiples of 16 make equal times common; one in a hundred lies far beyond the
            // look-ahead.
            const std::int64_t far = random() % 100 == 0 ? 1000 * lookAhead + 1000000 : 0;
            const std::int64_t time =
                (now / 16 + 1 + static_cast<std::int64_t>(random() % steps)) * 16 + far;
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
            now = wheel.NextTime();
            ASSERT_TRUE(popsTheNext()) << "step " << i;
        }
    }
    EXPECT_TRUE(refused) << "far times are refused";
    while (!reference.empty())
    {
        ASSERT_TRUE(popsTheNext());
    }
    EXPECT_EQ(wheel.NextTime(), EventWheel::NEVER);
}

INSTANTIATE_TEST_SUITE_P(Sizes,
                         EventWheelOrder,
                         testing::Values(WheelSize{1, 100},
                                         WheelSize{300, 834240},
                                         WheelSize{3000, 5000000000}));

} // namespace
} // namespace echelon
