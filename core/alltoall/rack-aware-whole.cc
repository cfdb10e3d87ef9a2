// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/rack-aware-whole.h"

#include <algorithm>
#include <boost/dynamic_bitset.hpp>
#include <cstddef>
#include <functional>
#include <queue>
#include <tuple>

namespace echelon
{

namespace
{

using RankSet = boost::dynamic_bitset<>;

/// What gives transmissions their stages: later starts get later stages, equal starts may share
/// one.
struct Turn
{
    std::int64_t start = -1;
    std::uint32_t stage = 0; ///< of the last start

    std::uint32_t At(std::int64_t now) const
    {
        return start < 0 || start == now ? stage : stage + 1;
    }
};

/// One direction of a port.
struct Port
{
    std::int64_t work = 0; ///< that has not started
    bool free = true;
    Turn turn;
};

/// The uplinks of a rack in one direction.
struct Uplinks
{
    std::int64_t work = 0;                ///< that has not started
    std::uint32_t open = 0;               ///< transmissions that may still start
    std::vector<std::uint32_t> freeSlots; ///< by spine
    std::vector<Turn> turns;              ///< by spine
};

class ListScheduler
{
  public:
    ListScheduler(std::uint32_t n,
                  const std::vector<std::int64_t>& time,
                  const std::vector<std::uint32_t>& rackOf,
                  std::uint32_t spines,
                  const UplinkSlots& slots)
        : m_n(n),
          m_time(time),
          m_rackOf(rackOf),
          m_spines(spines),
          m_slots(slots),
          m_racks(1 + *std::max_element(rackOf.begin(), rackOf.end())),
          m_members(m_racks, RankSet(n)),
          m_waiting(n, RankSet(n)),
          m_freeReceivers(n),
          m_reachable(m_racks),
          m_senders(n),
          m_receivers(n)
    {
        const Uplinks idle{0,
                           slots.perRack,
                           std::vector<std::uint32_t>(spines, slots.slotsPerSpine),
                           std::vector<Turn>(spines)};
        m_out.assign(m_racks, idle);
        m_in.assign(m_racks, idle);
        for (std::uint32_t i = 0; i < n; ++i)
        {
            m_members[rackOf[i]].set(i);
            m_freeReceivers.set(i);
            for (std::uint32_t j = 0; j < n; ++j)
            {
                const std::int64_t amount = time[std::size_t{i} * n + j];
                m_waiting[i][j] = amount > 0;
                AddWork(i, j, amount);
            }
        }
    }

    WholeEntrySchedule Run()
    {
        std::int64_t now = 0;
        for (;;)
        {
            StartAllThatCan(now);
            if (m_running.empty())
            {
                return std::move(m_result);
            }
            now = m_running.top().end;
            while (!m_running.empty() && m_running.top().end == now)
            {
                End(m_result.entries[m_running.top().entry]);
                m_running.pop();
            }
        }
    }

  private:
    struct Running
    {
        std::int64_t end;
        std::size_t entry;

        bool operator>(const Running& other) const
        {
            return std::tie(end, entry) > std::tie(other.end, other.entry);
        }
    };

    bool Crosses(std::uint32_t source, std::uint32_t destination) const
    {
        return m_slots.blocking && m_rackOf[source] != m_rackOf[destination];
    }

    void AddWork(std::uint32_t source, std::uint32_t destination, std::int64_t amount)
    {
        m_senders[source].work += amount;
        m_receivers[destination].work += amount;
        if (Crosses(source, destination))
        {
            m_out[m_rackOf[source]].work += amount;
            m_in[m_rackOf[destination]].work += amount;
        }
    }

    /// What a port has to carry, or a slot of its rack if that is more.
    std::int64_t Load(std::int64_t port, const Uplinks& uplinks) const
    {
        return m_slots.blocking ? std::max(port, uplinks.work / m_slots.perRack) : port;
    }

    bool CanCross(const Uplinks& out, const Uplinks& in) const
    {
        if (out.open == 0 || in.open == 0)
        {
            return false;
        }
        std::uint32_t common = 0;
        for (std::uint32_t spine = 0; spine < m_spines; ++spine)
        {
            common += std::min(out.freeSlots[spine], in.freeSlots[spine]);
        }
        return common >= m_slots.parts;
    }

    /// Free receivers that a rack's senders can reach now.
    RankSet Reachable(std::uint32_t rack) const
    {
        RankSet set(m_freeReceivers.size());
        for (std::uint32_t other = 0; other < m_racks; ++other)
        {
            if (other == rack || !m_slots.blocking || CanCross(m_out[rack], m_in[other]))
            {
                set |= m_members[other];
            }
        }
        return set &= m_freeReceivers;
    }

    bool CanStart(std::uint32_t source) const
    {
        return m_reachable[m_rackOf[source]].intersects(m_waiting[source]);
    }

