// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How the network chooses the ways of flows, and the list of all such choices.
 *
 *     const RouterEntry& entry = EntryOf(RouterEntries(), "ecmp", "routing", "router");
 *     const std::unique_ptr<Router> router = entry.make(topology, routes);
 *     flow.route = router->Choose(flow.source, flow.destination, key);
 *
 * Choose is asked once for each flow that starts. A router may split a flow (its route's shares are
 * then less than 1), and may remember what it chose. The same calls in the same order bring the
 * same routes. A new router is one class in router-registry.cc or a file of its own, and one entry;
 * the contract suite of routers follows.
 */
#pragma once

#include "base/ids.h"
#include "network/route-table.h"
#include "network/topology.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace echelon
{

class Router
{
  public:
    /// @param topology, routes outlive the router.
    Router(const Topology& topology, RouteTable& routes)
        : m_topology(topology),
          m_routes(routes)
    {
    }

    virtual ~Router() = default;

    /// @param key of the connection: stands for the ports of its five-tuple. @pre the devices
    /// differ.
    virtual Route Choose(DeviceId source, DeviceId destination, std::uint64_t key) = 0;

  protected:
    const Topology& m_topology;
    RouteTable& m_routes;
};

struct RouterEntry
{
    std::string name;
    std::string summary;
    std::unique_ptr<Router> (*make)(const Topology& topology, RouteTable& routes);
};

const std::vector<RouterEntry>& RouterEntries();

} // namespace echelon
