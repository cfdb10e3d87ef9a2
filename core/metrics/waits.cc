// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/waits.h"

#include "base/apportion.h"
#include "base/tolerances.h"
#include "metrics/blames.h"
#include "metrics/link-senders.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cmath>
#include <limits>
#include <tuple>

namespace echelon
{

namespace
{

using Wide = LinkSenders::Wide;
/// By link of a route.
template <class Value>
using ByHop = boost::container::small_vector<Value, 4>;

constexpr double SECONDS_PER_PICOSECOND = 1e-12;

/// A critical flow while its step lasts.
struct Watch
{
    static constexpr std::size_t NO_HOP = ~std::size_t{0};

    const PathStepRecord* step = nullptr; ///< none: closed
    BitRate alone = 0;                    ///< R
    Time since;                           ///< what follows holds from then on
    std::int64_t rate = 0;                ///< in units
    double heldShare = 0;
    std::size_t hop = NO_HOP; ///< of the link that counts
    double weight = 0;        ///< share of time blamed on a flow there, for each unit of its rate

    double heldSeconds = 0;
    LinkSenders::Sent base;             ///< at `hop`, when the weight came into force
    Wide own = 0;                       ///< sent by the flow itself since then
    Wide laneSent = 0;                  ///< of a flow on a lane: by each copy there, until `since`
    ByHop<std::vector<double>> seconds; ///< by hop and rank there
    ByHop<double> others;               ///< by hop: blamed on groups without a rank
    std::vector<Blame> blames;          ///< on groups that have lost their rank
    bool isStale = false; ///< its rate, or a total on its path, changes at the present instant
    /// Its share stays as long as no link of its path becomes full, or is full no more.
    bool isSteady = false;
    ByHop<std::uint32_t> places; ///< by hop: in the link's list
    std::uint32_t placeOnLane = 0;
};

/// Passes over the log in order of time, with the rates in force at hand.
class Sweep
{
  public:
    Sweep(const RunRecord& record, const RateLog& log, const std::vector<BitRate>& capacity)
        : m_record(record),
          m_log(log),
          m_capacity(capacity),
          m_states(log.Flows())
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

    std::vector<WaitRecord> Run()
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
        std::stable_sort(m_waits.begin(),
                         m_waits.end(),
                         [](const WaitRecord& a, const WaitRecord& b) {
                             return std::make_tuple(a.job, a.iteration, a.step, b.time) <
                                    std::make_tuple(b.job, b.iteration, b.step, a.time);
                         });
        return std::move(m_waits);
    }

  private:
    struct LinkState
    {
        LinkSenders senders;
        std::vector<std::uint32_t> watches; ///< open ones that cross it and are not steady
        std::vector<std::uint32_t> steady;  ///< those that are
        bool isChanged = false;             ///< at the present instant
        bool isFull = false;
        std::int64_t totalBefore = 0; ///< of this instant
    };

    struct FlowState
    {
        std::int64_t rate = 0;       ///< in units; of lanes, LaneClocks knows
        ByHop<std::uint32_t> places; ///< by hop, with a rate
        std::optional<std::uint32_t> watch;
        std::uint32_t lane = LinkSenders::NO_LANE;
        std::int64_t copies = 0; ///< on the lane
        bool isLogged = false;   ///< its rate, so far
    };

    struct LaneState
    {
        Route route;
        std::int64_t copies = 0;
        std::vector<std::uint32_t> watches; ///< open ones that are not steady
    };

