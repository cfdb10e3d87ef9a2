// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/rack-aware-matrix.h"

#include <algorithm>
#include <cstddef>

namespace echelon
{

namespace
{

/// What a port or rack still has to do, sending and receiving.
struct Loads
{
    std::vector<std::int64_t> sends;
    std::vector<std::int64_t> receives;

    explicit Loads(std::size_t count)
        : sends(count, 0),
          receives(count, 0)
    {
    }

    void Add(std::size_t sender, std::size_t receiver, std::int64_t amount)
    {
        sends[sender] += amount;
        receives[receiver] += amount;
    }

    std::int64_t Largest() const
    {
        return std::max(*std::max_element(sends.begin(), sends.end()),
                        *std::max_element(receives.begin(), receives.end()));
    }
};

/// Gives the homes of a rack what its ranks have left, the same part of a rank's to each home.
/// @param open by row or column: what it lacks to the horizon. @param cellOf of (rank, home).
template <class CellOf>
void
FillHomes(const std::vector<std::uint32_t>& ranks,
          const std::vector<std::uint32_t>& homes,
          std::int64_t horizon,
          std::vector<std::int64_t>& open,
          CellOf cellOf)
{
    const auto count = static_cast<std::int64_t>(homes.size());
    std::int64_t needed = count * horizon;
    std::vector<std::int64_t> left(homes.size(), horizon);
    std::size_t next = 0;
    for (const std::uint32_t rank : ranks)
    {
        const std::int64_t given = std::min(open[rank], needed);
        needed -= given;
        open[rank] -= given;
        std::int64_t rest = given;
        for (std::size_t home = 0; home < homes.size(); ++home)
        {
            const std::int64_t part = std::min(given / count, left[home]);
            cellOf(rank, homes[home]) += part;
            left[home] -= part;
            rest -= part;
        }
        while (rest > 0)
        {
            const std::int64_t part = std::min(rest, left[next]);
            cellOf(rank, homes[next]) += part;
            left[next] -= part;
            rest -= part;
            next = left[next] == 0 ? next + 1 : next;
        }
    }
}

/// A pair of ranks of one rack and the load of its busier port.
struct InsidePair
{
    std::int64_t load;
    std::uint32_t source;
    std::uint32_t destination;
};

} // namespace

ExtendedMatrix
ExtendWithHomeSlots(std::uint32_t n,
                    const std::vector<std::int64_t>& time,
                    const std::vector<std::uint32_t>& rackOf,
                    std::uint32_t perRack,
                    std::int64_t leastHorizon)
{
    const std::uint32_t racks = 1 + *std::max_element(rackOf.begin(), rackOf.end());
    std::vector<std::vector<std::uint32_t>> members(racks);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        members[rackOf[i]].push_back(i);
    }
    const auto slotsOf = [&](std::uint32_t rack) {
        const auto size = static_cast<std::uint32_t>(members[rack].size());
        return perRack == 0 ? size : std::min(perRack, size);
    };

    Loads ports(n);
    Loads uplinks(racks);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            const std::int64_t amount = time[std::size_t{i} * n + j];
            ports.Add(i, j, amount);
            if (rackOf[i] != rackOf[j])
            {
                uplinks.Add(rackOf[i], rackOf[j], amount);
            }
        }
    }
    ExtendedMatrix result;
    result.horizon = std::max(leastHorizon, ports.Largest());
    for (std::uint32_t rack = 0; rack < racks; ++rack)
    {
        const std::int64_t busier = std::max(uplinks.sends[rack], uplinks.receives[rack]);
        if (members[rack].empty())
        {
            continue;
        }
        const std::int64_t slots = slotsOf(rack);
        result.horizon = std::max(result.horizon, (busier + slots - 1) / slots);
    }

    // Traffic inside racks, the busiest ports' first, while the slots have time for it.
    std::vector<InsidePair> pairs;
    std::vector<std::int64_t> direct = time;
    result.inside.assign(time.size(), 0);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (const std::uint32_t j : members[rackOf[i]])
        {
            if (time[std::size_t{i} * n + j] > 0)
            {
                pairs.push_back({std::max(ports.sends[i], ports.receives[j]), i, j});
            }
        }
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const InsidePair& a, const InsidePair& b) {
        return a.load > b.load;
    });
    for (const InsidePair& pair : pairs)
    {
        const std::uint32_t rack = rackOf[pair.source];
        const std::size_t cell = std::size_t{pair.source} * n + pair.destination;
        const std::int64_t open =
            slotsOf(rack) * result.horizon - std::max(uplinks.sends[rack], uplinks.receives[rack]);
        const std::int64_t counted =
            slotsOf(rack) == members[rack].size() ? time[cell] : std::min(open, time[cell]);
        uplinks.Add(rack, rack, counted);
        direct[cell] = counted;
        result.inside[cell] = time[cell] - counted;
        ports.sends[pair.source] -= result.inside[cell];
        ports.receives[pair.destination] -= result.inside[cell];
    }

    std::uint32_t homes = 0;
    for (std::uint32_t rack = 0; rack < racks; ++rack)
    {
        homes += static_cast<std::uint32_t>(members[rack].size()) - slotsOf(rack);
    }
    result.size = n + homes;
    result.cells.assign(std::size_t{result.size} * result.size, 0);
    std::vector<std::int64_t> sendIdle(n);
    std::vector<std::int64_t> receiveIdle(n);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        sendIdle[i] = result.horizon - ports.sends[i];
        receiveIdle[i] = result.horizon - ports.receives[i];
        std::copy_n(direct.begin() + std::size_t{i} * n,
                    n,
                    result.cells.begin() + std::size_t{i} * result.size);
    }
    std::uint32_t home = n;
    for (std::uint32_t rack = 0; rack < racks; ++rack)
    {
        std::vector<std::uint32_t> slots;
        for (std::uint32_t k = slotsOf(rack); k < members[rack].size(); ++k)
        {
            slots.push_back(home++);
        }
        if (slots.empty())
        {
            continue;
        }
        FillHomes(members[rack],
                  slots,
                  result.horizon,
                  sendIdle,
                  [&](std::uint32_t rank, std::uint32_t slot) -> std::int64_t& {
                      return result.cells[std::size_t{rank} * result.size + slot];
                  });
        FillHomes(members[rack],
                  slots,
                  result.horizon,
                  receiveIdle,
                  [&](std::uint32_t rank, std::uint32_t slot) -> std::int64_t& {
                      return result.cells[std::size_t{slot} * result.size + rank];
                  });
    }
    return result;
}

} // namespace echelon
