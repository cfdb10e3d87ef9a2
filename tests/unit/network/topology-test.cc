// SPDX-License-Identifier: GPL-2.0-only
#include "network/topology.h"

#include "base/contracts.h"
#include "base/parameters.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"

#include <gtest/gtest.h>
#include <set>

namespace echelon
{
namespace
{

const Time NANOSECOND = Time::FromPicoseconds(1000);

/// 2 leaves x 3 spines, 2 hosts per leaf, 4 GPUs per host: devices 0-3 on host 0, …, 12-15 on
/// host 3.
Topology
Small()
{
    const ServerSpec server{4, {100e9, 5 * NANOSECOND}, {}, {900e9, NANOSECOND}};
    return MakeLeafSpine({2, 3, 2, server, {50e9, 7 * NANOSECOND}});
}

std::vector<std::string>
Names(const Topology& topology, const Path& path)
{
    std::vector<std::string> names;
    for (const LinkId link : path)
    {
        names.push_back(topology.GetLink(link).name);
    }
    return names;
}

using Strings = std::vector<std::string>;

TEST(Topology, LeafSpineHasEveryLinkOnce)
{
    const Topology t = Small();
    // 4 hosts x 2 directions + 2 leaves x 3 spines x 2 directions + 16 devices x 2 directions
    EXPECT_EQ(t.Links().size(), 4 * 2 + 2 * 3 * 2 + 16 * 2);
    std::set<std::string> names;
    for (const Link& link : t.Links())
    {
        names.insert(link.name);
    }
    EXPECT_EQ(names.size(), t.Links().size());
    EXPECT_EQ(t.Devices(), 16);
    EXPECT_EQ(t.HostOf(DeviceId(7)), HostId(1));
    EXPECT_EQ(t.RackOf(HostId(1)), 0);
    EXPECT_EQ(t.RackOf(HostId(2)), 1);
}

TEST(Topology, RoutesFollowTheTiers)
{
    const Topology t = Small();
    EXPECT_EQ(t.Route(DeviceId(3), DeviceId(3), 0).size(), 0);
    EXPECT_EQ(Names(t, t.Route(DeviceId(0), DeviceId(3), 0)),
              (Strings{"gpu0->scale-up0", "scale-up0->gpu3"}));
    EXPECT_EQ(Names(t, t.Route(DeviceId(0), DeviceId(4), 0)),
              (Strings{"host0->leaf0", "leaf0->host1"}));
    const Path far = t.Route(DeviceId(0), DeviceId(12), 0);
    ASSERT_EQ(far.size(), 4);
    EXPECT_EQ(t.GetLink(far[0]).name, "host0->leaf0");
    EXPECT_EQ(t.GetLink(far[3]).name, "leaf1->host3");
    // The same spine going up and coming down.
    EXPECT_EQ(t.GetLink(far[1]).to.index, t.GetLink(far[2]).from.index);
    EXPECT_TRUE(t.IsScaleUp(t.Route(DeviceId(0), DeviceId(3), 0)[0]));
    EXPECT_FALSE(t.IsScaleUp(far[2]));
    // 5 + 7 + 7 + 5 ns
    EXPECT_EQ(t.Delay(far), 24 * NANOSECOND);
}

TEST(Topology, EcmpSpreadsConnectionsEvenly)
{
    // 3,000 keys over 3 spines: binomial with mean 1,000 and standard deviation sqrt(3000 * 1/3 *
    // 2/3) = 25.8; 5 of them.
    const Topology t = Small();
    std::array<int, 3> used{};
    for (std::uint64_t key = 0; key < 3000; ++key)
    {
        const Path path = t.Route(DeviceId(0), DeviceId(12), key);
        ++used[t.GetLink(path[1]).to.index];
        EXPECT_EQ(t.Route(DeviceId(0), DeviceId(12), key)[1], path[1]);
    }
    for (const int count : used)
    {
        EXPECT_NEAR(count, 1000, 5 * 25.8);
    }
}

TEST(Topology, BigSwitchAndPerHostRates)
{
    const Topology t = MakeBigSwitch({3, {1, {10e9, Time()}, {10e9, 20e9, 40e9}, {}}});
    EXPECT_EQ(t.Links().size(), 6);
    EXPECT_EQ(Names(t, t.Route(DeviceId(0), DeviceId(2), 9)),
              (Strings{"host0->switch", "switch->host2"}));
    EXPECT_EQ(t.GetLink(LinkId(1)).rate, 20e9);
    EXPECT_EQ(t.GetLink(LinkId(5)).rate, 40e9);
}

TEST(Topology, SpinesMayBeChosen)
{
    const Topology t = Small();
    for (const std::uint32_t spine : {0U, 1U, 2U})
    {
        const std::string name = "spine" + std::to_string(spine);
        EXPECT_EQ(Names(t, t.RouteVia(DeviceId(0), DeviceId(12), spine)),
                  (Strings{"host0->leaf0", "leaf0->" + name, name + "->leaf1", "leaf1->host3"}));
    }
    // Inside a leaf no spine is crossed.
    EXPECT_EQ(Names(t, t.RouteVia(DeviceId(0), DeviceId(4), 2)),
              (Strings{"host0->leaf0", "leaf0->host1"}));
    EXPECT_THROW(t.RouteVia(DeviceId(0), DeviceId(12), 3), ContractViolation);
}

TEST(Topology, HostsMayHaveAnInterfaceForEachGpuOrForSeveral)
{
    // 2 leaves x 1 host, 4 GPUs with 2 interfaces: GPUs 0 and 1 by the first, 2 and 3 by the
    // second. 4 interfaces x 2 directions + 2 leaves x 1 spine x 2 + 8 GPUs x 2.
    ServerSpec server{4, {100e9, NANOSECOND}, {}, {900e9, NANOSECOND}, 2};
    const Topology t = MakeLeafSpine({2, 1, 1, server, {200e9, NANOSECOND}});
    EXPECT_EQ(t.Links().size(), 4 * 2 + 2 * 1 * 2 + 8 * 2);
    EXPECT_EQ(
        Names(t, t.Route(DeviceId(1), DeviceId(6), 0)),
        (Strings{"host0.nic0->leaf0", "leaf0->spine0", "spine0->leaf1", "leaf1->host1.nic1"}));
    EXPECT_EQ(Names(t, t.Route(DeviceId(1), DeviceId(2), 0)),
              (Strings{"gpu1->scale-up0", "scale-up0->gpu2"}));
    EXPECT_EQ(t.EgressOf(DeviceId(7)), LinkId(3));
    EXPECT_FALSE(t.IsScaleUp(LinkId(11)));
    EXPECT_TRUE(t.IsScaleUp(LinkId(12)));

    server.interfacesPerHost = 4;
    const Topology each = MakeBigSwitch({2, server});
    EXPECT_EQ(Names(each, each.Route(DeviceId(3), DeviceId(4), 0)),
              (Strings{"host0.nic3->switch", "switch->host1.nic0"}));
    server.interfacesPerHost = 3;
    EXPECT_THROW(MakeBigSwitch({2, server}), ParameterError);
}

TEST(Topology, OversubscriptionDefinesTheUplink)
{
    // 16 hosts x 100 Gb/s = 1.6 Tb/s; at 2:1 the 4 uplinks carry 0.8 Tb/s, 200 Gb/s each.
    LeafSpineSpec spec;
    spec.leaves = 2;
    spec.spines = 4;
    spec.hostsPerLeaf = 16;
    spec.server.hostLink.rate = 100e9;
    EXPECT_EQ(UplinkRates(spec, 2), std::vector<BitRate>(2, 200e9));
    // Eight interfaces a host offer eight times as much.
    spec.server.gpusPerHost = 8;
    spec.server.interfacesPerHost = 8;
    EXPECT_EQ(UplinkRates(spec, 2), std::vector<BitRate>(2, 1600e9));
}

TEST(Topology, OversubscriptionFollowsTheRatesOfTheHosts)
{
    // Two leaves of two hosts, each host with two interfaces. Leaf 0: 2 x (100 + 300) Gb/s, leaf 1:
    // 2 x (50 + 50). At 2:1 over two spines that is 200 and 50 Gb/s a link, both ways; the rate
    // that `hostRates` replaces plays no part.
    LeafSpineSpec spec;
    spec.leaves = 2;
    spec.spines = 2;
    spec.hostsPerLeaf = 2;
    spec.server = {2, {7e9, Time()}, {100e9, 300e9, 50e9, 50e9}, {900e9, Time()}, 2};
    for (const BitRate replaced : {7e9, 0.0})
    {
        spec.server.hostLink.rate = replaced;
        spec.uplinkRates = UplinkRates(spec, 2);
        EXPECT_EQ(spec.uplinkRates, (std::vector<BitRate>{200e9, 50e9}));
        const Topology topology = MakeLeafSpine(spec);
        for (const Link& link : topology.Links())
        {
            const bool up = link.to.kind == NodeKind::SPINE;
            if (up || link.from.kind == NodeKind::SPINE)
            {
                const std::uint32_t leaf = up ? link.from.index : link.to.index;
                EXPECT_EQ(link.rate, leaf == 0 ? 200e9 : 50e9);
            }
        }
    }
    spec.server.hostRates.pop_back();
    EXPECT_THROW(UplinkRates(spec, 2), ParameterError);
}

TEST(Topology, RefusesImpossibleFabrics)
{
    const ServerSpec server{1, {10e9, Time()}, {}, {}};
    EXPECT_THROW(MakeBigSwitch({0, server}), ParameterError);
    EXPECT_THROW(MakeBigSwitch({2, {1, {0, Time()}, {}, {}}}), ParameterError);
    EXPECT_THROW(MakeBigSwitch({2, {1, {10e9, Time()}, {10e9}, {}}}), ParameterError);
    EXPECT_THROW(MakeBigSwitch({2, {8, {10e9, Time()}, {}, {}}}), ParameterError);
    EXPECT_THROW(MakeLeafSpine({2, 0, 2, server, {1e9, Time()}}), ParameterError);
    EXPECT_THROW(MakeLeafSpine({2, 2, 2, server, {0, Time()}}), ParameterError);
}

} // namespace
} // namespace echelon
