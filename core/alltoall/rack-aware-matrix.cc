// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/rack-aware-matrix.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <utility>

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

    std::int64_t Busier(std::size_t at) const
    {
        return std::max(sends[at], receives[at]);
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

/// The ranks of each rack, and how many of them may use its uplinks at once.
class Racks
{
  public:
    Racks(const std::vector<std::uint32_t>& rackOf, std::uint32_t perRack)
        : m_members(1 + *std::max_element(rackOf.begin(), rackOf.end())),
          m_perRack(perRack)
    {
        for (std::uint32_t i = 0; i < rackOf.size(); ++i)
        {
            m_members[rackOf[i]].push_back(i);
        }
    }

    std::uint32_t Count() const
    {
        return static_cast<std::uint32_t>(m_members.size());
    }

    const std::vector<std::uint32_t>& Members(std::uint32_t rack) const
    {
        return m_members[rack];
    }

    std::uint32_t Slots(std::uint32_t rack) const
    {
        return m_perRack == 0 ? Size(rack) : std::min(m_perRack, Size(rack));
    }

    /// Ranks that have no slot.
    std::uint32_t Homes(std::uint32_t rack) const
    {
        return Size(rack) - Slots(rack);
    }

  private:
    std::uint32_t Size(std::uint32_t rack) const
    {
        return static_cast<std::uint32_t>(m_members[rack].size());
    }

    std::vector<std::vector<std::uint32_t>> m_members;
    std::uint32_t m_perRack;
};

/// A pair of ranks of one rack and the load of its busier port.
struct InsidePair
{
    std::int64_t load;
    std::uint32_t source;
    std::uint32_t destination;
    std::uint32_t rack;
};

/// The traffic inside racks, the busiest ports' first.
std::vector<InsidePair>
PairsInside(const Racks& racks, const std::vector<std::int64_t>& time, const Loads& ports)
{
    const std::size_t n = ports.sends.size();
    std::vector<InsidePair> pairs;
    for (std::uint32_t rack = 0; rack < racks.Count(); ++rack)
    {
        for (const std::uint32_t i : racks.Members(rack))
        {
            for (const std::uint32_t j : racks.Members(rack))
            {
                if (time[i * n + j] > 0)
                {
                    pairs.push_back({std::max(ports.sends[i], ports.receives[j]), i, j, rack});
                }
            }
        }
    }
    std::sort(pairs.begin(), pairs.end(), [](const InsidePair& a, const InsidePair& b) {
        return std::tie(b.load, a.source, a.destination) <
               std::tie(a.load, b.source, b.destination);
    });
    return pairs;
}

/// Moves from the cells to `inside` what the slots of the racks have no time for.
void
LeaveInside(const Racks& racks, ExtendedMatrix& matrix, Loads& ports, Loads& uplinks)
{
    const std::size_t n = ports.sends.size();
    matrix.inside.assign(n * n, 0);
    for (const auto& [load, source, destination, rack] : PairsInside(racks, matrix.cells, ports))
    {
        std::int64_t& cell = matrix.cells[source * n + destination];
        const std::int64_t open = racks.Slots(rack) * matrix.horizon - uplinks.Busier(rack);
        const std::int64_t counted = racks.Homes(rack) == 0 ? cell : std::min(open, cell);
        const std::int64_t left = cell - counted;
        uplinks.Add(rack, rack, counted);
        ports.Add(source, destination, -left);
        matrix.inside[source * n + destination] = left;
        cell = counted;
    }
}

/// Adds the rows and columns of the homes, which are filled with what the ranks lack to the
/// horizon.
void
AddHomes(const Racks& racks, ExtendedMatrix& matrix, const Loads& ports)
{
    const auto n = static_cast<std::uint32_t>(ports.sends.size());
    matrix.size = n;
    for (std::uint32_t rack = 0; rack < racks.Count(); ++rack)
    {
        matrix.size += racks.Homes(rack);
    }
    const std::size_t size = matrix.size;
    std::vector<std::int64_t> cells(size * size, 0);
    std::vector<std::int64_t> sendIdle(n);
    std::vector<std::int64_t> receiveIdle(n);
    for (std::size_t i = 0; i < n; ++i)
    {
        sendIdle[i] = matrix.horizon - ports.sends[i];
        receiveIdle[i] = matrix.horizon - ports.receives[i];
        std::copy_n(matrix.cells.begin() + i * n, n, cells.begin() + i * size);
    }
    const auto sent = [&](std::uint32_t rank, std::uint32_t home) -> std::int64_t& {
        return cells[rank * size + home];
    };
    const auto received = [&](std::uint32_t rank, std::uint32_t home) -> std::int64_t& {
        return cells[home * size + rank];
    };
    std::uint32_t next = n;
    for (std::uint32_t rack = 0; rack < racks.Count(); ++rack)
    {
        if (racks.Homes(rack) > 0)
        {
            std::vector<std::uint32_t> homes(racks.Homes(rack));
            std::iota(homes.begin(), homes.end(), next);
            next += racks.Homes(rack);
            FillHomes(racks.Members(rack), homes, matrix.horizon, sendIdle, sent);
            FillHomes(racks.Members(rack), homes, matrix.horizon, receiveIdle, received);
        }
    }
    matrix.cells = std::move(cells);
}

} // namespace

ExtendedMatrix
ExtendWithHomeSlots(std::uint32_t n,
                    const std::vector<std::int64_t>& time,
                    const std::vector<std::uint32_t>& rackOf,
                    std::uint32_t perRack,
                    std::int64_t leastHorizon)
{
    const Racks racks(rackOf, perRack);
    Loads ports(n);
    Loads uplinks(racks.Count());
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
    result.cells = time;
    result.horizon = std::max(leastHorizon, ports.Largest());
    for (std::uint32_t rack = 0; rack < racks.Count(); ++rack)
    {
        const std::int64_t slots = racks.Slots(rack);
        if (slots > 0)
        {
            result.horizon = std::max(result.horizon, (uplinks.Busier(rack) + slots - 1) / slots);
        }
    }
    LeaveInside(racks, result, ports, uplinks);
    AddHomes(racks, result, ports);
    return result;
}

} // namespace echelon
