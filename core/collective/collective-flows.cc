// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collective-flows.h"

#include "base/parameters.h"

#include <algorithm>
#include <unordered_map>

namespace echelon
{

namespace
{

/// The bytes of one pair of devices, which are counted in 64 bits.
Bytes
Sum(Bytes a, Bytes b)
{
    Bytes sum = 0;
    if (__builtin_add_overflow(a, b, &sum))
    {
        throw ParameterError("bytes",
                             "two ranks would exchange more bytes than 64 bits count",
                             "use less data");
    }
    return sum;
}

/// Collects flows; those of one pair of devices are summed.
class PairSums
{
  public:
    /// @param repeats whether a pair can come more than once.
    PairSums(std::vector<PairFlow>& flows, bool repeats)
        : m_flows(flows),
          m_repeats(repeats)
    {
    }

    void Add(std::pair<DeviceId, DeviceId> ends, Bytes bytes)
    {
        if (bytes == 0)
        {
            return;
        }
        if (m_repeats)
        {
            const std::uint64_t pair =
                (std::uint64_t{ends.first.Value()} << 32) | ends.second.Value();
            const auto [it, isNew] = m_indices.try_emplace(pair, m_flows.size());
            if (!isNew)
            {
                Bytes& sum = m_flows[it->second].bytes;
                sum = Sum(sum, bytes);
                return;
            }
        }
        m_flows.push_back({ends.first, ends.second, bytes});
    }

  private:
    std::vector<PairFlow>& m_flows;
    bool m_repeats;
    std::unordered_map<std::uint64_t, std::size_t> m_indices; ///< by pair; looked up only
};

CollectiveFlows
RingFlows(const Topology& topology,
          const std::vector<DeviceId>& ranks,
          const Channels& channels,
          CollectiveKind kind,
          Bytes bytes)
{
    const auto n = static_cast<std::uint32_t>(ranks.size());
    const auto count = static_cast<std::uint32_t>(channels.orders.size());
    CollectiveFlows collective;
    if (n == 1)
    {
        return collective;
    }
    collective.steps = StepsOfRing(kind, n);
    PairSums sums(collective.flows, count > 1);
    for (std::uint32_t channel = 0; channel < count; ++channel)
    {
        const std::vector<std::uint32_t>& order = channels.orders[channel];
        const auto part = [&](std::uint32_t rank) {
            const auto [begin, end] = RingPart(bytes, n, rank, count, channel);
            return end - begin;
        };
        Bytes all = 0;
        for (const std::uint32_t rank : order)
        {
            all += part(rank);
        }
        for (std::uint32_t at = 0; at < n; ++at)
        {
            const std::uint32_t next = order[(at + 1) % n];
            // A rank keeps its own part from the reduction, and needs not tell the next one's.
            const Bytes reduced = kind == CollectiveKind::ALL_GATHER ? 0 : all - part(order[at]);
            const Bytes gathered = kind == CollectiveKind::REDUCE_SCATTER ? 0 : all - part(next);
            sums.Add(EndsOf(channels, topology, ranks, channel, order[at], next),
                     Sum(reduced, gathered));
        }
    }
    return collective;
}

} // namespace

CollectiveFlows
FlowsOf(const Topology& topology,
        const std::vector<DeviceId>& ranks,
        const Channels& channels,
        CollectiveKind kind,
        CollectiveAlgorithm algorithm,
        Bytes bytes)
{
    return IsRing(kind, algorithm) ? RingFlows(topology, ranks, channels, kind, bytes)
                                   : FlowsOf(topology,
                                             ranks,
                                             channels,
                                             MakeSchedule(kind, algorithm, channels.orders, bytes));
}

CollectiveFlows
FlowsOf(const Topology& topology,
        const std::vector<DeviceId>& ranks,
        const Channels& channels,
        const CollectiveSchedule& schedule)
{
    CollectiveFlows collective;
    collective.steps = schedule.steps;
    collective.forwards = schedule.forwards;
    // In an all-to-all every pair talks once.
    PairSums sums(collective.flows, schedule.forwards);
    for (const Transfer& t : schedule.transfers)
    {
        sums.Add(EndsOf(channels, topology, ranks, t.channel, t.source, t.destination), t.Size());
    }
    return collective;
}

Time
LaterLatencies(const Topology& topology, const CollectiveFlows& collective)
{
    Time longest;
    if (!collective.forwards || collective.steps <= 1)
    {
        return longest;
    }
    for (const PairFlow& flow : collective.flows)
    {
        // Equal-cost paths have equal delays, so any key will do.
        longest =
            std::max(longest, topology.Delay(topology.Route(flow.source, flow.destination, 0)));
    }
    return (collective.steps - 1) * longest;
}

} // namespace echelon
