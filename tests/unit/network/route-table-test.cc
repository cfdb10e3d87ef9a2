// SPDX-License-Identifier: GPL-2.0-only
#include "network/route-table.h"

#include "base/contracts.h"
#include "network/leaf-spine.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Four hosts under two leaves, two spines, 1 us a link. Links: egress 0 to 3, ingress 4 to 7, up 8
/// to 11, down 12 to 15.
Topology
TwoLeaves()
{
    const LinkSpec link{1e9, Time::FromSeconds(1e-6)};
    return MakeLeafSpine({2, 2, 2, {1, link, {}, {}}, link});
}

TEST(RouteTable, StoresARouteOnce)
{
    const Topology topology = TwoLeaves();
    RouteTable routes;
    const Path path = topology.RouteVia(DeviceId(0), DeviceId(2), 1);
    const Route route = routes.Along(topology, path);
    EXPECT_TRUE(routes.Along(topology, path) == route);
    EXPECT_FALSE(routes.Along(topology, topology.RouteVia(DeviceId(0), DeviceId(2), 0)) == route);
    EXPECT_EQ(routes.Size(), 2);
    EXPECT_EQ(route.Number(), RouteId(0));
    EXPECT_EQ(Path(route.begin(), route.end()), path);
    EXPECT_EQ(route.Delay(), Time::FromSeconds(4e-6));
    EXPECT_FALSE(route.IsSplit());
}

TEST(RouteTable, ARouteWithoutLinksIsTheDefault)
{
    RouteTable routes;
    EXPECT_TRUE(routes.Along(TwoLeaves(), {}) == Route());
    EXPECT_EQ(Route().Hops(), 0);
    EXPECT_EQ(Route().begin(), Route().end());
    EXPECT_EQ(routes.Size(), 0);
}

TEST(RouteTable, SharesOfCommonLinksAddUp)
{
    // A quarter over spine 0: links 8 and 14; the rest over spine 1: links 9 and 15.
    const Topology topology = TwoLeaves();
    RouteTable routes;
    const Route route = routes.Spread(topology,
                                      {{topology.RouteVia(DeviceId(0), DeviceId(2), 0), 0.25},
                                       {topology.RouteVia(DeviceId(0), DeviceId(2), 1), 0.75}});
    std::vector<std::pair<std::uint32_t, double>> shares;
    for (const LinkShare& hop : route)
    {
        shares.emplace_back(hop.link.Value(), hop.share);
    }
    EXPECT_EQ(shares,
              (std::vector<std::pair<std::uint32_t, double>>{{0, 1},
                                                             {8, 0.25},
                                                             {14, 0.25},
                                                             {6, 1},
                                                             {9, 0.75},
                                                             {15, 0.75}}));
    EXPECT_TRUE(route.IsSplit());
    EXPECT_EQ(route.Delay(), Time::FromSeconds(4e-6));
    EXPECT_EQ(route[1].RateFor(1e9), 4e9);
}

TEST(RouteTable, PartsAreTheFlow)
{
    const Topology topology = TwoLeaves();
    const Path path = topology.RouteVia(DeviceId(0), DeviceId(2), 0);
    RouteTable routes;
    EXPECT_THROW(routes.Spread(topology, {{path, 0.5}}), ContractViolation);
    EXPECT_THROW(routes.Spread(topology, {{path, 1.5}, {path, -0.5}}), ContractViolation);
    // Two parts on one path are a whole flow.
    EXPECT_TRUE(routes.Spread(topology, {{path, 0.5}, {path, 0.5}}) ==
                routes.Along(topology, path));
}

} // namespace
} // namespace echelon
