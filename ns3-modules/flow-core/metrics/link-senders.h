// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The groups whose flows send on one link, and what each has sent: running integrals, from which
 * the integral over any interval is a difference.
 *
 *     auto place = senders.Begin(group, now);      // a flow of the group gets a rate
 *     senders.Change(place, now, +rate);
 *     const LinkSenders::Sent base = senders.SentUntil(now);
 *     senders.SentSince(base, later)[rank];        // by rank: 0 to Ranks() - 1
 *     senders.Change(place, now, -rate), senders.End(place);
 *
 * Rates are integers in a unit that the caller chooses, so that totals come back to 0 and integrals
 * (unit x picosecond, in 128 bits) are exact however long a run is. A group keeps its rank while
 * one of its flows sends, and until Compact() after that; integrals start at 0 with the rank.
 * Complexity: Begin O(log groups), Change and End O(1); SentUntil, SentSince and Compact O(ranks),
 * the first two O(1) when asked again. Memory: about 130 bytes a group, and 16 bytes a rank for
 * each result of SentUntil that is held.
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace echelon
{

class LinkSenders
{
  public:
    __extension__ using Wide = __int128;
    using Sent = std::shared_ptr<const std::vector<Wide>>; ///< unit x picosecond, by rank

    /// A flow of the group sends from now on. @returns the group's place, for Change and End; its
    /// own while one of its flows sends.
    std::uint32_t Begin(GroupId group, Time now);

    /// The group's rate changes by this much.
    void Change(std::uint32_t place, Time now, std::int64_t difference)
    {
        Group& changed = m_groups[place];
        changed.sent = SentBy(changed, now);
        changed.since = now;
        changed.rate += difference;
        m_total += difference;
    }

    /// A flow of the group has stopped.
    void End(std::uint32_t place)
    {
        --m_groups[place].flows;
        m_sending -= m_groups[place].flows == 0 ? 1 : 0;
    }

    /// Sum of the rates.
    std::int64_t Total() const
    {
        return m_total;
    }

    std::size_t Ranks() const
    {
        return m_ranked.size();
    }

    GroupId GroupAt(std::size_t rank) const
    {
        return m_groups[m_ranked[rank]].group;
    }

    /// Whether one of its flows sends.
    bool IsSending(std::size_t rank) const
    {
        return m_groups[m_ranked[rank]].flows > 0;
    }

    std::optional<std::size_t> RankOf(GroupId group) const;

    /// Those that have got a rank since the last call at this very instant may be missing, and have
    /// sent nothing. Good until Compact().
    const Sent& SentUntil(Time now);

    /// What was sent since SentUntil() gave `base`; the reference is good until the next call.
    const std::vector<double>& SentSince(const Sent& base, Time now);

    /// Whether most ranks are those of groups that send no more.
    bool IsSparse() const
    {
        return m_ranked.size() > 2 * m_sending + 16;
    }

    /// Takes their ranks from groups that do not send; the others keep their order.
    void Compact();

  private:
    struct Group
    {
        Wide sent = 0; ///< until `since`
        Time since;
        std::int64_t rate = 0;
        GroupId group;
        std::uint32_t flows = 0; ///< that send
        std::uint32_t rank = 0;
    };

    static Wide SentBy(const Group& group, Time now)
    {
        return group.sent + Wide(group.rate) * (now - group.since).Picoseconds();
    }

    std::vector<Group> m_groups;              ///< by place
    std::vector<std::uint32_t> m_free;        ///< places
    std::vector<std::uint32_t> m_ranked;      ///< places, by rank
    std::map<GroupId, std::uint32_t> m_place; ///< of groups with a rank
    std::int64_t m_total = 0;
    std::size_t m_sending = 0;
    Sent m_sent; ///< until m_sentUntil; none: to be worked out
    Time m_sentUntil;
    Sent m_base;                 ///< of m_since; none: to be worked out
    std::vector<double> m_since; ///< until m_sentUntil
};

} // namespace echelon
