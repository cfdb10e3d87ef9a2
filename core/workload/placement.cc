// SPDX-License-Identifier: GPL-2.0-only
#include "workload/placement.h"

#include "base/contracts.h"
#include "base/parameters.h"
#include "base/random.h"

#include <algorithm>
#include <set>
#include <utility>

namespace echelon
{

namespace
{

/// The free devices of one host.
struct Room
{
    HostId host;
    std::vector<DeviceId> devices;

    std::size_t Blocks(std::uint32_t block) const
    {
        return devices.size() / block;
    }
};

std::vector<Room>
RoomsOf(const Topology& topology, const std::vector<DeviceId>& free)
{
    std::vector<Room> rooms;
    for (const DeviceId device : free)
    {
        const HostId host = topology.HostOf(device);
        if (rooms.empty() || rooms.back().host != host)
        {
            rooms.push_back({host, {}});
        }
        rooms.back().devices.push_back(device);
    }
    return rooms;
}

/// The k-th free host of every leaf comes before the (k+1)-th of any; after them, likewise, the
/// hosts that are begun, which must not take up a leaf's turn.
void
SpreadOverLeaves(const Topology& topology, std::vector<Room>& rooms)
{
    std::vector<std::size_t> free(topology.GetShape().racks, 0);
    std::vector<std::size_t> begun(topology.GetShape().racks, 0);
    std::vector<std::pair<std::pair<bool, std::size_t>, Room>> turns;
    for (Room& room : rooms)
    {
        const bool isBegun = room.devices.size() < topology.GetShape().devicesPerHost;
        const std::size_t turn = (isBegun ? begun : free)[topology.RackOf(room.host)]++;
        turns.emplace_back(std::pair(isBegun, turn), std::move(room));
    }
    std::stable_sort(turns.begin(), turns.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    rooms.clear();
    for (auto& [turn, room] : turns)
    {
        rooms.push_back(std::move(room));
    }
}

/// Hands out the devices of rooms in the order of the policy.
class Rooms
{
  public:
    /// A block that no host can hold is placed rank by rank, in whole hosts all the same.
    Rooms(std::vector<Room> rooms, std::uint32_t devicesPerHost, std::uint32_t block)
        : m_rooms(std::move(rooms)),
          m_devicesPerHost(devicesPerHost),
          m_block(block <= devicesPerHost ? block : 1)
    {
    }

    std::vector<DeviceId> Take(std::size_t ranks)
    {
        const std::size_t perHost = m_devicesPerHost / m_block;
        std::size_t blocks = ranks / m_block;
        for (Room& room : m_rooms)
        {
            if (blocks >= perHost && room.devices.size() == m_devicesPerHost)
            {
                blocks -= TakeBlocks(room, perHost);
            }
        }
        if (Room* const room = blocks < perHost ? RoomForRest(blocks) : nullptr)
        {
            blocks -= TakeBlocks(*room, blocks);
        }
        for (Room& room : m_rooms)
        {
            blocks -= TakeBlocks(room, std::min(blocks, room.Blocks(m_block)));
        }
        // No host has room for another block: its ranks are placed one by one.
        for (Room& room : m_rooms)
        {
            TakeDevices(room, std::min(ranks - m_taken.size(), room.devices.size()));
        }
        return m_taken;
    }

  private:
    /// The fullest host with room for so many blocks: whole hosts stay whole where they can.
    Room* RoomForRest(std::size_t blocks)
    {
        Room* best = nullptr;
        for (Room& room : m_rooms)
        {
            const bool fits = blocks > 0 && room.Blocks(m_block) >= blocks;
            if (fits && (best == nullptr || room.devices.size() < best->devices.size()))
            {
                best = &room;
            }
        }
        return best;
    }

    std::size_t TakeBlocks(Room& room, std::size_t blocks)
    {
        TakeDevices(room, blocks * m_block);
        return blocks;
    }

    void TakeDevices(Room& room, std::size_t devices)
    {
        const auto end = room.devices.begin() + static_cast<std::ptrdiff_t>(devices);
        m_taken.insert(m_taken.end(), room.devices.begin(), end);
        room.devices.erase(room.devices.begin(), end);
    }

    std::vector<Room> m_rooms;
    std::uint32_t m_devicesPerHost;
    std::uint32_t m_block;
    std::vector<DeviceId> m_taken;
};

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
        {"packed", "whole hosts, the first that are free"},
        {"spread", "whole hosts, round-robin over the leaves"},
        {"random", "whole hosts, in random order by the scenario's seed"},
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
    const std::vector<std::string> names = NamesOf(PlacementEntries());
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
    std::vector<Room> rooms = RoomsOf(topology, request.free);
    if (request.policy == "spread")
    {
        SpreadOverLeaves(topology, rooms);
    }
    else if (request.policy == "random")
    {
        RandomStream(request.seed, "placement/" + request.job).Shuffle(rooms);
    }
    return Rooms(std::move(rooms), topology.GetShape().devicesPerHost, request.block)
        .Take(request.ranks);
}

std::size_t
StraddlingBlocks(const Topology& topology,
                 const std::vector<DeviceId>& devices,
                 std::uint32_t block)
{
    std::size_t count = 0;
    for (std::size_t first = 0; first < devices.size(); first += block)
    {
        const HostId host = topology.HostOf(devices[first]);
        for (std::size_t i = first + 1; i < first + block; ++i)
        {
            if (topology.HostOf(devices[i]) != host)
            {
                ++count;
                break;
            }
        }
    }
    return count;
}

} // namespace echelon
