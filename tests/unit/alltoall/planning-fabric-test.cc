// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/planning-fabric.h"

#include "network/leaf-spine.h"

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
        EXPECT_EQ(fabric.uplinkRate, std::vector<BitRate>(4, 50e9));
        EXPECT_EQ(fabric.scaleUpRate, 900e9);
    }
}

TEST(PlanningFabric, EveryRackIsBoundByItsOwnUplinks)
{
    // Two leaves of one host with two GPUs, an interface each; hosts of 100 and 50 Gb/s, so that at
    // 4:1 and one spine the uplinks have 50 and 25 Gb/s. Ranks 0 and 1 send 1 MB each to ranks 2
    // and 3: 16 Mb into leaf 1 take 16e6 / 25e9 s; the ports of 50 Gb/s would need 8e6 / 50e9 s.
    LeafSpineSpec spec{2, 1, 1, {2, {}, {100e9, 50e9}, {900e9, Time()}, 2}, {}};
    spec.uplinkRates = UplinkRates(spec, 4);
    const PlanningFabric fabric =
        PlanningFabric::Of(MakeLeafSpine(spec),
                           {DeviceId(0), DeviceId(1), DeviceId(2), DeviceId(3)});
    EXPECT_EQ(fabric.uplinkRate, (std::vector<BitRate>{50e9, 50e9, 25e9, 25e9}));
    EXPECT_EQ(fabric.SlowestUplink(), 25e9);
    TrafficMatrix matrix(4);
    matrix.Set(0, 2, 1'000'000);
    matrix.Set(1, 3, 1'000'000);
    EXPECT_DOUBLE_EQ(LowerBound(matrix, fabric), 16e6 / 25e9);
}

} // namespace
} // namespace echelon
