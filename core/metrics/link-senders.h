// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The groups whose flows send on one link, and what each has sent: running integrals, from which
 * the integral over any interval is a difference.
 *
 *     auto place = senders.Begin(group, now);      // a flow of the group gets a rate
 *     senders.Change(place, now, +rate);
 *     const LinkSenders::Sent base = senders.SentUntil(now);
 *     senders.SentSince(base, later)[rank];        // by rank: 0 to Ranks() - 1, then all others
 *     senders.Change(place, now, -rate), senders.End(place);
 *
 * Rates are integers in a unit that the caller chooses, so that totals come back to 0 and integrals
 * (unit x picosecond, in 128 bits) are exact however long a run is. A group keeps its rank while
 * one of its flows sends, and until Compact() after that; integrals start at 0 with the rank. Of
 * the groups that send at once, MAX_SENDERS have a rank. Those that come while there are so many
 * count together, as the last entry of SentSince(). Flows of lanes (metrics/lane-clocks.h) join and
 * leave, and have the lane's rate meanwhile; a group has a place and a rank for each of its lanes.
 *
 * Complexity: Begin O(log groups), Change and End O(1); SentUntil, SentSince and Compact O(ranks),
 * the first two O(1) when asked again. Memory: about 130 bytes a group, and 16 bytes a rank for
 * each result of SentUntil that is held. Ranks are at most 2 MAX_SENDERS + 17 when the caller
 * compacts what is sparse.
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "metrics/lane-clocks.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace echelon
{

class LinkSenders
{
  public:
    using Wide = LaneClocks::Wide;

    static constexpr std::size_t MAX_SENDERS = 256;
    static constexpr std::uint32_t NO_LANE = 0xffffffff;

    /// What was sent until some time, in unit x picosecond.
    struct Totals
    {
        std::vector<Wide> byRank;
        Wide all = 0; ///< of groups without a rank too
    };

    using Sent = std::shared_ptr<const Totals>;

    /// @param lanes of the flows that join; outlives this.
    explicit LinkSenders(const LaneClocks* lanes = nullptr)
        : m_lanes(lanes)
    {
    }

    /// A flow of the group sends from now on. @returns the group's place, for Change and End; its
    /// own while one of its flows sends.
    std::uint32_t Begin(GroupId group, Time now, std::uint32_t lane = NO_LANE);

    /// The group's rate changes by this much.
    void Change(std::uint32_t place, Time now, std::int64_t difference)
    {
        Group& changed = m_groups[place];
        changed.sent = SentBy(changed, now);
        changed.since = now;
        changed.rate += difference;
        ChangeTotal(now, difference);
    }

    /// Copies of flows join the lane of the place, or leave it (negative).
    void Join(std::uint32_t place, Time now, std::int64_t copies);

    /// The sum of the rates changes by this much, because the rate of a lane changes whose flows
    /// cross the link.
    void ChangeTotal(Time now, std::int64_t difference)
    {
        m_allSent += Wide(m_total) * (now - m_allSince).Picoseconds();
        m_allSince = now;
        m_total += difference;
    }

    /// A flow of the group has stopped.
    void End(std::uint32_t place);

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

    /// None for a group that has none now.
    std::optional<std::size_t> RankOf(GroupId group, std::uint32_t lane = NO_LANE) const;

    /// Groups that joined at this same instant may be missing; they have sent nothing yet. Valid
    /// until Compact().
    const Sent& SentUntil(Time now);

    /// What was sent since SentUntil() gave `base`, by rank and, last, by the groups without a
    /// rank; the reference is good until the next call.
    const std::vector<double>& SentSince(const Sent& base, Time now);

    /// Whether most ranks are those of groups that send no more.
    bool IsSparse() const
    {
        return m_ranked.size() > 2 * m_sending + 16;
    }

    /// Takes their ranks from groups that do not send; the others keep their order.
    void Compact();

  private:
    static constexpr std::uint32_t NO_RANK = 0xffffffff;

    using Key = std::pair<GroupId, std::uint32_t>; ///< group, lane

    struct Group
    {
        Wide sent = 0; ///< until `since`; with a lane, less what the lane had sent at each joining
        Time since;
        std::int64_t rate = 0;   ///< beside the lane's
        std::int64_t copies = 0; ///< on the lane
        GroupId group;
        std::uint32_t lane = NO_LANE;
        std::uint32_t flows = 0; ///< that send
        std::uint32_t rank = 0;
    };

    Wide SentBy(const Group& group, Time now) const
    {
        const Wide own = group.sent + Wide(group.rate) * (now - group.since).Picoseconds();
        return group.copies == 0 ? own : own + group.copies * m_lanes->Sent(group.lane, now);
    }

    const LaneClocks* m_lanes;
    std::vector<Group> m_groups;          ///< by place
    std::vector<std::uint32_t> m_free;    ///< places
    std::vector<std::uint32_t> m_ranked;  ///< places, by rank
    std::map<Key, std::uint32_t> m_place; ///< of groups with a rank, or that send
    std::int64_t m_total = 0;
    Wide m_allSent = 0; ///< until m_allSince
    Time m_allSince;
    std::size_t m_sending = 0; ///< groups with a rank
    Sent m_sent;               ///< until m_sentUntil; none: to be worked out
    Time m_sentUntil;
    Sent m_base;                 ///< of m_since; none: to be worked out
    std::vector<double> m_since; ///< until m_sentUntil
};

} // namespace echelon
