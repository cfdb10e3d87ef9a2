// SPDX-License-Identifier: GPL-2.0-only

// A router in one file: each flow takes the path that has been chosen least often between its two
// devices. To make it a choice of runs, put the class into core/network and one entry into
// router-registry.cc; the contract suite of routers follows.

#include "network/leaf-spine.h"
#include "network/router-registry.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

using namespace echelon;

class LeastChosenRouter : public Router
{
  public:
    using Router::Router;

    Route Choose(DeviceId source, DeviceId destination, std::uint64_t /*key*/) override
    {
        std::vector<int>& chosen = m_chosen[{source, destination}];
        chosen.resize(m_topology.Choices(source, destination));
        const auto least = std::min_element(chosen.begin(), chosen.end());
        ++*least;
        const auto choice = static_cast<std::uint32_t>(least - chosen.begin());
        return m_routes.Along(m_topology, m_topology.RouteVia(source, destination, choice));
    }

  private:
    std::map<std::pair<DeviceId, DeviceId>, std::vector<int>> m_chosen;
};

int
main()
{
    // Two leaves, four spines: eight connections take four paths, each twice. By hash some path
    // would most likely get three.
    const Topology topology =
        MakeLeafSpine({2, 4, 2, {1, {8e9, Time()}, {}, {}}, {4e9, Time()}, {}});
    RouteTable routes;
    LeastChosenRouter router(topology, routes);
    std::map<std::uint32_t, int> uses;
    for (std::uint64_t key = 0; key < 8; ++key)
    {
        ++uses[router.Choose(DeviceId(0), DeviceId(2), key).Number().Value()];
    }
    std::cout << "8 connections took " << uses.size() << " paths\n";
    const bool isEven =
        std::all_of(uses.begin(), uses.end(), [](const auto& use) { return use.second == 2; });
    return uses.size() == 4 && isEven ? EXIT_SUCCESS : EXIT_FAILURE;
}
