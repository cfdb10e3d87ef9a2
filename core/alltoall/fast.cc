// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/fast.h"

#include "alltoall/entry-durations.h"
#include "alltoall/transmission-plan.h"
#include "base/contracts.h"
#include "base/parameters.h"
#include "matching/birkhoff.h"

#include <algorithm>
#include <fmt/format.h>

namespace echelon
{

namespace
{

class Planner
{
  public:
    Planner(const TrafficMatrix& traffic, const PlanningFabric& fabric)
        : m_inside(InsideServers(traffic, fabric)),
          m_perServer(RanksPerServer(fabric)),
          m_servers(traffic.Size() / m_perServer),
          m_held(traffic.Size(), std::vector<Bytes>(traffic.Size(), 0)),
          m_cursor(traffic.Size(), std::vector<std::uint32_t>(m_servers, 0))
    {
        for (const auto& [source, destination, bytes] : traffic.Entries())
        {
            m_held[source][destination] = bytes;
        }
    }

    TransmissionPlan Run(double gap)
    {
        std::vector<std::int64_t> between(std::size_t{m_servers} * m_servers, 0);
        Stage balancing;
        for (std::uint32_t from = 0; from < m_servers; ++from)
        {
            for (std::uint32_t to = 0; to < m_servers; ++to)
            {
                if (from != to)
                {
                    between[std::size_t{from} * m_servers + to] = Balance(from, to, balancing);
                }
            }
        }
        std::vector<WeightedMatching> matchings = DecomposeIntoMatchings(m_servers, between, gap);
        std::stable_sort(matchings.begin(),
                         matchings.end(),
                         [](const WeightedMatching& a, const WeightedMatching& b) {
                             return a.duration < b.duration;
                         });
        std::vector<Stage> stages(1);
        std::vector<std::int64_t> carried(between.size(), 0);
        Stage arrived; // to be redistributed beside the next matching
        for (const WeightedMatching& matching : matchings)
        {
            Stage next;
            for (const MatchedCell& part : matching.cells)
            {
                const std::size_t cell = std::size_t{part.row} * m_servers + part.column;
                Carry(part, carried[cell], between[cell], stages.back(), next);
                carried[cell] += part.amount;
            }
            Append(stages.back(), arrived);
            arrived = std::move(next);
            stages.emplace_back();
        }
        Append(stages.back(), arrived);
        Append(stages.front(), m_inside);
        stages.insert(stages.begin(), std::move(balancing));
        std::for_each(stages.begin(), stages.end(), SortStage);
        return {m_servers * m_perServer, StartRule::EXCLUSIVE, WithoutEmpty(std::move(stages))};
    }

  private:
    static std::uint32_t RanksPerServer(const PlanningFabric& fabric)
    {
        std::vector<std::uint32_t> sizes;
        for (std::uint32_t rank = 0; rank < fabric.Ranks(); ++rank)
        {
            if (rank == 0 || !fabric.SameServer(rank - 1, rank))
            {
                sizes.push_back(0);
            }
            ++sizes.back();
        }
        for (const std::uint32_t size : sizes)
        {
            if (size != sizes.front())
            {
                throw ParameterError(
                    "order",
                    fmt::format("order \"fast\" needs servers of equally many ranks, not {} and {}",
                                sizes.front(),
                                size),
                    "use whole servers, or another order");
            }
        }
        return sizes.front();
    }

    static void Append(Stage& stage, const Stage& more)
    {
        stage.transmissions.insert(stage.transmissions.end(),
                                   more.transmissions.begin(),
                                   more.transmissions.end());
    }

    /// The k-th part of what a pair of servers carries, up to `carried` of `all`.
    Bytes ShareUpTo(std::uint32_t k, std::int64_t carried, std::int64_t all) const
    {
        const Bytes share = PartOf(all, k + 1, m_perServer) - PartOf(all, k, m_perServer);
        return PartOf(share, carried, all);
    }

