// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What every router owes (network/router-registry.h), on both kinds of topology: routes join the
 * devices, the parts of a flow are the flow, and the same questions bring the same routes.
 */
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "network/router-registry.h"

#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <ostream>

namespace echelon
{

/// For gtest.
inline void
PrintTo(const RouterEntry& entry, std::ostream* out)
{
    *out << entry.name;
}

namespace
{

std::vector<Topology>
Topologies()
{
    const LinkSpec link{100e9, Time::FromSeconds(1e-6)};
    const LinkSpec scaleUp{1e12, Time::FromSeconds(1e-7)};
    std::vector<Topology> topologies;
    topologies.push_back(MakeBigSwitch({5, {1, link, {}, {}}}));
    topologies.push_back(MakeBigSwitch({3, {4, link, {}, scaleUp, 2}}));
    topologies.push_back(MakeLeafSpine({3, 3, 2, {2, link, {}, scaleUp, 2}, link}));
    topologies.push_back(MakeLeafSpine({1, 2, 3, {2, link, {}, scaleUp}, link}));
    return topologies;
}

/// Calls visit(source, destination, key) for all pairs of devices, with a few keys each.
template <class Visit>
void
ForEachConnection(const Topology& topology, Visit visit)
{
    for (std::uint32_t a = 0; a < topology.Devices(); ++a)
    {
        for (std::uint32_t b = 0; b < topology.Devices(); ++b)
        {
            for (std::uint64_t key = 0; a != b && key < 4; ++key)
            {
                visit(DeviceId(a), DeviceId(b), key);
            }
        }
    }
}

class RouterContract : public testing::TestWithParam<RouterEntry>
{
};

TEST_P(RouterContract, AllOfTheFlowLeavesTheSourceAndArrives)
{
    // What enters a node leaves it, but for the two ends: those of a device's own port inside a
    // host, those of its network interface between hosts.
    for (const Topology& topology : Topologies())
    {
        RouteTable routes;
        const auto router = GetParam().make(topology, routes);
        ForEachConnection(topology, [&](DeviceId source, DeviceId destination, std::uint64_t key) {
            const Route route = router->Choose(source, destination, key);
            std::map<std::pair<NodeKind, std::uint32_t>, double> arrives;
            for (const LinkShare& hop : route)
            {
                EXPECT_GT(hop.share, 0);
                EXPECT_LE(hop.share, 1);
                const Link& link = topology.GetLink(hop);
                arrives[{link.from.kind, link.from.index}] -= hop.share;
                arrives[{link.to.kind, link.to.index}] += hop.share;
            }
            const bool isInside = topology.HostOf(source) == topology.HostOf(destination);
            const auto end = [&](DeviceId device) {
                return isInside ? std::pair(NodeKind::DEVICE, device.Value())
                                : std::pair(NodeKind::HOST, topology.InterfaceOf(device));
            };
            arrives[end(source)] += 1;
            arrives[end(destination)] -= 1;
            for (const auto& [node, rest] : arrives)
            {
                EXPECT_NEAR(rest, 0, 1e-12);
            }
        });
    }
}

TEST_P(RouterContract, EveryLinkStandsOnceAndTheDelayIsThatOfTheLongestWay)
{
    for (const Topology& topology : Topologies())
    {
        RouteTable routes;
        const auto router = GetParam().make(topology, routes);
        ForEachConnection(topology, [&](DeviceId source, DeviceId destination, std::uint64_t key) {
            const Route route = router->Choose(source, destination, key);
            std::map<LinkId, int> crossed;
            for (const LinkId link : route)
            {
                EXPECT_EQ(++crossed[link], 1);
            }
            // All ways between two devices are alike here.
            EXPECT_EQ(route.Delay(), topology.Delay(topology.Route(source, destination, key)));
        });
    }
}

TEST_P(RouterContract, TheSameQuestionsBringTheSameRoutes)
{
    for (const Topology& topology : Topologies())
    {
        RouteTable routes;
        const auto first = GetParam().make(topology, routes);
        const auto second = GetParam().make(topology, routes);
        ForEachConnection(topology, [&](DeviceId source, DeviceId destination, std::uint64_t key) {
            EXPECT_TRUE(first->Choose(source, destination, key) ==
                        second->Choose(source, destination, key));
        });
        // A route is stored once: fewer than the connections asked for.
        EXPECT_LT(routes.Size(), 4 * topology.Devices() * (topology.Devices() - 1));
    }
}

INSTANTIATE_TEST_SUITE_P(AllRouters,
                         RouterContract,
                         testing::ValuesIn(RouterEntries()),
                         [](const testing::TestParamInfo<RouterEntry>& info) {
                             return info.param.name;
                         });

} // namespace
} // namespace echelon
