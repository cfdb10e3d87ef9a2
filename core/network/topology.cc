// SPDX-License-Identifier: GPL-2.0-only
#include "network/topology.h"

#include "base/contracts.h"
#include "base/random.h"

#include <algorithm>

namespace echelon
{

Topology::Topology(Shape shape, std::vector<Link> links)
    : m_shape(shape),
      m_links(std::move(links))
{
    ECHELON_REQUIRE(shape.hosts > 0 && shape.devicesPerHost > 0, "a fabric has hosts with devices");
    ECHELON_REQUIRE(shape.interfacesPerHost > 0 &&
                        shape.devicesPerHost % shape.interfacesPerHost == 0,
                    "every interface of a host serves as many of its devices");
    for (const Link& link : m_links)
    {
        ECHELON_REQUIRE(link.rate > 0, "a link has a positive rate");
    }
}

std::uint32_t
Topology::LeafOf(HostId host) const
{
    return m_shape.leaves == 0 ? 0 : host.Value() / (m_shape.hosts / m_shape.leaves);
}

bool
Topology::IsScaleUp(LinkId link) const
{
    return link.Value() >= 2 * Interfaces() + 2 * m_shape.leaves * m_shape.spines;
}

Path
Topology::Route(DeviceId source, DeviceId destination, std::uint64_t key) const
{
    const std::uint64_t pair = (std::uint64_t{source.Value()} << 32) | destination.Value();
    const std::uint64_t hash = Mix64(key ^ Mix64(pair));
    return RouteVia(source,
                    destination,
                    static_cast<std::uint32_t>(hash % std::max(1U, m_shape.spines)));
}

Path
Topology::RouteVia(DeviceId source, DeviceId destination, std::uint32_t spine) const
{
    ECHELON_REQUIRE(source.Value() < Devices() && destination.Value() < Devices(),
                    "a route joins devices of the fabric");
    ECHELON_REQUIRE(spine < std::max(1U, m_shape.spines), "a route crosses a spine of the fabric");
    if (source == destination)
    {
        return {};
    }
    const HostId from = HostOf(source);
    const HostId to = HostOf(destination);
    const std::uint32_t interfaces = Interfaces();
    const std::uint32_t pairs = m_shape.leaves * m_shape.spines;
    if (from == to)
    {
        const std::uint32_t firstScaleUp = 2 * interfaces + 2 * pairs;
        return {LinkId(firstScaleUp + source.Value()),
                LinkId(firstScaleUp + Devices() + destination.Value())};
    }
    const LinkId egress = EgressOf(source);
    const LinkId ingress(interfaces + InterfaceOf(destination));
    const std::uint32_t fromLeaf = LeafOf(from);
    const std::uint32_t toLeaf = LeafOf(to);
    if (m_shape.network == Network::BIG_SWITCH || fromLeaf == toLeaf)
    {
        return {egress, ingress};
    }
    return {egress,
            LinkId(2 * interfaces + fromLeaf * m_shape.spines + spine),
            LinkId(2 * interfaces + pairs + toLeaf * m_shape.spines + spine),
            ingress};
}

std::uint32_t
Topology::Choices(DeviceId source, DeviceId destination) const
{
    const std::uint32_t from = LeafOf(HostOf(source));
    return from == LeafOf(HostOf(destination)) ? 1 : m_shape.spines;
}

Time
Topology::Delay(const Path& path) const
{
    Time delay;
    for (const LinkId link : path)
    {
        delay += GetLink(link).delay;
    }
    return delay;
}

} // namespace echelon