    /// Moves bytes for server `to` inside server `from` until each rank holds its share. @returns
    /// the bytes from server to server.
    Bytes Balance(std::uint32_t from, std::uint32_t to, Stage& balancing)
    {
        std::vector<Bytes> surplus(m_perServer, 0);
        Bytes all = 0;
        for (std::uint32_t k = 0; k < m_perServer; ++k)
        {
            for (std::uint32_t t = 0; t < m_perServer; ++t)
            {
                surplus[k] += m_held[from * m_perServer + k][to * m_perServer + t];
            }
            all += surplus[k];
        }
        if (all == 0)
        {
            return 0;
        }
        for (std::uint32_t k = 0; k < m_perServer; ++k)
        {
            surplus[k] -= ShareUpTo(k, all, all);
        }
        std::uint32_t taker = 0;
        for (std::uint32_t giver = 0; giver < m_perServer; ++giver)
        {
            while (surplus[giver] > 0)
            {
                while (surplus[taker] >= 0)
                {
                    ++taker;
                }
                const Bytes bytes = std::min(surplus[giver], -surplus[taker]);
                Move(from, to, giver, taker, bytes, balancing);
                surplus[giver] -= bytes;
                surplus[taker] += bytes;
            }
        }
        return all;
    }

    /// First those that end at the peer of the taker, which will not be redistributed; last those
    /// that end at the giver's.
    void Move(std::uint32_t from,
              std::uint32_t to,
              std::uint32_t giver,
              std::uint32_t taker,
              Bytes bytes,
              Stage& balancing)
    {
        const std::uint32_t source = from * m_perServer + giver;
        const std::uint32_t relay = from * m_perServer + taker;
        for (std::uint32_t i = 0; i <= m_perServer && bytes > 0; ++i)
        {
            const std::uint32_t index = i == 0             ? taker
                                        : i == m_perServer ? giver
                                                           : (giver + i) % m_perServer;
            const std::uint32_t target = to * m_perServer + index;
            const Bytes moved = std::min(bytes, m_held[source][target]);
            if (moved > 0)
            {
                m_held[source][target] -= moved;
                m_held[relay][target] += moved;
                bytes -= moved;
                balancing.transmissions.push_back({source, relay, moved, target});
            }
        }
    }

    /// A part of what goes from server to server: rank k to rank k, and on from there.
    void Carry(const MatchedCell& part,
               std::int64_t carried,
               std::int64_t all,
               Stage& stage,
               Stage& redistribution)
    {
        for (std::uint32_t k = 0; k < m_perServer; ++k)
        {
            const std::uint32_t source = part.row * m_perServer + k;
            const std::uint32_t peer = part.column * m_perServer + k;
            Bytes bytes = ShareUpTo(k, carried + part.amount, all) - ShareUpTo(k, carried, all);
            // Targets in turn, from the peer's neighbour on; the peer's own bytes come last, so
            // that little is left to redistribute after the last matching.
            std::uint32_t& turn = m_cursor[source][part.column];
            while (bytes > 0)
            {
                const std::uint32_t target =
                    part.column * m_perServer + (k + 1 + turn) % m_perServer;
                const Bytes sent = std::min(bytes, m_held[source][target]);
                if (sent > 0)
                {
                    m_held[source][target] -= sent;
                    bytes -= sent;
                    stage.transmissions.push_back({source, peer, sent, target});
                    if (target != peer)
                    {
                        redistribution.transmissions.push_back({peer, target, sent, target});
                    }
                }
                if (m_held[source][target] == 0)
                {
                    ++turn;
                    ECHELON_ENSURE(turn <= m_perServer, "a rank holds what it is to send");
                }
            }
        }
    }

    Stage m_inside; ///< what stays in the servers
    std::uint32_t m_perServer;
    std::uint32_t m_servers;
    /// By rank and target; what has been sent to other servers is gone.
    std::vector<std::vector<Bytes>> m_held;
    /// By rank and server: how many of its ranks have all that they get from this one.
    std::vector<std::vector<std::uint32_t>> m_cursor;
};

} // namespace

TransmissionPlan
PlanFast(const TrafficMatrix& traffic, const PlanningFabric& fabric, const OrderOptions& options)
{
    return Planner(traffic, fabric).Run(options.gap);
}

} // namespace echelon
