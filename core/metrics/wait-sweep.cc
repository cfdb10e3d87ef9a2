// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/wait-sweep.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace echelon
{

WaitSweep::WaitSweep(const RunRecord& record,
                     const RateLog& log,
                     const std::vector<BitRate>& capacity)
    : m_record(record),
      m_log(log),
      m_capacity(capacity),
      m_stateOf(log.Flows(), NO_STATE)
{
    m_links.resize(capacity.size());
    for (LinkState& link : m_links)
    {
        link.senders = LinkSenders(&m_lanes);
    }
    for (const PathStepRecord& step : record.criticalPath)
    {
        if (step.waiting > Time())
        {
            m_steps.push_back(&step);
        }
    }
    std::stable_sort(m_steps.begin(), m_steps.end(), [](const auto* a, const auto* b) {
        return a->start < b->start;
    });
    // 50 bits for the fastest link: fine to 1e-15 of it, and 2^13 times as much still fits.
    for (const BitRate rate : capacity)
    {
        m_unit = std::max(m_unit, std::ldexp(1.0, std::ilogb(std::max(rate, 1.0)) - 49));
    }
}

std::vector<WaitRecord>
WaitSweep::Run()
{
    const std::deque<RateLog::Change>& changes = m_log.Changes();
    std::size_t change = 0;
    std::size_t step = 0;
    while (step < m_steps.size() || (change < changes.size() && m_open > 0))
    {
        m_now = change < changes.size() ? m_log.TimeOf(changes[change]) : Time::Max();
        if (step < m_steps.size())
        {
            m_now = std::min(m_now, m_steps[step]->start);
        }
        for (; change < changes.size() && m_log.TimeOf(changes[change]) == m_now; ++change)
        {
            Apply(changes[change]);
        }
        for (; step < m_steps.size() && m_steps[step]->start == m_now; ++step)
        {
            Open(*m_steps[step]);
        }
        Update();
    }
    for (Watch& watch : m_watches)
    {
        if (watch.step)
        {
            // The log was full before its last bit left.
            Record(*watch.step, 0, {});
        }
    }
    // Rows of a step came by group (none first) and link.
    std::stable_sort(m_waits.begin(), m_waits.end(), [](const WaitRecord& a, const WaitRecord& b) {
        return std::make_tuple(a.job, a.iteration, a.step, b.time) <
               std::make_tuple(b.job, b.iteration, b.step, a.time);
    });
    return std::move(m_waits);
}

void
WaitSweep::Apply(const RateLog::Change& change)
{
    switch (change.kind)
    {
    case RateLog::Change::Kind::LANE:
        ApplyLaneRate(change.subject, change.rate);
        return;
    case RateLog::Change::Kind::JOIN:
        Join(FlowId(change.subject), static_cast<std::uint32_t>(change.rate));
        return;
    case RateLog::Change::Kind::RATE:
        break;
    }
    const FlowId flow(change.subject);
    if (m_log.RouteOf(flow).Hops() == 0)
    {
        return;
    }
    FlowState& state = StateOf(flow);
    const std::int64_t rate = Units(change.rate);
    state.isLogged = true;
    if (rate != state.rate)
    {
        ApplyRate(flow, rate);
        if (state.watch)
        {
            MarkStale(*state.watch);
        }
    }
    if (change.rate >= 0)
    {
        return;
    }
    Leave(flow);
    if (state.watch)
    {
        Close(*state.watch);
    }
    m_freeStates.push_back(m_stateOf[flow.Value()]);
    m_stateOf[flow.Value()] = NO_STATE;
}

WaitSweep::FlowState&
WaitSweep::StateOf(FlowId flow)
{
    std::uint32_t& index = m_stateOf[flow.Value()];
    if (index == NO_STATE)
    {
        if (m_freeStates.empty())
        {
            m_freeStates.push_back(static_cast<std::uint32_t>(m_states.size()));
            m_states.emplace_back();
        }
        index = m_freeStates.back();
        m_freeStates.pop_back();
        m_states[index] = {};
    }
    return m_states[index];
}

std::int64_t
WaitSweep::Units(BitRate rate) const
{
    return std::llround(std::max(0.0, rate) / m_unit);
}

WaitSweep::LinkState&
WaitSweep::Changing(LinkId id)
{
    LinkState& link = m_links[id.Value()];
    if (!link.isChanged)
    {
        link.isChanged = true;
        link.totalBefore = link.senders.Total();
        m_changed.push_back(id);
    }
    return link;
}

void
WaitSweep::ApplyRate(FlowId flow, std::int64_t rate)
{
    FlowState& state = StateOf(flow);
    const Route route = m_log.RouteOf(flow);
    state.places.resize(route.Hops(), 0);
    for (std::size_t hop = 0; hop < route.Hops(); ++hop)
    {
        LinkState& link = Changing(route[hop]);
        if (state.rate == 0)
        {
            state.places[hop] = link.senders.Begin(m_record.flows[flow.Value()].group, m_now);
        }
        const double share = route[hop].share;
        link.senders.Change(state.places[hop], m_now, On(rate, share) - On(state.rate, share));
        if (rate == 0)
        {
            link.senders.End(state.places[hop]);
        }
    }
    state.rate = rate;
}

void
WaitSweep::ApplyLaneRate(std::uint32_t lane, BitRate rate)
{
    LaneState& state = m_laneStates[lane];
    state.rate = Units(rate);
    std::int64_t difference = 0;
    for (std::size_t hop = 0; hop < state.route.Hops(); ++hop)
    {
        const LinkShare& crossed = state.route[hop];
        if (hop == 0 || state.route.IsSplit())
        {
            difference = m_lanes.SetRate(state.ClockAt(hop), m_now, On(state.rate, crossed.share));
        }
        Changing(crossed).senders.ChangeTotal(m_now, difference * state.copies);
    }
    for (const std::uint32_t index : state.watches)
    {
        MarkStale(index);
    }
}

void
WaitSweep::Join(FlowId flow, std::uint32_t lane)
{
    if (lane >= m_laneStates.size())
    {
        m_laneStates.resize(lane + std::size_t{1});
    }
    LaneState& joined = m_laneStates[lane];
    const Route route = m_log.RouteOf(flow);
    if (joined.route.Hops() == 0)
    {
        joined.route = route;
        joined.firstClock = m_clocks;
        m_clocks += static_cast<std::uint32_t>(route.IsSplit() ? route.Hops() : 1);
    }
    const FlowRecord& record = m_record.flows[flow.Value()];
    FlowState& state = StateOf(flow);
    state.lane = lane;
    state.copies = record.multiplicity;
    joined.copies += state.copies;
    state.places.resize(route.Hops(), 0);
    for (std::size_t hop = 0; hop < route.Hops(); ++hop)
    {
        LinkState& link = Changing(route[hop]);
        state.places[hop] = link.senders.Begin(record.group, m_now, joined.ClockAt(hop));
        link.senders.Join(state.places[hop], m_now, state.copies);
    }
}

void
WaitSweep::Leave(FlowId flow)
{
    const FlowState& state = StateOf(flow);
    if (state.copies == 0)
    {
        return;
    }
    const Route route = m_log.RouteOf(flow);
    for (std::size_t hop = 0; hop < route.Hops(); ++hop)
    {
        LinkState& link = Changing(route[hop]);
        link.senders.Join(state.places[hop], m_now, -state.copies);
        link.senders.End(state.places[hop]);
    }
    m_laneStates[state.lane].copies -= state.copies;
}

void
WaitSweep::Update()
{
    for (const LinkId changed : m_changed)
    {
        LinkState& link = m_links[changed.Value()];
        if (link.senders.Total() != link.totalBefore)
        {
            MarkStale(link.watches);
        }
        if (IsFull(changed) != link.isFull)
        {
            link.isFull = !link.isFull;
            MarkStale(link.steady);
        }
    }
    for (const std::uint32_t index : m_stale)
    {
        m_watches[index].isStale = false;
        if (m_watches[index].step)
        {
            Evaluate(index);
        }
    }
    m_stale.clear();
    for (const LinkId changed : m_changed)
    {
        m_links[changed.Value()].isChanged = false;
        if (m_links[changed.Value()].senders.IsSparse())
        {
            Compact(changed);
        }
    }
    m_changed.clear();
}

} // namespace echelon
