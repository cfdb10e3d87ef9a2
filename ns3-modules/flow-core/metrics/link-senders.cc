// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/link-senders.h"

namespace echelon
{

std::uint32_t
LinkSenders::Begin(GroupId group, Time now)
{
    const auto [entry, isNew] = m_place.try_emplace(group, 0);
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
        begun.rank = static_cast<std::uint32_t>(m_ranked.size());
        m_ranked.push_back(entry->second);
    }
    Group& sender = m_groups[entry->second];
    m_sending += sender.flows == 0 ? 1 : 0;
    ++sender.flows;
    return entry->second;
}

std::optional<std::size_t>
LinkSenders::RankOf(GroupId group) const
{
    const auto found = m_place.find(group);
    if (found == m_place.end())
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
        std::vector<Wide> sent;
        sent.reserve(m_ranked.size());
        for (const std::uint32_t place : m_ranked)
        {
            sent.push_back(SentBy(m_groups[place], now));
        }
        m_sent = std::make_shared<const std::vector<Wide>>(std::move(sent));
        m_sentUntil = now;
        m_base.reset();
    }
    return m_sent;
}

const std::vector<double>&
LinkSenders::SentSince(const Sent& base, Time now)
{
    const std::vector<Wide>& sent = *SentUntil(now);
    if (m_base != base)
    {
        m_base = base;
        m_since.resize(sent.size());
        for (std::size_t rank = 0; rank < sent.size(); ++rank)
        {
            // Integrals of groups that came later started at 0.
            const Wide before = rank < base->size() ? (*base)[rank] : 0;
            m_since[rank] = static_cast<double>(sent[rank] - before);
        }
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
            m_place.erase(group.group);
            m_free.push_back(place);
        }
    }
    m_ranked.resize(kept);
    m_sent.reset();
    m_base.reset();
}

} // namespace echelon
