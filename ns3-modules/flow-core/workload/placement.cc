// SPDX-License-Identifier: GPL-2.0-only
#include "workload/placement.h"

#include "base/contracts.h"
#include "base/parameters.h"
#include "base/random.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace echelon
{

namespace
{

/// Room for one block: devices of one host.
using Slot = std::vector<DeviceId>;

/// The free devices, host by host, cut into slots of `block`; what is left over on a host holds no
/// block.
std::vector<Slot>
CutIntoSlots(const Topology& topology, const std::vector<DeviceId>& free, std::uint32_t block)
{
    std::vector<Slot> slots;
    Slot open;
    for (const DeviceId device : free)
    {
        if (!open.empty() && topology.HostOf(open.back()) != topology.HostOf(device))
        {
            open.clear();
        }
        open.push_back(device);
        if (open.size() == block)
        {
            slots.push_back(std::move(open));
            open.clear();
        }
    }
    return slots;
}

/// Round-robin over leaves, then over the hosts of a leaf, then over the slots of a host.
void
Spread(const Topology& topology, std::vector<Slot>& slots)
{
    using Key = std::tuple<std::size_t, std::size_t, std::uint32_t, DeviceId>;
    std::vector<std::pair<Key, Slot>> keyed;
    std::vector<std::size_t> slotsOfHost(topology.GetShape().hosts, 0);
    for (Slot& slot : slots)
    {
        const HostId host = topology.HostOf(slot.front());
        const std::size_t round = slotsOfHost[host.Value()]++;
        const Key key{round, 0, topology.LeafOf(host), slot.front()};
        keyed.emplace_back(key, std::move(slot));
    }
    std::sort(keyed.begin(), keyed.end());
    // In each round, the k-th host of every leaf comes before the (k+1)-th host of any.
    std::vector<std::size_t> hostsOfLeaf(std::max(1U, topology.GetShape().leaves), 0);
    for (std::size_t i = 0; i < keyed.size(); ++i)
    {
        auto& [round, turn, leaf, first] = keyed[i].first;
        if (i > 0 && std::get<0>(keyed[i - 1].first) != round)
        {
            std::fill(hostsOfLeaf.begin(), hostsOfLeaf.end(), 0);
        }
        turn = hostsOfLeaf[leaf]++;
    }
    std::sort(keyed.begin(), keyed.end());
    slots.clear();
    for (auto& entry : keyed)
    {
        slots.push_back(std::move(entry.second));
    }
}

std::vector<DeviceId>
PlaceExplicit(const Topology& topology, const PlacementRequest& request)
{
    if (request.devices.size() != request.ranks)
    {
        throw ParameterError("placement",
                             "the list has " + std::to_string(request.devices.size()) +
                                 " devices, the job has " + std::to_string(request.ranks) +
                                 " ranks",
                             "give one device per rank, or change the degrees of parallelism");
    }
    std::set<DeviceId> seen;
    for (const DeviceId device : request.devices)
    {
        const std::string name = "device " + std::to_string(device.Value());
        if (device.Value() >= topology.Devices())
        {
            throw ParameterError("placement",
                                 name + " does not exist",
                                 "the topology has devices 0 to " +
                                     std::to_string(topology.Devices() - 1));
        }
        if (!seen.insert(device).second)
        {
            throw ParameterError("placement", name + " is listed twice", "one rank per device");
        }
        if (!std::binary_search(request.free.begin(), request.free.end(), device))
        {
            throw ParameterError("placement",
                                 name + " is taken by another job",
                                 "choose a free device");
        }
    }
    return request.devices;
}

} // namespace

const std::vector<PlacementEntry>&
PlacementEntries()
{
    static const std::vector<PlacementEntry> ENTRIES{
        {"packed", "tensor-parallel groups fill host after host"},
        {"spread", "tensor-parallel groups go round-robin over leaves, then over hosts"},
        {"random", "tensor-parallel groups go to random hosts, by the scenario's seed"},
        {"explicit", "a list of devices, one per rank"}};
    return ENTRIES;
}

std::vector<DeviceId>
Place(const Topology& topology, const PlacementRequest& request)
{
    ECHELON_REQUIRE(request.block > 0 && request.ranks % request.block == 0,
                    "ranks come in whole blocks");
    ECHELON_REQUIRE(std::is_sorted(request.free.begin(), request.free.end()),
                    "free devices are in order");
    std::vector<std::string> names;
    for (const PlacementEntry& entry : PlacementEntries())
    {
        names.push_back(entry.name);
    }
    if (std::find(names.begin(), names.end(), request.policy) == names.end())
    {
        const std::string closest = ClosestMatch(request.policy, names);
        throw ParameterError("placement",
                             "unknown placement \"" + request.policy + "\"",
                             closest.empty() ? "known: packed, spread, random, a list of devices"
                                             : "did you mean \"" + closest + "\"?");
    }
    if (request.policy == "explicit")
    {
        return PlaceExplicit(topology, request);
    }
    if (request.free.size() < request.ranks)
    {
        throw ParameterError("placement",
                             "the job needs " + std::to_string(request.ranks) + " devices, " +
                                 std::to_string(request.free.size()) + " are free",
                             "use a larger topology or smaller degrees of parallelism");
    }
    std::vector<Slot> slots = CutIntoSlots(topology, request.free, request.block);
    if (slots.size() * request.block < request.ranks)
    {
        slots = CutIntoSlots(topology, request.free, 1);
    }
    if (request.policy == "spread")
    {
        Spread(topology, slots);
    }
    else if (request.policy == "random")
    {
        RandomStream(request.seed, "placement/" + request.job).Shuffle(slots);
    }
    std::vector<DeviceId> devices;
    for (const Slot& slot : slots)
    {
        devices.insert(devices.end(), slot.begin(), slot.end());
    }
    devices.resize(request.ranks);
    return devices;
}

} // namespace echelon
