// SPDX-License-Identifier: GPL-2.0-only
#include "network/topology.h"

#include "base/contracts.h"
#include "base/random.h"

#include <utility>

namespace echelon
{

Topology::Topology(Shape shape,
                   std::vector<Link> links,
                   std::shared_ptr<const Interconnect> interconnect)
    : m_shape(shape),
      m_links(std::move(links)),
      m_interconnect(std::move(interconnect)),
      m_firstScaleUp(static_cast<std::uint32_t>(m_links.size()) -
                     (shape.devicesPerHost > 1 ? 2 * Devices() : 0))
{
    ECHELON_REQUIRE(shape.hosts > 0 && shape.devicesPerHost > 0, "a fabric has hosts with devices");
    ECHELON_REQUIRE(shape.interfacesPerHost > 0 &&
                        shape.devicesPerHost % shape.interfacesPerHost == 0,
                    "every interface of a host serves as many of its devices");
    ECHELON_REQUIRE(shape.racks > 0 && shape.hosts % shape.racks == 0,
                    "every rack has as many hosts");
    for (const Link& link : m_links)
    {
        ECHELON_REQUIRE(link.rate > 0, "a link has a positive rate");
    }
}

Path
Topology::Route(DeviceId source, DeviceId destination, std::uint64_t key) const
{
    const std::uint64_t pair = (std::uint64_t{source.Value()} << 32) | destination.Value();
    const std::uint64_t hash = Mix64(key ^ Mix64(pair));
    return RouteVia(source,
                    destination,
                    static_cast<std::uint32_t>(hash % Choices(source, destination)));
}

std::uint32_t
Topology::Choices(DeviceId source, DeviceId destination) const
{
    return !m_interconnect || HostOf(source) == HostOf(destination)
               ? 1
               : m_interconnect->Choices(InterfaceOf(source), InterfaceOf(destination));
}

Path
Topology::RouteVia(DeviceId source, DeviceId destination, std::uint32_t choice) const
{
    ECHELON_REQUIRE(source.Value() < Devices() && destination.Value() < Devices(),
                    "a route joins devices of the fabric");
    Path path;
    if (source == destination)
    {
        return path;
    }
    if (HostOf(source) == HostOf(destination))
    {
        path.push_back(ScaleUpEgressOf(source));
        path.push_back(ScaleUpIngressOf(destination));
        return path;
    }
    path.push_back(EgressOf(source));
    if (m_interconnect)
    {
        const std::uint32_t from = InterfaceOf(source);
        const std::uint32_t to = InterfaceOf(destination);
        const std::uint32_t choices = m_interconnect->Choices(from, to);
        ECHELON_REQUIRE(choice < choices || choices == 1, "a route takes one of the paths");
        m_interconnect->AppendPath(from, to, choices == 1 ? 0 : choice, path);
    }
    path.push_back(IngressOf(destination));
    return path;
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
