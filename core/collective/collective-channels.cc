// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collective-channels.h"

#include "base/contracts.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace echelon
{

namespace
{

/// The collective's ranks on one host.
struct HostRanks
{
    std::vector<std::uint32_t> ranks; ///< ascending
    /// The interfaces that belong to the ranks, ascending; for each its last rank, as an index of
    /// `ranks`.
    std::map<std::uint32_t, std::size_t> interfaces;
};

/// In the order in which the ranks first come to the hosts.
std::vector<HostRanks>
HostsOf(const Topology& topology, const std::vector<DeviceId>& ranks)
{
    std::vector<HostRanks> hosts;
    std::map<HostId, std::size_t> indexOf;
    for (std::uint32_t rank = 0; rank < ranks.size(); ++rank)
    {
        const auto [it, isNew] = indexOf.try_emplace(topology.HostOf(ranks[rank]), hosts.size());
        if (isNew)
        {
            hosts.emplace_back();
        }
        HostRanks& host = hosts[it->second];
        host.interfaces[topology.InterfaceOf(ranks[rank])] = host.ranks.size();
        host.ranks.push_back(rank);
    }
    return hosts;
}

bool
OnOneHost(const Topology& topology, const std::vector<DeviceId>& ranks)
{
    return std::all_of(ranks.begin(), ranks.end(), [&](DeviceId device) {
        return topology.HostOf(device) == topology.HostOf(ranks.front());
    });
}

} // namespace

Channels
OneChannel(const std::vector<DeviceId>& ranks)
{
    std::vector<std::uint32_t> order(ranks.size());
    std::iota(order.begin(), order.end(), 0);
    return {{std::move(order)}, {ranks}};
}

Channels
ChannelsOf(const Topology& topology, const std::vector<DeviceId>& ranks)
{
    ECHELON_REQUIRE(!ranks.empty(), "a collective has ranks");
    if (topology.GetShape().interfacesPerHost == 1 || OnOneHost(topology, ranks))
    {
        return OneChannel(ranks);
    }
    const std::vector<HostRanks> hosts = HostsOf(topology, ranks);
    std::size_t count = ranks.size();
    for (const HostRanks& host : hosts)
    {
        count = std::min(count, host.interfaces.size());
    }
    Channels channels;
    channels.orders.resize(count);
    channels.gateways.assign(count, ranks);
    for (const HostRanks& host : hosts)
    {
        auto offered = host.interfaces.begin();
        for (std::size_t channel = 0; channel < count; ++channel, ++offered)
        {
            const auto [interface, entry] = *offered;
            const std::size_t n = host.ranks.size();
            for (std::size_t i = 0; i < n; ++i)
            {
                const std::uint32_t rank = host.ranks[(entry + i) % n];
                channels.orders[channel].push_back(rank);
                if (topology.InterfaceOf(ranks[rank]) != interface)
                {
                    channels.gateways[channel][rank] = ranks[host.ranks[entry]];
                }
            }
        }
    }
    return channels;
}

std::pair<DeviceId, DeviceId>
EndsOf(const Channels& channels,
       const Topology& topology,
       const std::vector<DeviceId>& ranks,
       std::uint32_t channel,
       std::uint32_t source,
       std::uint32_t destination)
{
    if (topology.HostOf(ranks[source]) == topology.HostOf(ranks[destination]))
    {
        return {ranks[source], ranks[destination]};
    }
    const std::vector<DeviceId>& gateways = channels.gateways[channel];
    return {gateways[source], gateways[destination]};
}

} // namespace echelon
