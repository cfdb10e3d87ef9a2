// SPDX-License-Identifier: GPL-2.0-only
#include "moe/planning-fabric.h"

#include "topology/builders.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

TEST(PlanningFabric, RanksShareInterfacesOrHaveOneEach)
{
    // 2 leaves x 2 hosts of 4 GPUs, 2 spines, uplinks of 50 Gb/s. Ranks: three GPUs of host 0 and
    // one of host 2, which is at leaf 1. One interface of 100 Gb/s: the three get a third each.
    // Two: GPUs 0 and 1 share the first, GPU 3 has the second for itself. Four: each has its own.
    const std::vector<DeviceId> ranks{DeviceId(0), DeviceId(1), DeviceId(3), DeviceId(8)};
    const std::vector<std::pair<std::uint32_t, std::vector<BitRate>>> expected{
        {1, {100e9 / 3, 100e9 / 3, 100e9 / 3, 100e9}},
        {2, {50e9, 50e9, 100e9, 100e9}},
        {4, {100e9, 100e9, 100e9, 100e9}}};
    for (const auto& [interfaces, rates] : expected)
    {
        const ServerSpec server{4, {100e9, Time()}, {}, {900e9, Time()}, interfaces};
        const Topology topology = MakeLeafSpine({2, 2, 2, server, {50e9, Time()}});
        const PlanningFabric fabric = PlanningFabric::Of(topology, ranks);
        EXPECT_EQ(fabric.portRate, rates);
        EXPECT_EQ(fabric.server, (std::vector<std::uint32_t>{0, 0, 0, 2}));
        EXPECT_EQ(fabric.rack, (std::vector<std::uint32_t>{0, 0, 0, 1}));
        EXPECT_EQ(fabric.spines, 2);
        EXPECT_EQ(fabric.uplinkRate, 50e9);
        EXPECT_EQ(fabric.scaleUpRate, 900e9);
    }
}

} // namespace
} // namespace echelon
