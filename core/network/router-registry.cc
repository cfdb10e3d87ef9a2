// SPDX-License-Identifier: GPL-2.0-only
#include "network/router-registry.h"

namespace echelon
{

namespace
{

/// One path for each connection, by the hash of (key, source, destination).
class EcmpRouter : public Router
{
  public:
    using Router::Router;

    Route Choose(DeviceId source, DeviceId destination, std::uint64_t key) override
    {
        return m_routes.Along(m_topology, m_topology.Route(source, destination, key));
    }
};

/// Every flow in equal parts over all paths, as if its packets took them in turn.
class SprayRouter : public Router
{
  public:
    using Router::Router;

    Route Choose(DeviceId source, DeviceId destination, std::uint64_t /*key*/) override
    {
        const std::uint32_t choices = m_topology.Choices(source, destination);
        std::vector<PathShare> parts;
        for (std::uint32_t choice = 0; choice < choices; ++choice)
        {
            parts.push_back({m_topology.RouteVia(source, destination, choice), 1.0 / choices});
        }
        return m_routes.Spread(m_topology, parts);
    }
};

template <class Kind>
std::unique_ptr<Router>
Make(const Topology& topology, RouteTable& routes)
{
    return std::make_unique<Kind>(topology, routes);
}

} // namespace

const std::vector<RouterEntry>&
RouterEntries()
{
    static const std::vector<RouterEntry> entries{
        {"ecmp", "one path for each connection, by hash", Make<EcmpRouter>},
        {"spray", "every flow in equal parts over all paths", Make<SprayRouter>},
    };
    return entries;
}

} // namespace echelon
