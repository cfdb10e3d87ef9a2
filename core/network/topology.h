// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fabric as a graph of directed links, and the route of every flow through it.
 *
 *     Topology t = MakeLeafSpine({8, 8, 2, server, uplink});   // see network/builders.h
 *     Path path = t.Route(DeviceId(0), DeviceId(17), connectionKey);
 *     BitRate r = t.GetLink(path[0]).rate;
 *
 * Devices (GPUs) are numbered host by host, hosts leaf by leaf. Two kinds of traffic: between
 * devices of one host over the host's scale-up switch, and between hosts over the host's network
 * interfaces: one that its devices share, or several, each for as many consecutive devices.
 * Interfaces are numbered host by host. Links are numbered: interface egress, interface ingress,
 * leaf-to-spine (leaf-major), spine-to-leaf (leaf-major), scale-up egress and scale-up ingress by
 * device.
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "network/path.h"

#include <cstdint>
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

/// An immutable fabric. Made by the functions of network/builders.h.
class Topology
{
  public:
    /// How hosts reach each other.
    enum class Network
    {
        BIG_SWITCH,
        LEAF_SPINE,
    };

    /// Numbers of nodes; leaves and spines are 0 in a big switch.
    struct Shape
    {
        Network network;
        std::uint32_t hosts;
        std::uint32_t devicesPerHost;
        std::uint32_t leaves;
        std::uint32_t spines;
        std::uint32_t interfacesPerHost = 1; ///< divides devicesPerHost
    };

    Topology(Shape shape, std::vector<Link> links);

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

    /// The leaf of a host; 0 in a big switch.
    std::uint32_t LeafOf(HostId host) const;

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
    bool IsScaleUp(LinkId link) const;

    /**
     * The path of a connection. Between leaves the spine is Mix64 of (key, source, destination)
     * modulo the spines: hash-based ECMP, where `key` stands for the five-tuple's ports. O(1).
     */
    Path Route(DeviceId source, DeviceId destination, std::uint64_t key) const;

    /// Number of shortest paths between two devices: the spines, where one is crossed.
    std::uint32_t Choices(DeviceId source, DeviceId destination) const;

    /// The path over a spine of the sender's choice; where none is crossed the spine does not
    /// matter. @pre the spine exists, if there are spines. O(1).
    Path RouteVia(DeviceId source, DeviceId destination, std::uint32_t spine) const;

    /// Links of the longest of all shortest paths.
    std::uint32_t MostHops() const
    {
        return m_shape.leaves > 1 ? 4 : 2;
    }

    /// Sum of the propagation delays along a path.
    Time Delay(const Path& path) const;

  private:
    Shape m_shape;
    std::vector<Link> m_links;
};

} // namespace echelon
