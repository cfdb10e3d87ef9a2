// SPDX-License-Identifier: GPL-2.0-only
#include "base/indexed-heap.h"

#include "base/random.h"

#include <gtest/gtest.h>
#include <set>

namespace echelon
{
namespace
{

TEST(IndexedHeap, EqualKeysComeOutByItem)
{
    IndexedHeap<int> heap;
    for (const std::uint32_t item : {5U, 1U, 3U})
    {
        heap.Set(item, 10);
    }
    heap.Set(4, 9);
    heap.Erase(3);
    heap.Erase(2); // absent: no effect
    std::vector<std::uint32_t> order;
    for (; !heap.Empty(); heap.Pop())
    {
        order.push_back(heap.Top().item);
    }
    EXPECT_EQ(order, (std::vector<std::uint32_t>{4, 1, 5}));
    EXPECT_THROW(heap.Pop(), ContractViolation);
}

TEST(IndexedHeap, AgreesWithASortedSetUnderRandomChanges)
{
    // Oracle: std::set of (key, item). 20,000 random insertions, changes in both directions, and
    // removals.
    IndexedHeap<std::uint64_t> heap;
    std::set<std::pair<std::uint64_t, std::uint32_t>> oracle;
    std::vector<std::uint64_t> keyOf(200, 0);
    RandomStream stream(1, "indexed-heap");
    for (int step = 0; step < 20000; ++step)
    {
        const auto item = static_cast<std::uint32_t>(stream.Below(keyOf.size()));
        oracle.erase({keyOf[item], item});
        if (stream.Below(4) == 0)
        {
            heap.Erase(item);
        }
        else
        {
            keyOf[item] = stream.Below(50);
            heap.Set(item, keyOf[item]);
            oracle.insert({keyOf[item], item});
        }
        ASSERT_EQ(heap.Size(), oracle.size());
        if (!oracle.empty())
        {
            ASSERT_EQ(heap.Top().item, oracle.begin()->second);
        }
    }
}

} // namespace
} // namespace echelon
