// SPDX-License-Identifier: GPL-2.0-only

// What everybody may expect of the table of flows: ids are stable, slots are used again, and each
// flow has its own facts whatever becomes of the others.

#include "flow/flow-table.h"

#include "base/contracts.h"
#include "base/random.h"
#include "support/routes.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

/// A flow whose every fact follows from its id.
Flow
FlowWith(std::uint32_t id)
{
    Flow flow;
    flow.id = FlowId(id);
    flow.group = GroupId(id / 3);
    flow.source = DeviceId(id % 7);
    flow.destination = DeviceId(id % 7 + 1);
    flow.bytes = 1000 + id;
    flow.multiplicity = 1 + id % 2;
    flow.position = id % 5;
    flow.route = RouteOf({LinkId(id % 11), LinkId(11 + id % 13)});
    return flow;
}

FlowTimes
TimesWith(std::uint32_t id)
{
    return {Time::FromPicoseconds(id),
            Time::FromPicoseconds(id + 1),
            Time::FromPicoseconds(id + 2)};
}

void
ExpectFacts(const FlowTable& flows, std::uint32_t id)
{
    const Flow expected = FlowWith(id);
    const Flow& flow = flows.FlowOf(FlowId(id));
    EXPECT_EQ(flow.id, expected.id);
    EXPECT_EQ(flow.group, expected.group);
    EXPECT_EQ(flow.source, expected.source);
    EXPECT_EQ(flow.bytes, expected.bytes);
    EXPECT_EQ(flow.multiplicity, expected.multiplicity);
    EXPECT_TRUE(flow.route == expected.route);
    EXPECT_EQ(flows.TimesOf(FlowId(id)).idealFinish, TimesWith(id).idealFinish);
    EXPECT_EQ(flows.RateOf(FlowId(id)), id * 1.5);
    ASSERT_NE(flows.At(flows.SlotOf(FlowId(id))), nullptr);
    EXPECT_EQ(flows.At(flows.SlotOf(FlowId(id)))->id, FlowId(id));
}

TEST(FlowTable, ASlotIsUsedAgainWhenEverybodyHasDroppedItsFlow)
{
    // Flow 0 is added and held once: it stays after one of two has dropped it, and flow 1 gets
    // another slot. After the second drop flow 2 gets the slot of flow 0, with a rate of 0.
    FlowTable flows;
    flows.Add(FlowWith(0), TimesWith(0));
    flows.Hold(FlowId(0));
    flows.SetRate(FlowId(0), 5);
    const FlowTable::Slot slot = flows.SlotOf(FlowId(0));
    flows.Drop(FlowId(0));
    EXPECT_TRUE(flows.Has(FlowId(0)));
    flows.Add(FlowWith(1), TimesWith(1));
    EXPECT_NE(flows.SlotOf(FlowId(1)), slot);
    flows.Drop(FlowId(0));
    EXPECT_FALSE(flows.Has(FlowId(0)));
    EXPECT_EQ(flows.At(slot), nullptr);
    EXPECT_EQ(flows.Size(), 1U);
    flows.Add(FlowWith(2), TimesWith(2));
    EXPECT_EQ(flows.SlotOf(FlowId(2)), slot);
    EXPECT_EQ(flows.RateOf(FlowId(2)), 0);
    EXPECT_FALSE(flows.Has(FlowId(0)));
    EXPECT_EQ(flows.Slots(), 2U);
}

TEST(FlowTable, ColumnsStayConsistentWhateverTheOrderOfDrops)
{
    // 20,000 flows come in ascending order, with gaps between their ids; at random one of those
    // present is held, or dropped once. A map of the numbers of holders is the oracle.
    RandomStream random(7, "flow-table");
    FlowTable flows;
    std::map<std::uint32_t, int> holders;
    std::uint32_t next = 0;
    std::size_t most = 0;
    for (int step = 0; step < 20000; ++step)
    {
        next += 1 + static_cast<std::uint32_t>(random.Uniform() * 3);
        flows.Add(FlowWith(next), TimesWith(next));
        flows.SetRate(FlowId(next), next * 1.5);
        holders[next] = 1;
        most = std::max(most, holders.size());
        for (int change = 0; change < 3 && !holders.empty(); ++change)
        {
            const auto largest = holders.rbegin()->first;
            const auto at = holders.lower_bound(
                static_cast<std::uint32_t>(random.Uniform() * static_cast<double>(largest)));
            ExpectFacts(flows, at->first);
            if (random.Uniform() < 0.3)
            {
                flows.Hold(FlowId(at->first));
                ++at->second;
                continue;
            }
            flows.Drop(FlowId(at->first));
            EXPECT_EQ(flows.Has(FlowId(at->first)), at->second > 1);
            if (--at->second == 0)
            {
                holders.erase(at);
            }
        }
        ASSERT_EQ(flows.Size(), holders.size());
    }
    EXPECT_EQ(flows.Slots(), most) << "no slot is added while one is free";
    std::size_t found = 0;
    for (FlowTable::Slot slot = 0; slot < flows.Slots(); ++slot)
    {
        found += flows.At(slot) ? holders.count(flows.At(slot)->id.Value()) : 0;
    }
    EXPECT_EQ(found, holders.size());
}

TEST(FlowTable, IdsAscendAndAreDroppedByThoseWhoHoldThem)
{
    FlowTable flows;
    flows.Add(FlowWith(5), TimesWith(5));
    EXPECT_THROW(flows.Add(FlowWith(5), TimesWith(5)), ContractViolation);
    EXPECT_THROW(flows.Add(FlowWith(4), TimesWith(4)), ContractViolation);
    flows.Add(FlowWith(6), TimesWith(6));
    flows.Drop(FlowId(5));
    EXPECT_THROW(flows.Drop(FlowId(5)), ContractViolation);
    EXPECT_EQ(flows.Size(), 1U);
}

} // namespace
} // namespace echelon
