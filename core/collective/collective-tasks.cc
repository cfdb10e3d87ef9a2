// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collective-tasks.h"

#include "collective/collective-flows.h"

namespace echelon
{

/// The barriers around `moves`, or the one of a collective that nothing goes before or behind.
static double
WithBarriers(double moves, std::size_t ranks, const CollectiveStyle& style, bool awaits)
{
    if (moves == 0)
    {
        return awaits ? 0 : 1;
    }
    return moves + (style.granularity == Granularity::FLOW ? 2.0 : static_cast<double>(ranks));
}

CollectiveTasks::CollectiveTasks(const Topology& topology,
                                 std::vector<DeviceId> ranks,
                                 const CollectiveStyle& style)
    : m_topology(topology),
      m_ranks(std::move(ranks)),
      m_style(style),
      m_channels(ChannelsOf(topology, m_ranks))
{
}

double
CollectiveTasks::Of(CollectiveKind kind, Bytes bytes, bool awaits)
{
    if (kind == CollectiveKind::ALL_TO_ALL)
    {
        const std::size_t n = m_ranks.size();
        double flows = 0;
        for (std::uint32_t part = 0; part < n; ++part)
        {
            const auto parts = static_cast<std::uint32_t>(n);
            flows += EntryFlows(PartBegin(bytes, parts, part + 1) - PartBegin(bytes, parts, part),
                                m_style);
        }
        return AllToAllTasks(flows * static_cast<double>(n - 1), n, m_style, awaits);
    }
    const auto [it, isNew] = m_moves.try_emplace({kind, bytes}, 0);
    if (isNew)
    {
        it->second = Moves(kind, bytes);
    }
    return WithBarriers(it->second, m_ranks.size(), m_style, awaits);
}

double
CollectiveTasks::Moves(CollectiveKind kind, Bytes bytes) const
{
    const Channels channels = HasChannels(kind) ? m_channels : OneChannel(m_ranks);
    if (m_style.granularity == Granularity::FLOW)
    {
        const CollectiveFlows collective =
            FlowsOf(m_topology, m_ranks, channels, kind, m_style.allReduce, bytes);
        const bool delays =
            !collective.flows.empty() && LaterLatencies(m_topology, collective) > Time();
        return static_cast<double>(collective.flows.size()) + (delays ? 1 : 0);
    }
    if (IsRing(kind, m_style.allReduce))
    {
        return RingMoves(kind, bytes);
    }
    double moves = 0;
    for (const Transfer& transfer :
         MakeSchedule(kind, m_style.allReduce, channels.orders, bytes).transfers)
    {
        moves += static_cast<double>(ChunksOf(transfer.Size(), ChunkBytesOf(m_style)));
    }
    return moves;
}

double
CollectiveTasks::RingMoves(CollectiveKind kind, Bytes bytes) const
{
    const auto n = static_cast<std::uint32_t>(m_ranks.size());
    const auto count = static_cast<std::uint32_t>(m_channels.orders.size());
    double parts = 0;
    for (std::uint32_t channel = 0; channel < count; ++channel)
    {
        for (std::uint32_t rank = 0; rank < n; ++rank)
        {
            const auto [begin, end] = RingPart(bytes, n, rank, count, channel);
            parts += static_cast<double>(ChunksOf(end - begin, ChunkBytesOf(m_style)));
        }
    }
    // Every part is sent once in every step.
    return parts * StepsOfRing(kind, n);
}

double
EntryFlows(Bytes bytes, const CollectiveStyle& style)
{
    if (style.PlansAllToAlls())
    {
        return bytes > 0 ? 1 : 0;
    }
    return static_cast<double>(ChunksOf(bytes, ChunkBytesOf(style)));
}

double
AllToAllTasks(double flows, std::size_t ranks, const CollectiveStyle& style, bool awaits)
{
    return style.PlansAllToAlls() ? flows : WithBarriers(flows, ranks, style, awaits);
}

} // namespace echelon