    void StartAllThatCan(std::int64_t now)
    {
        for (;;)
        {
            for (std::uint32_t rack = 0; rack < m_racks; ++rack)
            {
                m_reachable[rack] = Reachable(rack);
            }
            std::int64_t most = -1;
            std::uint32_t best = 0;
            for (std::uint32_t i = 0; i < m_n; ++i)
            {
                const std::int64_t load = Load(m_senders[i].work, m_out[m_rackOf[i]]);
                if (m_senders[i].free && load > most && CanStart(i))
                {
                    most = load;
                    best = i;
                }
            }
            if (most < 0)
            {
                return;
            }
            Start(best, ReceiverFor(best), now);
        }
    }

    std::uint32_t ReceiverFor(std::uint32_t source) const
    {
        std::tuple<std::int64_t, std::int64_t> most{-1, -1};
        std::uint32_t best = 0;
        const RankSet receivers = m_reachable[m_rackOf[source]] & m_waiting[source];
        for (std::size_t j = receivers.find_first(); j < m_n; j = receivers.find_next(j))
        {
            const std::tuple<std::int64_t, std::int64_t> load{
                Load(m_receivers[j].work, m_in[m_rackOf[j]]),
                m_time[std::size_t{source} * m_n + j]};
            if (load > most)
            {
                most = load;
                best = static_cast<std::uint32_t>(j);
            }
        }
        return best;
    }

    void Start(std::uint32_t source, std::uint32_t destination, std::int64_t now)
    {
        WholeEntry entry{source, destination, 0, {}};
        std::vector<Turn*> turns{&m_senders[source].turn, &m_receivers[destination].turn};
        if (Crosses(source, destination))
        {
            Uplinks& out = m_out[m_rackOf[source]];
            Uplinks& in = m_in[m_rackOf[destination]];
            --out.open;
            --in.open;
            for (std::uint32_t spine = 0; spine < m_spines; ++spine)
            {
                while (entry.spines.size() < m_slots.parts &&
                       std::min(out.freeSlots[spine], in.freeSlots[spine]) > 0)
                {
                    entry.spines.push_back(spine);
                    --out.freeSlots[spine];
                    --in.freeSlots[spine];
                    turns.push_back(&out.turns[spine]);
                    turns.push_back(&in.turns[spine]);
                }
            }
        }
        for (const Turn* turn : turns)
        {
            entry.stage = std::max(entry.stage, turn->At(now));
        }
        for (Turn* turn : turns)
        {
            *turn = {now, entry.stage};
        }
        m_senders[source].free = false;
        const std::int64_t amount = m_time[std::size_t{source} * m_n + destination];
        AddWork(source, destination, -amount);
        m_waiting[source].reset(destination);
        m_freeReceivers.reset(destination);
        m_result.stages = std::max(m_result.stages, entry.stage + 1);
        m_result.end = std::max(m_result.end, now + amount);
        m_running.push({now + amount, m_result.entries.size()});
        m_result.entries.push_back(std::move(entry));
    }

    void End(const WholeEntry& entry)
    {
        m_senders[entry.source].free = true;
        m_freeReceivers.set(entry.destination);
        if (Crosses(entry.source, entry.destination))
        {
            Uplinks& out = m_out[m_rackOf[entry.source]];
            Uplinks& in = m_in[m_rackOf[entry.destination]];
            ++out.open;
            ++in.open;
            for (const std::uint32_t spine : entry.spines)
            {
                ++out.freeSlots[spine];
                ++in.freeSlots[spine];
            }
        }
    }

    std::uint32_t m_n;
    const std::vector<std::int64_t>& m_time;
    const std::vector<std::uint32_t>& m_rackOf;
    std::uint32_t m_spines;
    UplinkSlots m_slots;
    std::uint32_t m_racks;
    std::vector<RankSet> m_members; ///< by rack
    std::vector<RankSet> m_waiting; ///< by sender: receivers of what has not started
    RankSet m_freeReceivers;
    std::vector<RankSet> m_reachable; ///< by rack
    std::vector<Port> m_senders;
    std::vector<Port> m_receivers; ///< `free` is m_freeReceivers
    std::vector<Uplinks> m_out;    ///< by rack
    std::vector<Uplinks> m_in;
    std::priority_queue<Running, std::vector<Running>, std::greater<>> m_running;
    WholeEntrySchedule m_result;
};

} // namespace

WholeEntrySchedule
ScheduleWholeEntries(std::uint32_t n,
                     const std::vector<std::int64_t>& time,
                     const std::vector<std::uint32_t>& rackOf,
                     std::uint32_t spines,
                     const UplinkSlots& slots)
{
    return ListScheduler(n, time, rackOf, spines, slots).Run();
}

} // namespace echelon
