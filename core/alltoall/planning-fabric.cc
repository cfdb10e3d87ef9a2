// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/planning-fabric.h"

#include "base/contracts.h"

#include <algorithm>
#include <map>

namespace echelon
{

/// The longest time in seconds that a port needs for its bytes. @param rates of the ports.
static double
LargestTime(const std::vector<double>& bytes, const std::vector<BitRate>& rates)
{
    double longest = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        if (bytes[i] > 0)
        {
            longest = std::max(longest, 8 * bytes[i] / rates[i]);
        }
    }
    return longest;
}

namespace
{

struct Uplinks
{
    std::uint32_t count = 0;
    BitRate rate = 0; ///< of each
};

} // namespace

/// The links from each switch that has hosts to other switches, by the index of the switch.
static std::map<std::uint32_t, Uplinks>
UplinksOfSwitches(const Topology& topology)
{
    std::map<std::uint32_t, Uplinks> uplinks;
    const NodeKind kind = topology.GetLink(topology.EgressOf(DeviceId(0))).to.kind;
    for (std::uint32_t l = 0; l < topology.Links().size(); ++l)
    {
        const Link& link = topology.GetLink(LinkId(l));
        if (topology.IsBetweenSwitches(LinkId(l)) && link.from.kind == kind)
        {
            Uplinks& own = uplinks[link.from.index];
            ++own.count;
            own.rate = link.rate;
        }
    }
    return uplinks;
}

bool
PlanningFabric::Homogeneous() const
{
    return std::all_of(portRate.begin(), portRate.end(), [this](BitRate rate) {
        return rate == portRate.front();
    });
}

BitRate
PlanningFabric::SlowestUplink() const
{
    return spines > 0 ? *std::min_element(uplinkRate.begin(), uplinkRate.end()) : 0;
}

PlanningFabric
PlanningFabric::BigSwitch(std::vector<BitRate> portRates)
{
    PlanningFabric fabric;
    for (std::uint32_t rank = 0; rank < portRates.size(); ++rank)
    {
        ECHELON_REQUIRE(portRates[rank] > 0, "a port has a positive rate");
        fabric.server.push_back(rank);
    }
    fabric.rack.assign(portRates.size(), 0);
    fabric.portRate = std::move(portRates);
    return fabric;
}

PlanningFabric
PlanningFabric::Of(const Topology& topology, const std::vector<DeviceId>& ranks, double goodput)
{
    ECHELON_REQUIRE(goodput > 0 && goodput <= 1, "payload is at most all that a link carries");
    std::map<LinkId, std::uint32_t> sharing;
    for (const DeviceId device : ranks)
    {
        ++sharing[topology.EgressOf(device)];
    }
    PlanningFabric fabric;
    for (const DeviceId device : ranks)
    {
        const HostId host = topology.HostOf(device);
        const LinkId egress = topology.EgressOf(device);
        fabric.portRate.push_back(goodput * topology.GetLink(egress).rate / sharing.at(egress));
        fabric.server.push_back(host.Value());
        fabric.rack.push_back(topology.RackOf(host));
    }
    const std::map<std::uint32_t, Uplinks> uplinks = UplinksOfSwitches(topology);
    for (const DeviceId device : ranks)
    {
        const auto own = uplinks.find(topology.GetLink(topology.EgressOf(device)).to.index);
        if (own != uplinks.end())
        {
            fabric.spines = own->second.count;
            fabric.uplinkRate.push_back(goodput * own->second.rate);
        }
    }
    if (topology.GetShape().devicesPerHost > 1)
    {
        const LinkId scaleUp = topology.ScaleUpIngressOf(ranks.back());
        fabric.scaleUpRate = goodput * topology.GetLink(scaleUp).rate;
    }
    return fabric;
}

double
LowerBound(const TrafficMatrix& traffic, const PlanningFabric& fabric, bool relays)
{
    const std::uint32_t n = traffic.Size();
    ECHELON_REQUIRE(fabric.Ranks() == n, "every rank of the traffic has a port");
    const std::uint32_t servers = 1 + *std::max_element(fabric.server.begin(), fabric.server.end());
    const std::uint32_t racks = 1 + *std::max_element(fabric.rack.begin(), fabric.rack.end());
    std::vector<double> serverRate(servers, 0.0);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        serverRate[fabric.server[i]] += fabric.portRate[i];
    }
    double longest = 0;
    // Sending, then receiving: the same sums with the roles exchanged.
    for (const bool sends : {true, false})
    {
        std::vector<double> port(n, 0.0);
        std::vector<double> server(servers, 0.0);
        std::vector<double> rack(racks, 0.0);
        std::vector<double> scaleUp(n, 0.0);
        for (std::uint32_t i = 0; i < n; ++i)
        {
            for (std::uint32_t j = 0; j < n; ++j)
            {
                const auto bytes = static_cast<double>(sends ? traffic.At(i, j) : traffic.At(j, i));
                if (fabric.SameServer(i, j))
                {
                    scaleUp[i] += bytes;
                    continue;
                }
                port[i] += bytes;
                server[fabric.server[i]] += bytes;
                if (fabric.rack[i] != fabric.rack[j])
                {
                    rack[fabric.rack[i]] += bytes;
                }
            }
        }
        longest =
            std::max(longest,
                     relays ? LargestTime(server, serverRate) : LargestTime(port, fabric.portRate));
        longest =
            std::max(longest, LargestTime(scaleUp, std::vector<BitRate>(n, fabric.scaleUpRate)));
        if (fabric.spines > 0)
        {
            std::vector<BitRate> rackRate(racks, 0.0);
            for (std::uint32_t i = 0; i < n; ++i)
            {
                rackRate[fabric.rack[i]] = fabric.spines * fabric.uplinkRate[i];
            }
            longest = std::max(longest, LargestTime(rack, rackRate));
        }
    }
    return longest;
}

} // namespace echelon
