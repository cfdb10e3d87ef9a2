// SPDX-License-Identifier: GPL-2.0-only

// The ring buffer against std::deque: random pushes and pops at both ends that grow it, wrap around
// its block and empty it.

#include "base/ring.h"

#include "base/random.h"

#include <deque>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

TEST(Ring, HoldsWhatADequeHolds)
{
    RandomStream stream(3, "ring");
    Ring<int> ring;
    std::deque<int> reference;
    std::size_t largest = 0;
    for (int step = 0; step < 20000; ++step)
    {
        // Phases that mostly push and phases that mostly pop.
        const std::uint64_t pushes = step / 1000 % 2 == 0 ? 6 : 2;
        if (reference.empty() || stream.Below(8) < pushes)
        {
            ring.PushBack(step);
            reference.push_back(step);
        }
        else if (stream.Below(3) == 0)
        {
            ring.PopBack();
            reference.pop_back();
        }
        else
        {
            ring.PopFront();
            reference.pop_front();
        }
        largest = std::max(largest, reference.size());
        ASSERT_EQ(ring.Size(), reference.size());
        ASSERT_EQ(ring.IsEmpty(), reference.empty());
        if (!reference.empty())
        {
            const std::size_t i = stream.Below(reference.size());
            ASSERT_EQ(ring.At(i), reference[i]);
            ASSERT_EQ(ring.Front(), reference.front());
            ASSERT_EQ(ring.Back(), reference.back());
        }
    }
    EXPECT_GT(largest, 256U) << "the block was doubled several times";
}

} // namespace
} // namespace echelon