    void Apply(const RateLog::Change& change)
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
        FlowState& state = m_states[flow.Value()];
        if (m_log.RouteOf(flow).Hops() == 0)
        {
            return;
        }
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
            state.watch.reset();
        }
        state.copies = 0;
    }

    std::int64_t Units(BitRate rate) const
    {
        return std::llround(std::max(0.0, rate) / m_unit);
    }

    /// What a flow of this rate puts on a link.
    static std::int64_t On(std::int64_t rate, double share)
    {
        return share == 1 ? rate : std::llround(static_cast<double>(rate) * share);
    }

    LinkState& Changing(LinkId id)
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

    void ApplyRate(FlowId flow, std::int64_t rate)
    {
        FlowState& state = m_states[flow.Value()];
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

    void ApplyLaneRate(std::uint32_t lane, BitRate rate)
    {
        const std::int64_t difference = m_lanes.SetRate(lane, m_now, Units(rate));
        if (lane >= m_laneStates.size())
        {
            m_laneStates.resize(lane + std::size_t{1});
        }
        const LaneState& state = m_laneStates[lane];
        for (const LinkId link : state.route)
        {
            Changing(link).senders.ChangeTotal(m_now, difference * state.copies);
        }
        for (const std::uint32_t index : state.watches)
        {
            MarkStale(index);
        }
    }

    void Join(FlowId flow, std::uint32_t lane)
    {
        if (lane >= m_laneStates.size())
        {
            m_laneStates.resize(lane + std::size_t{1});
        }
        const FlowRecord& record = m_record.flows[flow.Value()];
        FlowState& state = m_states[flow.Value()];
        state.lane = lane;
        state.copies = record.multiplicity;
        const Route route = m_log.RouteOf(flow);
        state.places.resize(route.Hops(), 0);
        for (std::size_t hop = 0; hop < route.Hops(); ++hop)
        {
            LinkState& link = Changing(route[hop]);
            state.places[hop] = link.senders.Begin(record.group, m_now, lane);
            link.senders.Join(state.places[hop], m_now, state.copies);
        }
        m_laneStates[lane].route = route;
        m_laneStates[lane].copies += state.copies;
    }

    /// The flow leaves its lane, if it is on one.
    void Leave(FlowId flow)
    {
        const FlowState& state = m_states[flow.Value()];
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

    /// Into the lists of its links and its lane.
    void Attach(std::uint32_t index)
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

    void Detach(std::uint32_t index)
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

    std::size_t HopOf(const Watch& watch, LinkId link) const
    {
        const Route route = m_log.RouteOf(*watch.step->flow);
        return static_cast<std::size_t>(std::find(route.begin(), route.end(), link) -
                                        route.begin());
    }

    FlowState& StateOf(const Watch& watch)
    {
        return m_states[watch.step->flow->Value()];
    }

    bool IsFull(LinkId link) const
    {
        const double total = static_cast<double>(m_links[link.Value()].senders.Total()) * m_unit;
        return m_capacity[link.Value()] - total <= SAME_RATE * m_capacity[link.Value()];
    }

    void MarkStale(std::uint32_t index)
    {
        if (!m_watches[index].isStale)
        {
            m_watches[index].isStale = true;
            m_stale.push_back(index);
        }
    }

    void MarkStale(const std::vector<std::uint32_t>& indices)
    {
        for (const std::uint32_t index : indices)
        {
            MarkStale(index);
        }
    }

    /// All rates of the instant are known: shares from now on.
    void Update()
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

    void Open(const PathStepRecord& step)
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
        FlowState& state = StateOf(watch);
        state.watch = index;
        watch.laneSent = m_lanes.Sent(state.lane, m_now);
        Attach(index);
        ++m_open;
        MarkStale(index);
    }

    void Close(std::uint32_t index)
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
                watch.blames.push_back({std::nullopt, route[hop], watch.others[hop]});
            }
            for (std::size_t rank = 0; rank < watch.seconds[hop].size(); ++rank)
            {
                if (watch.seconds[hop][rank] > 0)
                {
                    watch.blames.push_back(
                        {link.senders.GroupAt(rank), route[hop], watch.seconds[hop][rank]});
                }
            }
        }
        Record(*watch.step, watch.heldSeconds, std::move(watch.blames));
        watch.step = nullptr;
        m_free.push_back(index);
        --m_open;
    }

    /// Integrates what changes with time alone.
    void Advance(Watch& watch)
    {
        watch.heldSeconds += watch.heldShare * (m_now - watch.since).Seconds();
        const FlowState& state = StateOf(watch);
        if (state.copies > 0)
        {
            const Wide sent = m_lanes.Sent(state.lane, m_now);
            watch.own += state.copies * (sent - watch.laneSent);
            watch.laneSent = sent;
        }
        else
        {
            watch.own += Wide(watch.rate) * (m_now - watch.since).Picoseconds();
        }
        watch.since = m_now;
    }

    /// The shares from now on.
    void Evaluate(std::uint32_t index)
    {
        Watch& watch = m_watches[index];
        Advance(watch);
        const FlowState& state = StateOf(watch);
        watch.rate = state.copies > 0 ? state.copies * m_lanes.Rate(state.lane) : state.rate;
        watch.heldShare = 0;
        std::size_t at = Watch::NO_HOP;
        double blocked = 0;
        double taken = 0;
        const Route route = m_log.RouteOf(*watch.step->flow);
        const double lost =
            HasAllOfPath(watch) ? 0 : 1 - static_cast<double>(watch.rate) * m_unit / watch.alone;
        for (std::size_t hop = 0; hop < route.Hops() && lost > SAME_RATE; ++hop)
        {
            const std::uint32_t link = route[hop].link.Value();
            const double share = route[hop].share;
            const auto others =
                static_cast<double>(m_links[link].senders.Total() - On(watch.rate, share));
            const double excess =
                (watch.alone * share - m_capacity[link] + others * m_unit) / share;
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
                              m_capacity[route[at].link.Value()] == watch.alone &&
                              IsFull(route[at]);
        if (isSteady != watch.isSteady)
        {
            Detach(index);
            watch.isSteady = isSteady;
            Attach(index);
        }
        double weight = at == Watch::NO_HOP ? 0 : blocked / taken;
        // A full link of the capacity R has the weight 1 / R, whatever the rates on it: its
        // integrals are read when the flow begins to wait there, and when it ends.
        const double steady = m_unit / watch.alone;
        if (isSteady && std::abs(weight - steady) > ROUNDING * steady)
        {
            weight = steady;
        }
        if (at != watch.hop || std::abs(weight - watch.weight) * taken > ROUNDING)
        {
            Settle(watch);
            Begin(watch, at, weight);
        }
    }

    /// Flows inside a host are logged from when they share a port.
    bool HasAllOfPath(const Watch& watch)
    {
        const FlowState& state = StateOf(watch);
        return m_record.flows[watch.step->flow->Value()].scaleUp && !state.isLogged &&
               state.copies == 0;
    }

    LinkSenders& SendersAt(const Watch& watch)
    {
        return m_links[m_log.RouteOf(*watch.step->flow)[watch.hop].link.Value()].senders;
    }

    /// The weight is in force from now on.
    void Begin(Watch& watch, std::size_t hop, double weight)
    {
        watch.hop = hop;
        watch.weight = weight;
        watch.own = 0;
        watch.base.reset();
        if (hop != Watch::NO_HOP)
        {
            watch.base = SendersAt(watch).SentUntil(m_now);
        }
    }

    /// Adds up what the weight in force stands for, until now.
    void Settle(Watch& watch)
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
        const std::size_t own = senders.RankOf(group, StateOf(watch).lane).value_or(ranks);
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
        ownSeconds = ownBefore + factor * (sent[own] - static_cast<double>(watch.own));
        ownSeconds = std::max(0.0, ownSeconds);
    }

    /// Forgets groups that do not send on the link any more.
    void Compact(LinkId link)
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
                    watch.blames.push_back({senders.GroupAt(rank), link, seconds[rank]});
                }
            }
            seconds.resize(kept);
            if (watch.blames.size() > 4 * MAX_NAMED_WAITS)
            {
                Shorten(watch.blames);
            }
        }
        senders.Compact();
        for (const std::uint32_t index : attached)
        {
            Watch& watch = m_watches[index];
            Begin(watch, watch.hop, watch.weight);
        }
    }

    /// Rows of a step whose flow was held back and blocked for so long.
    void Record(const PathStepRecord& step, double held, std::vector<Blame> blames)
    {
        Shorten(blames);
        std::vector<WaitRecord> rows{{step.job, step.iteration, step.step, {}, {}, {}}};
        std::vector<double> seconds{held};
        double sum = held;
        for (const Blame& blame : blames)
        {
            sum += blame.seconds;
            rows.push_back({step.job, step.iteration, step.step, blame.link, blame.group, {}});
            seconds.push_back(blame.seconds);
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

    const RunRecord& m_record;
    const RateLog& m_log;
    const std::vector<BitRate>& m_capacity;
    double m_unit = 0x1p-49; ///< of rates, in bits per second: a power of two
    LaneClocks m_lanes;
    std::vector<LaneState> m_laneStates;        ///< by lane
    std::vector<LinkState> m_links;             ///< by LinkId
    std::vector<FlowState> m_states;            ///< by FlowId
    std::vector<const PathStepRecord*> m_steps; ///< by start
    std::vector<Watch> m_watches;
    std::vector<std::uint32_t> m_free; ///< of the watches
    std::vector<std::uint32_t> m_stale;
    std::vector<LinkId> m_changed;
    std::size_t m_open = 0;
    Time m_now;
    std::vector<WaitRecord> m_waits;
};

} // namespace

std::vector<WaitRecord>
AttributeWaits(const RunRecord& record, const RateLog& log, const std::vector<BitRate>& capacity)
{
    return Sweep(record, log, capacity).Run();
}

} // namespace echelon
