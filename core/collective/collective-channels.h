// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The channels of a collective: in which order each of its rings or trees takes the ranks, and by
 * which interface of every host.
 *
 *     Channels channels = ChannelsOf(topology, ranks);    // 8 on hosts with 8 interfaces
 *     channels.orders[2];            // the ranks in the order of the third ring
 *     channels.gateways[2][5];       // the device whose interface rank 5 uses there
 *
 * A ring over hosts enters and leaves each of them by one interface, so one ring uses one interface
 * of a host whatever their number. As NCCL does, a collective therefore runs in several rings at
 * once, each on an interface of its own, with its part of the bytes.
 * - Ranks within one host, and hosts with one interface: one channel, in the order of the ranks.
 * - Otherwise every host offers the interfaces that belong to the collective's ranks on it. There
 *   are as many channels as the host with the fewest offers (NCCL agrees on the least number in
 *   the same way): ranks that share an interface, or one rank a host, make one channel.
 * - Channel k goes host by host, in the order in which the ranks first come to the hosts, and uses
 *   the k-th interface that each host offers. Inside a host it goes round the ranks, from the last
 *   that the interface belongs to, so that it leaves by another one of the interface's ranks if
 *   there is one. If there is none, the rank that sends hands its bytes to the interface's rank
 *   (NCCL calls this PXN); that copy inside the host is not counted.
 *
 * Source: NVIDIA/nccl 2.30.7, src/graph/search.cc and src/graph/connect.cc. O(channels × ranks).
 */
#pragma once

#include "network/topology.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace echelon
{

/// The rings or trees of one collective.
struct Channels
{
    /// By channel: the ranks, in its order.
    std::vector<std::vector<std::uint32_t>> orders;
    /// By channel and rank: the device by whose interface the rank reaches other hosts.
    std::vector<std::vector<DeviceId>> gateways;
};

/// One channel: ranks in their order, each by its own interface.
Channels OneChannel(const std::vector<DeviceId>& ranks);

/// @pre ranks are distinct devices, at least one.
Channels ChannelsOf(const Topology& topology, const std::vector<DeviceId>& ranks);

/// The devices that send and receive what one rank of the channel sends to another: the ranks' own
/// within a host, between hosts the gateways.
std::pair<DeviceId, DeviceId> EndsOf(const Channels& channels,
                                     const Topology& topology,
                                     const std::vector<DeviceId>& ranks,
                                     std::uint32_t channel,
                                     std::uint32_t source,
                                     std::uint32_t destination);

} // namespace echelon
