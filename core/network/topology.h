// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fabric as a graph of directed links, and the route of every flow through it.
 *
 *     Topology t = MakeLeafSpine({8, 8, 2, server, uplink});   // see network/leaf-spine.h
 *     Path path = t.Route(DeviceId(0), DeviceId(17), connectionKey);
 *     BitRate r = t.GetLink(path[0]).rate;
 *
 * Devices (GPUs) are numbered host by host, and hosts rack by rack; the hosts of a rack are joined
 * to the same switch. The devices of one host reach each other over the host's scale-up switch.
 * They reach other hosts over the host's network interfaces, of which there is one that all devices
 * share, or several, each for as many consecutive devices. Interfaces are numbered host by host.
 *
 * Links are numbered: first the egress links of interfaces, then their ingress links, then the
 * links of the interconnect, then the devices' links to scale-up switches, and from them. Only this
 * folder relies on these numbers; others ask for the link that they want.
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "network/path.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace echelon
{

/// What stands at the end of a link.
enum class NodeKind
{
    DEVICE,          ///< a GPU's port on the scale-up switch of its host
    HOST,            ///< a network interface of a host
    SCALE_UP_SWITCH, ///< one per host
    BIG_SWITCH,      ///< the one switch of a big-switch fabric
    LEAF,
    SPINE,
};

/// A node: its kind and its index among the nodes of that kind.
struct Node
{
    NodeKind kind;
    std::uint32_t index;
};

/// A directed link.
struct Link
{
    std::string
        name; ///< "host3->leaf1", "host3.nic2->leaf1", "leaf1->spine0", "gpu5->scale-up0", …
    Node from;
    Node to;
    BitRate rate; ///< bits per second, > 0
    Time delay;   ///< propagation
};

/// The switches that join the interfaces of hosts, and the paths over them. Each kind of topology
/// has its own (leaf-spine.cc).
class Interconnect
{
  public:
    virtual ~Interconnect() = default;

    /// Number of shortest paths between the interfaces of two hosts.
    virtual std::uint32_t Choices(std::uint32_t /*from*/, std::uint32_t /*to*/) const
    {
        return 1;
    }

    /// Appends the links between the egress link of one interface and the ingress link of another:
    /// none where both are on one switch. @param choice below Choices(from, to).
    virtual void AppendPath(std::uint32_t from,
                            std::uint32_t to,
                            std::uint32_t choice,
                            Path& path) const = 0;

    /// The largest number of links that AppendPath appends.
    virtual std::uint32_t MostHops() const = 0;
};

/// An immutable fabric. Each kind has a function that makes it (network/topology-registry.h).
class Topology
{
  public:
    /// Numbers of nodes.
    struct Shape
    {
        std::uint32_t hosts;
        std::uint32_t devicesPerHost;
        std::uint32_t interfacesPerHost; ///< divides devicesPerHost
        std::uint32_t racks;             ///< divides hosts
    };

    /// @param links numbered as this file's comment says. @param interconnect null when all hosts
    /// are on one switch.
    Topology(Shape shape,
             std::vector<Link> links,
             std::shared_ptr<const Interconnect> interconnect);

    const Shape& GetShape() const
    {
        return m_shape;
    }

    std::uint32_t Devices() const
    {
        return m_shape.hosts * m_shape.devicesPerHost;
    }

    HostId HostOf(DeviceId device) const
    {
        return HostId(device.Value() / m_shape.devicesPerHost);
    }

    /// Network interfaces of all hosts.
    std::uint32_t Interfaces() const
    {
        return m_shape.hosts * m_shape.interfacesPerHost;
    }

    /// The interface by which a device reaches other hosts.
    std::uint32_t InterfaceOf(DeviceId device) const
    {
        return device.Value() / (m_shape.devicesPerHost / m_shape.interfacesPerHost);
    }

    /// The link by which a device's traffic leaves its host.
    LinkId EgressOf(DeviceId device) const
    {
        return LinkId(InterfaceOf(device));
    }

    /// The link by which a device receives from other hosts.
    LinkId IngressOf(DeviceId device) const
    {
        return LinkId(Interfaces() + InterfaceOf(device));
    }

    /// The link by which a device sends inside its host. @pre hosts have several devices.
    LinkId ScaleUpEgressOf(DeviceId device) const
    {
        return LinkId(m_firstScaleUp + device.Value());
    }

    /// The link by which a device receives inside its host. @pre hosts have several devices.
    LinkId ScaleUpIngressOf(DeviceId device) const
    {
        return LinkId(m_firstScaleUp + Devices() + device.Value());
    }

    std::uint32_t RackOf(HostId host) const
    {
        return host.Value() / (m_shape.hosts / m_shape.racks);
    }

    const std::vector<Link>& Links() const
    {
        return m_links;
    }

    const Link& GetLink(LinkId link) const
    {
        return m_links[link.Value()];
    }

    /// Whether the link belongs to a host's scale-up domain rather than to the network between
    /// hosts.
    bool IsScaleUp(LinkId link) const
    {
        return link.Value() >= m_firstScaleUp;
    }

    /// Whether the link joins two switches of the interconnect.
    bool IsBetweenSwitches(LinkId link) const
    {
        return link.Value() >= 2 * Interfaces() && !IsScaleUp(link);
    }

    /**
     * The path of a connection. Where there are several shortest paths, the hash Mix64 of (key,
     * source, destination) chooses one of them (ECMP); `key` stands for the ports of the
     * connection's five-tuple. O(hops).
     */
    Path Route(DeviceId source, DeviceId destination, std::uint64_t key) const;

    /// Number of shortest paths between two devices.
    std::uint32_t Choices(DeviceId source, DeviceId destination) const;

    /// The shortest path of the sender's choice, in a leaf-spine the one over the spine of this
    /// number. Where there is only one path the choice does not matter. O(hops).
    /// @pre choice < Choices(source, destination), if there are several.
    Path RouteVia(DeviceId source, DeviceId destination, std::uint32_t choice) const;

    /// Links of the longest of all shortest paths.
    std::uint32_t MostHops() const
    {
        return 2 + (m_interconnect ? m_interconnect->MostHops() : 0);
    }

    /// Sum of the propagation delays along a path.
    Time Delay(const Path& path) const;

  private:
    Shape m_shape;
    std::vector<Link> m_links;
    std::shared_ptr<const Interconnect> m_interconnect;
    std::uint32_t m_firstScaleUp;
};

} // namespace echelon
