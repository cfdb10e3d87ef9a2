// SPDX-License-Identifier: GPL-2.0-only
#include "workload/placement.h"

#include "base/parameters.h"
#include "network/leaf-spine.h"
#include "support/graph-evaluation.h"

#include <algorithm>
#include <set>

namespace echelon
{
namespace
{

/// 4 leaves with 2 hosts each of 4 devices: host h has devices 4h … 4h+3, leaf l hosts 2l, 2l+1.
Topology
Cluster()
{
    ServerSpec server;
    server.gpusPerHost = 4;
    server.hostLink = {100e9, Time()};
    server.scaleUp = {1e12, Time()};
    return MakeLeafSpine({4, 2, 2, server, {100e9, Time()}});
}

std::vector<std::uint32_t>
Placed(const PlacementRequest& request)
{
    std::vector<std::uint32_t> values;
    for (const DeviceId device : Place(Cluster(), request))
    {
        values.push_back(device.Value());
    }
    return values;
}

std::vector<DeviceId>
Without(const std::vector<std::uint32_t>& taken)
{
    std::vector<DeviceId> free;
    for (const DeviceId device : FirstDevices(32))
    {
        if (std::find(taken.begin(), taken.end(), device.Value()) == taken.end())
        {
            free.push_back(device);
        }
    }
    return free;
}

using Values = std::vector<std::uint32_t>;

TEST(Placement, PackedFillsHostAfterHost)
{
    EXPECT_EQ(Placed({"packed", 6, 2, FirstDevices(32)}), (Values{0, 1, 2, 3, 4, 5}));
}

TEST(Placement, WholeHostsComeBeforeHostsThatAreBegun)
{
    // Device 0 is taken. Four ranks fill a host: host 1, not what is left of host 0 and a bit.
    EXPECT_EQ(Placed({"packed", 4, 1, Without({0})}), (Values{4, 5, 6, 7}));
    // Six fill one, and two are left over: they take the host that is begun.
    EXPECT_EQ(Placed({"packed", 6, 1, Without({0})}), (Values{4, 5, 6, 7, 1, 2}));
    // Of two hosts that are begun the fuller one, if the rest fits.
    EXPECT_EQ(Placed({"packed", 2, 1, Without({0, 4, 5})}), (Values{6, 7}));
    EXPECT_EQ(Placed({"packed", 3, 1, Without({0, 4, 5})}), (Values{1, 2, 3}));
    // No host is whole: what there is, in the order of the policy.
    EXPECT_EQ(Placed({"packed", 5, 1, Without({0, 4, 8, 12, 16, 20, 24, 28})}),
              (Values{1, 2, 3, 5, 6}));
}

TEST(Placement, BlocksStayInOneHost)
{
    // Host 0 has room for one block of 2 (1, 2), not for two: the other one goes to the next host.
    const Values begun{0, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29};
    EXPECT_EQ(Placed({"packed", 4, 2, Without(begun)}), (Values{1, 2, 6, 7}));
    // A block that no host can hold is placed device by device.
    EXPECT_EQ(Placed({"packed", 8, 8, FirstDevices(32)}), (Values{0, 1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(Placed({"packed", 8, 8, Without({0})}), (Values{4, 5, 6, 7, 8, 9, 10, 11}));
}

TEST(Placement, AsFewBlocksAsPossibleStraddleHosts)
{
    // Every host but the last two has one device left, those have three: two blocks of 2 stay
    // whole, and of the third each half is in another host.
    Values taken;
    for (std::uint32_t device = 0; device < 32; ++device)
    {
        if (device % 4 != 0 && !(device >= 24 && device % 4 != 3))
        {
            taken.push_back(device);
        }
    }
    const std::vector<DeviceId> devices = Place(Cluster(), {"packed", 6, 2, Without(taken)});
    EXPECT_EQ(StraddlingBlocks(Cluster(), devices, 2), 1U);
    EXPECT_EQ(devices.size(), 6U);
}

TEST(Placement, StraddlingBlocksAreCounted)
{
    // Ranks 0-3 in host 0, ranks 4-7 in hosts 1 and 2.
    const std::vector<DeviceId> devices{DeviceId(0),
                                        DeviceId(1),
                                        DeviceId(2),
                                        DeviceId(3),
                                        DeviceId(6),
                                        DeviceId(7),
                                        DeviceId(8),
                                        DeviceId(9)};
    EXPECT_EQ(StraddlingBlocks(Cluster(), devices, 4), 1U);
    EXPECT_EQ(StraddlingBlocks(Cluster(), devices, 2), 0U);
    EXPECT_EQ(StraddlingBlocks(Cluster(), devices, 8), 1U);
    EXPECT_EQ(StraddlingBlocks(Cluster(), devices, 1), 0U);
}

// Whatever the first job is and however it is placed, it leaves whole hosts to the second: 32 GPUs
// in hosts of 4, the first takes r of them in blocks of b, the second 28 - 4 ceil(r / 4) in blocks
// of 4.
TEST(Placement, AJobDoesNotTearTheGroupsOfALaterOne)
{
    for (const char* const policy : {"packed", "spread", "random"})
    {
        for (const std::uint32_t block : {1U, 2U, 4U})
        {
            for (std::uint32_t ranks = block; ranks <= 24; ranks += block)
            {
                const std::vector<DeviceId> first =
                    Place(Cluster(), {policy, ranks, block, FirstDevices(32), ranks, "first"});
                EXPECT_EQ(StraddlingBlocks(Cluster(), first, block), 0U);
                Values taken;
                for (const DeviceId device : first)
                {
                    taken.push_back(device.Value());
                }
                const std::uint32_t left = 32 - (ranks + 3) / 4 * 4;
                for (const char* const then : {"packed", "spread", "random"})
                {
                    const std::vector<DeviceId> second =
                        Place(Cluster(), {then, left, 4, Without(taken), 1, "second"});
                    EXPECT_EQ(StraddlingBlocks(Cluster(), second, 4), 0U)
                        << policy << ' ' << block << ' ' << ranks << ' ' << then;
                }
            }
        }
    }
}

TEST(Placement, SpreadTakesWholeHostsRoundRobinOverLeaves)
{
    // Leaves start at devices 0, 8, 16, 24; their second hosts at 4, 12, 20, 28.
    EXPECT_EQ(Placed({"spread", 6, 1, FirstDevices(32)}), (Values{0, 1, 2, 3, 8, 9}));
    EXPECT_EQ(Placed({"spread", 8, 4, FirstDevices(32)}), (Values{0, 1, 2, 3, 8, 9, 10, 11}));
    const Values all = Placed({"spread", 32, 2, FirstDevices(32)});
    EXPECT_EQ((Values{all[8], all[12], all[16], all[20]}), (Values{16, 24, 4, 12}));
    EXPECT_EQ(std::set<std::uint32_t>(all.begin(), all.end()).size(), 32U);
    // Hosts of one GPU: rank by rank.
    ServerSpec server;
    server.hostLink = {100e9, Time()};
    const Topology single = MakeLeafSpine({4, 2, 2, server, {100e9, Time()}});
    Values one;
    for (const DeviceId device : Place(single, {"spread", 6, 1, FirstDevices(8)}))
    {
        one.push_back(device.Value());
    }
    EXPECT_EQ(one, (Values{0, 2, 4, 6, 1, 3}));
}

TEST(Placement, HostsThatAreBegunTakeUpNoTurnOfTheirLeaf)
{
    // Device 8 is taken: leaf 1's first free host is its second one, 12 … 15, and its turn is the
    // same. The ranks that are left over take the host that is begun, wherever its leaf is.
    EXPECT_EQ(Placed({"spread", 8, 4, Without({8})}), (Values{0, 1, 2, 3, 12, 13, 14, 15}));
    EXPECT_EQ(Placed({"spread", 6, 1, Without({8})}), (Values{0, 1, 2, 3, 9, 10}));
    // Leaf 0's first host is begun, too: its second comes before any other leaf's second.
    EXPECT_EQ(Placed({"spread", 20, 4, Without({0, 8})}),
              (Values{4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19, 24, 25, 26, 27, 20, 21, 22, 23}));
}

TEST(Placement, RandomKeepsBlocksAndFollowsTheSeed)
{
    PlacementRequest request{"random", 16, 4, FirstDevices(32), 1, "a"};
    const std::vector<std::uint32_t> one = Placed(request);
    EXPECT_EQ(Placed(request), one);
    for (std::size_t i = 0; i < 16; i += 4)
    {
        EXPECT_EQ(one[i] % 4, 0U);
        EXPECT_EQ(one[i + 3], one[i] + 3);
    }
    request.seed = 2;
    EXPECT_NE(Placed(request), one);
}

TEST(Placement, ExplicitIsCheckedAgainstTheFabric)
{
    PlacementRequest request{"explicit", 2, 1, FirstDevices(8)};
    request.devices = {DeviceId(5), DeviceId(3)};
    EXPECT_EQ(Placed(request), (std::vector<std::uint32_t>{5, 3}));
    for (const std::vector<DeviceId>& wrong :
         {std::vector<DeviceId>{DeviceId(1)},                // too few
          std::vector<DeviceId>{DeviceId(1), DeviceId(1)},   // twice
          std::vector<DeviceId>{DeviceId(1), DeviceId(32)},  // absent
          std::vector<DeviceId>{DeviceId(1), DeviceId(12)}}) // taken
    {
        request.devices = wrong;
        EXPECT_THROW(Placed(request), ParameterError);
    }
}

TEST(Placement, SaysWhenDevicesAreShortOrThePolicyUnknown)
{
    EXPECT_THROW(Placed({"packed", 33, 1, FirstDevices(32)}), ParameterError);
    try
    {
        Placed({"pakced", 2, 1, FirstDevices(32)});
        FAIL();
    }
    catch (const ParameterError& error)
    {
        EXPECT_EQ(error.Parameter(), "placement");
        EXPECT_EQ(error.Hint(), "did you mean \"packed\"?");
    }
}

} // namespace
} // namespace echelon
