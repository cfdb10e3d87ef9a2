// SPDX-License-Identifier: GPL-2.0-only
#include "base/apportion.h"
#include "base/tolerances.h"
#include "metrics/wait-sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echelon
{

constexpr double SECONDS_PER_PICOSECOND = 1e-12;

std::int64_t
WaitSweep::On(std::int64_t rate, double share)
{
    return share == 1 ? rate : std::llround(static_cast<double>(rate) * share);
}

void
WaitSweep::Attach(std::uint32_t index)
{
    Watch& watch = m_watches[index];
    const Route route = m_log.RouteOf(*watch.step->flow);
    for (std::size_t hop = 0; hop < route.Hops(); ++hop)
    {
        LinkState& link = m_links[route[hop].link.Value()];
        std::vector<std::uint32_t>& list = watch.isSteady ? link.steady : link.watches;
        watch.places[hop] = static_cast<std::uint32_t>(list.size());
        list.push_back(index);
    }
    const FlowState& state = StateOf(watch);
    if (state.copies > 0 && !watch.isSteady)
    {
        std::vector<std::uint32_t>& list = m_laneStates[state.lane].watches;
        watch.placeOnLane = static_cast<std::uint32_t>(list.size());
        list.push_back(index);
    }
}

void
WaitSweep::Detach(std::uint32_t index)
{
    const Watch& watch = m_watches[index];
    const Route route = m_log.RouteOf(*watch.step->flow);
    for (std::size_t hop = 0; hop < route.Hops(); ++hop)
    {
        LinkState& link = m_links[route[hop].link.Value()];
        std::vector<std::uint32_t>& list = watch.isSteady ? link.steady : link.watches;
        Watch& last = m_watches[list.back()];
        last.places[HopOf(last, route[hop])] = watch.places[hop];
        list[watch.places[hop]] = list.back();
        list.pop_back();
    }
    const FlowState& state = StateOf(watch);
    if (state.copies > 0 && !watch.isSteady)
    {
        std::vector<std::uint32_t>& list = m_laneStates[state.lane].watches;
        m_watches[list.back()].placeOnLane = watch.placeOnLane;
        list[watch.placeOnLane] = list.back();
        list.pop_back();
    }
}

std::size_t
WaitSweep::HopOf(const Watch& watch, LinkId link) const
{
    const Route route = m_log.RouteOf(*watch.step->flow);
    return static_cast<std::size_t>(std::find(route.begin(), route.end(), link) - route.begin());
}

WaitSweep::FlowState&
WaitSweep::StateOf(const Watch& watch)
{
    return StateOf(*watch.step->flow);
}

std::uint32_t
WaitSweep::ClockAt(const FlowState& state, std::size_t hop) const
{
    return state.copies > 0 ? m_laneStates[state.lane].ClockAt(hop) : LinkSenders::NO_LANE;
}

bool
WaitSweep::IsFull(LinkId link) const
{
    const double total = static_cast<double>(m_links[link.Value()].senders.Total()) * m_unit;
    return m_capacity[link.Value()] - total <= SAME_RATE * m_capacity[link.Value()];
}

void
WaitSweep::MarkStale(std::uint32_t index)
{
    if (!m_watches[index].isStale)
    {
        m_watches[index].isStale = true;
        m_stale.push_back(index);
    }
}

void
WaitSweep::MarkStale(const std::vector<std::uint32_t>& indices)
{
    for (const std::uint32_t index : indices)
    {
        MarkStale(index);
    }
}

void
WaitSweep::Open(const PathStepRecord& step)
{
    if (m_free.empty())
    {
        m_free.push_back(static_cast<std::uint32_t>(m_watches.size()));
        m_watches.emplace_back();
    }
    const std::uint32_t index = m_free.back();
    m_free.pop_back();
    Watch& watch = m_watches[index];
    watch = {};
    watch.step = &step;
    watch.since = m_now;
    const Route route = m_log.RouteOf(*step.flow);
    watch.alone = std::numeric_limits<double>::infinity();
    for (const LinkShare& hop : route)
    {
        watch.alone = std::min(watch.alone, hop.RateFor(m_capacity[hop.link.Value()]));
    }
    watch.seconds.resize(route.Hops());
    watch.others.resize(route.Hops(), 0.0);
    watch.places.resize(route.Hops(), 0);
    StateOf(watch).watch = index;
    Attach(index);
    ++m_open;
    MarkStale(index);
}

void
WaitSweep::Close(std::uint32_t index)
{
    Watch& watch = m_watches[index];
    Advance(watch);
    Settle(watch);
    Detach(index);
    const Route route = m_log.RouteOf(*watch.step->flow);
    for (std::size_t hop = 0; hop < route.Hops(); ++hop)
    {
        const LinkState& link = m_links[route[hop].link.Value()];
        if (watch.others[hop] > 0)
        {
            watch.attributions.push_back({std::nullopt, route[hop], watch.others[hop]});
        }
        for (std::size_t rank = 0; rank < watch.seconds[hop].size(); ++rank)
        {
            if (watch.seconds[hop][rank] > 0)
            {
                watch.attributions.push_back(
                    {link.senders.GroupAt(rank), route[hop], watch.seconds[hop][rank]});
            }
        }
    }
    Record(*watch.step, watch.heldSeconds, std::move(watch.attributions));
    watch.step = nullptr;
    m_free.push_back(index);
    --m_open;
}

void
WaitSweep::Advance(Watch& watch)
{
    watch.heldSeconds += watch.heldShare * (m_now - watch.since).Seconds();
    watch.own += LinkSenders::Wide(watch.rate) * (m_now - watch.since).Picoseconds();
    watch.since = m_now;
}

void
WaitSweep::Evaluate(std::uint32_t index)
{
    Watch& watch = m_watches[index];
    Advance(watch);
    const FlowState& state = StateOf(watch);
    const std::int64_t rate =
        state.copies > 0 ? state.copies * m_laneStates[state.lane].rate : state.rate;
    watch.heldShare = 0;
    std::size_t at = Watch::NO_HOP;
    double blocked = 0;
    double taken = 0;
    const Route route = m_log.RouteOf(*watch.step->flow);
    const double lost =
        HasAllOfPath(watch) ? 0 : 1 - static_cast<double>(rate) * m_unit / watch.alone;
    for (std::size_t hop = 0; hop < route.Hops() && lost > SAME_RATE; ++hop)
    {
        const std::uint32_t link = route[hop].link.Value();
        const double share = route[hop].share;
        const std::int64_t own =
            state.copies > 0 ? state.copies * m_lanes.Rate(ClockAt(state, hop)) : On(rate, share);
        const auto others = static_cast<double>(m_links[link].senders.Total() - own);
        const double excess = (watch.alone * share - m_capacity[link] + others * m_unit) / share;
        const double b = std::min(excess / watch.alone, lost);
        if (b > blocked + SAME_RATE)
        {
            blocked = b;
            taken = others;
            at = hop;
        }
    }
    if (lost > SAME_RATE)
    {
        blocked = lost - blocked > SAME_RATE ? blocked : lost;
        watch.heldShare = lost - blocked;
    }
    const bool isSteady = at != Watch::NO_HOP && blocked == lost &&
                          route[at].RateFor(m_capacity[route[at].link.Value()]) == watch.alone &&
                          IsFull(route[at]);
    if (isSteady != watch.isSteady)
    {
        Detach(index);
        watch.isSteady = isSteady;
        Attach(index);
    }
    double weight = at == Watch::NO_HOP ? 0 : blocked / taken;
    // A full link that limits R has the weight 1 / C, whatever the rates on it: its integrals are
    // read when the flow begins to wait there, and when it ends.
    if (isSteady)
    {
        const double steady = m_unit / m_capacity[route[at].link.Value()];
        weight = std::abs(weight - steady) > ROUNDING * steady ? steady : weight;
    }
    if (at != watch.hop || std::abs(weight - watch.weight) * taken > ROUNDING)
    {
        Settle(watch);
        Begin(watch, at, weight);
    }
    watch.rate = at == Watch::NO_HOP || state.copies > 0 ? 0 : On(state.rate, route[at].share);
}

bool
WaitSweep::HasAllOfPath(const Watch& watch)
{
    const FlowState& state = StateOf(watch);
    return m_record.flows[watch.step->flow->Value()].scaleUp && !state.isLogged &&
           state.copies == 0;
}

LinkSenders&
WaitSweep::SendersAt(const Watch& watch)
{
    return m_links[m_log.RouteOf(*watch.step->flow)[watch.hop].link.Value()].senders;
}

void
WaitSweep::Begin(Watch& watch, std::size_t hop, double weight)
{
    watch.hop = hop;
    watch.weight = weight;
    watch.own = 0;
    watch.base.reset();
    if (hop != Watch::NO_HOP)
    {
        const FlowState& state = StateOf(watch);
        watch.own = -state.copies * m_lanes.Sent(ClockAt(state, hop), m_now);
        watch.base = SendersAt(watch).SentUntil(m_now);
    }
}

void
WaitSweep::Settle(Watch& watch)
{
    if (watch.hop == Watch::NO_HOP)
    {
        return;
    }
    LinkSenders& senders = SendersAt(watch);
    const std::vector<double>& sent = senders.SentSince(watch.base, m_now);
    const std::size_t ranks = sent.size() - 1;
    std::vector<double>& seconds = watch.seconds[watch.hop];
    seconds.resize(ranks, 0);
    const GroupId group = m_record.flows[watch.step->flow->Value()].group;
    const FlowState& state = StateOf(watch);
    const std::uint32_t clock = ClockAt(state, watch.hop);
    const LinkSenders::Wide ownSent = watch.own + state.copies * m_lanes.Sent(clock, m_now);
    // A group that joined at this very instant may have a rank that `sent` does not know; it has
    // sent nothing yet.
    const std::size_t own = std::min(senders.RankOf(group, clock).value_or(ranks), ranks);
    const double ownBefore = own < ranks ? seconds[own] : watch.others[watch.hop];
    const double factor = watch.weight * SECONDS_PER_PICOSECOND;
    for (std::size_t rank = 0; rank < ranks; ++rank)
    {
        seconds[rank] += factor * sent[rank];
    }
    double& others = watch.others[watch.hop];
    others += factor * sent[ranks];
    // Of its own group, the others. The integers are not below 0, and are rounded alike.
    double& ownSeconds = own < ranks ? seconds[own] : others;
    ownSeconds = ownBefore + factor * (sent[own] - static_cast<double>(ownSent));
    ownSeconds = std::max(0.0, ownSeconds);
}

void
WaitSweep::Compact(LinkId link)
{
    LinkSenders& senders = m_links[link.Value()].senders;
    std::vector<std::uint32_t> attached;
    std::vector<std::uint32_t> all = m_links[link.Value()].watches;
    const std::vector<std::uint32_t>& steady = m_links[link.Value()].steady;
    all.insert(all.end(), steady.begin(), steady.end());
    for (const std::uint32_t index : all)
    {
        Watch& watch = m_watches[index];
        const std::size_t hop = HopOf(watch, link);
        if (watch.hop == hop)
        {
            Advance(watch);
            Settle(watch);
            attached.push_back(index);
        }
        std::vector<double>& seconds = watch.seconds[hop];
        std::size_t kept = 0;
        for (std::size_t rank = 0; rank < seconds.size(); ++rank)
        {
            if (senders.IsSending(rank))
            {
                seconds[kept++] = seconds[rank];
            }
            else if (seconds[rank] > 0)
            {
                watch.attributions.push_back({senders.GroupAt(rank), link, seconds[rank]});
            }
        }
        seconds.resize(kept);
        if (watch.attributions.size() > 4 * MAX_NAMED_WAITS)
        {
            Shorten(watch.attributions);
        }
    }
    senders.Compact();
    for (const std::uint32_t index : attached)
    {
        Watch& watch = m_watches[index];
        Begin(watch, watch.hop, watch.weight);
    }
}

void
WaitSweep::Record(const PathStepRecord& step, double held, std::vector<Attribution> attributions)
{
    Shorten(attributions);
    std::vector<WaitRecord> rows{{step.job, step.iteration, step.step, {}, {}, {}}};
    std::vector<double> seconds{held};
    double sum = held;
    for (const Attribution& attribution : attributions)
    {
        sum += attribution.seconds;
        rows.push_back(
            {step.job, step.iteration, step.step, attribution.link, attribution.group, {}});
        seconds.push_back(attribution.seconds);
    }
    const double missing = step.waiting.Seconds() - sum;
    const double rounding = SAME_RATE * step.waiting.Seconds() +
                            SECONDS_PER_PICOSECOND * static_cast<double>(WAIT_ROUNDING_PS);
    seconds[0] += missing > rounding ? missing : 0;
    const std::vector<Time> times = Apportion(seconds, step.waiting);
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        if (times[i] > Time())
        {
            m_waits.push_back(rows[i]);
            m_waits.back().time = times[i];
        }
    }
}

} // namespace echelon
