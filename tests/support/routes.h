// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Routes of tests, all in one table that lives as long as the program.
 *
 *     flow.route = RouteOf({LinkId(0), LinkId(1)});                   // without delay
 *     flow.route = SplitRouteOf({{LinkId(0), 1}, {LinkId(1), 0.5}});  // half of it on link 1
 *     flow.route = RouteBetween(topology, source, destination, key);
 */
#pragma once

#include "network/route-table.h"
#include "network/topology.h"

namespace echelon
{

inline RouteTable&
TestRoutes()
{
    static RouteTable routes;
    return routes;
}

/// With the share of the flow that crosses each link.
inline Route
SplitRouteOf(const std::vector<LinkShare>& links)
{
    return TestRoutes().Intern(links, Time());
}

inline Route
RouteOf(const Path& path)
{
    std::vector<LinkShare> links;
    for (const LinkId link : path)
    {
        links.push_back({link, 1});
    }
    return SplitRouteOf(links);
}

inline Route
RouteBetween(const Topology& topology, DeviceId source, DeviceId destination, std::uint64_t key)
{
    return TestRoutes().Along(topology, topology.Route(source, destination, key));
}

} // namespace echelon
