// SPDX-License-Identifier: GPL-2.0-only
#include "workload/placement.h"

#include "graph-evaluation.h"

#include "base/parameters.h"

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

TEST(Placement, PackedFillsHostAfterHost)
{
    EXPECT_EQ(Placed({"packed", 6, 2, FirstDevices(32)}),
              (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5}));
}

TEST(Placement, BlocksStayInOneHost)
{
    // Device 0 is taken: host 0 has room for one block of 2 (1, 2), not for two.
    std::vector<DeviceId> free = FirstDevices(32);
    free.erase(free.begin());
    EXPECT_EQ(Placed({"packed", 4, 2, free}), (std::vector<std::uint32_t>{1, 2, 4, 5}));
    // A block that no host can hold is placed device by device.
    EXPECT_EQ(Placed({"packed", 8, 8, FirstDevices(32)}),
              (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(Placement, SpreadGoesRoundRobinOverLeavesThenHosts)
{
    // Leaves start at devices 0, 8, 16, 24; their second hosts at 4, 12, 20, 28.
    EXPECT_EQ(Placed({"spread", 6, 1, FirstDevices(32)}),
              (std::vector<std::uint32_t>{0, 8, 16, 24, 4, 12}));
    EXPECT_EQ(Placed({"spread", 8, 4, FirstDevices(32)}),
              (std::vector<std::uint32_t>{0, 1, 2, 3, 8, 9, 10, 11}));
    // Once every host has one, the next round begins.
    const std::vector<std::uint32_t> all = Placed({"spread", 32, 2, FirstDevices(32)});
    EXPECT_EQ(all[16], 2U);
    EXPECT_EQ(std::set<std::uint32_t>(all.begin(), all.end()).size(), 32U);
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
