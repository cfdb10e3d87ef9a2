// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/link-senders.h"

namespace echelon
{

std::uint32_t
LinkSenders::Begin(GroupId group, Time now, std::uint32_t lane)
{
    const auto [entry, isNew] = m_place.try_emplace({group, lane}, 0);
    if (isNew)
    {
        if (m_free.empty())
        {
            m_free.push_back(static_cast<std::uint32_t>(m_groups.size()));
            m_groups.emplace_back();
        }
        entry->second = m_free.back();
        m_free.pop_back();
        Group& begun = m_groups[entry->second];
        begun = {};
        begun.since = now;
        begun.group = group;
        begun.lane = lane;
        begun.rank = NO_RANK;
        if (m_sending < MAX_SENDERS)
        {
            begun.rank = static_cast<std::uint32_t>(m_ranked.size());
            m_ranked.push_back(entry->second);
        }
    }
    Group& sender = m_groups[entry->second];
    m_sending += sender.flows == 0 && sender.rank != NO_RANK ? 1 : 0;
    ++sender.flows;
    return entry->second;
}

void
LinkSenders::Join(std::uint32_t place, Time now, std::int64_t copies)
{
    Group& group = m_groups[place];
    group.sent -= copies * m_lanes->Sent(group.lane, now);
    group.copies += copies;
    ChangeTotal(now, copies * m_lanes->Rate(group.lane));
}

void
LinkSenders::End(std::uint32_t place)
{
    Group& group = m_groups[place];
    --group.flows;
    if (group.flows > 0)
    {
        return;
    }
    if (group.rank != NO_RANK)
    {
        --m_sending;
        return;
    }
    m_place.erase({group.group, group.lane});
    m_free.push_back(place);
}

std::optional<std::size_t>
LinkSenders::RankOf(GroupId group, std::uint32_t lane) const
{
    const auto found = m_place.find({group, lane});
    if (found == m_place.end() || m_groups[found->second].rank == NO_RANK)
    {
        return std::nullopt;
    }
    return m_groups[found->second].rank;
}

const LinkSenders::Sent&
LinkSenders::SentUntil(Time now)
{
    if (!m_sent || m_sentUntil != now)
    {
        Totals sent;
        sent.byRank.reserve(m_ranked.size());
        for (const std::uint32_t place : m_ranked)
        {
            sent.byRank.push_back(SentBy(m_groups[place], now));
        }
        sent.all = m_allSent + Wide(m_total) * (now - m_allSince).Picoseconds();
        m_sent = std::make_shared<const Totals>(std::move(sent));
        m_sentUntil = now;
        m_base.reset();
    }
    return m_sent;
}

const std::vector<double>&
LinkSenders::SentSince(const Sent& base, Time now)
{
    const Totals& sent = *SentUntil(now);
    if (m_base != base)
    {
        m_base = base;
        m_since.resize(sent.byRank.size() + 1);
        Wide others = sent.all - base->all;
        for (std::size_t rank = 0; rank < sent.byRank.size(); ++rank)
        {
            // Integrals of groups that came later started at 0.
            const Wide before = rank < base->byRank.size() ? base->byRank[rank] : 0;
            m_since[rank] = static_cast<double>(sent.byRank[rank] - before);
            others -= sent.byRank[rank] - before;
        }
        m_since.back() = static_cast<double>(others);
    }
    return m_since;
}

void
LinkSenders::Compact()
{
    std::size_t kept = 0;
    for (const std::uint32_t place : m_ranked)
    {
        Group& group = m_groups[place];
        if (group.flows > 0)
        {
            group.rank = static_cast<std::uint32_t>(kept);
            m_ranked[kept++] = place;
        }
        else
        {
            m_place.erase({group.group, group.lane});
            m_free.push_back(place);
        }
    }
    m_ranked.resize(kept);
    m_sent.reset();
    m_base.reset();
}

} // namespace echelon
