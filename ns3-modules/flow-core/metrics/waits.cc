// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/waits.h"

#include "base/tolerances.h"
#include "metrics/closed-parts.h"
#include "metrics/link-senders.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace echelon
{

namespace
{

using Wide = LinkSenders::Wide;

constexpr double SECONDS_PER_PICOSECOND = 1e-12;

/// Whom a wait is blamed on.
struct Blame
{
    GroupId group;
    LinkId link;
    double seconds = 0;

    friend bool operator<(const Blame& a, const Blame& b)
    {
        return a.group != b.group ? a.group < b.group : a.link < b.link;
    }
};

/// A critical flow while its step lasts.
struct Watch
{
    static constexpr std::size_t NO_HOP = Path::MAX_HOPS;

    const PathStepRecord* step = nullptr; ///< none: closed
    BitRate alone = 0;                    ///< R
    Time since;                           ///< what follows holds from then on
    std::int64_t rate = 0;                ///< in units
    double heldShare = 0;
    std::size_t hop = NO_HOP; ///< of the link that counts
    double weight = 0;        ///< share of time blamed on a flow there, for each unit of its rate

    double heldSeconds = 0;
    LinkSenders::Sent base; ///< at `hop`, when the weight came into force
    Wide own = 0;           ///< sent by the flow itself since then
    std::array<std::vector<double>, Path::MAX_HOPS> seconds; ///< by hop and rank there
    std::vector<Blame> blames; ///< on groups that have lost their rank
    bool isStale = false;      ///< its rate, or a total on its path, changes at the present instant
};

/// Passes over the log in order of time, with the rates in force at hand.
class Sweep
{
  public:
    Sweep(const RunRecord& record, const RateLog& log, const std::vector<BitRate>& capacity)
        : m_record(record),
          m_log(log),
          m_capacity(capacity),
          m_links(capacity.size()),
          m_states(log.Flows())
    {
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
        std::vector<std::uint32_t> watches; ///< open ones that cross it
        bool isChanged = false;             ///< at the present instant
        std::int64_t totalBefore = 0;       ///< of this instant
    };

    struct FlowState
    {
        std::int64_t rate = 0;                              ///< in units
        std::array<std::uint32_t, Path::MAX_HOPS> places{}; ///< by hop, with a rate
        std::optional<std::uint32_t> watch;
    };

    void Apply(const RateLog::Change& change)
    {
        FlowState& state = m_states[change.flow.Value()];
        const Path& path = m_log.PathOf(change.flow);
        if (path.Hops() == 0)
        {
            return;
        }
        const std::int64_t rate = std::llround(std::max(0.0, change.rate) / m_unit);
        for (std::size_t hop = 0; hop < path.Hops() && rate != state.rate; ++hop)
        {
            LinkState& link = m_links[path[hop].Value()];
            if (!link.isChanged)
            {
                link.isChanged = true;
                link.totalBefore = link.senders.Total();
                m_changed.push_back(path[hop]);
            }
            if (state.rate == 0)
            {
                const GroupId group = m_record.flows[change.flow.Value()].group;
                state.places[hop] = link.senders.Begin(group, m_now);
            }
            link.senders.Change(state.places[hop], m_now, rate - state.rate);
            if (rate == 0)
            {
                link.senders.End(state.places[hop]);
            }
        }
        if (state.watch && rate != state.rate)
        {
            MarkStale(*state.watch);
        }
        state.rate = rate;
        if (change.rate < 0 && state.watch)
        {
            Close(*state.watch);
            state.watch.reset();
        }
    }

    void MarkStale(std::uint32_t index)
    {
        if (!m_watches[index].isStale)
        {
            m_watches[index].isStale = true;
            m_stale.push_back(index);
        }
    }

    /// All rates of the instant are known: shares from now on.
    void Update()
    {
        for (const LinkId changed : m_changed)
        {
            const LinkState& link = m_links[changed.Value()];
            if (link.senders.Total() != link.totalBefore)
            {
                for (const std::uint32_t index : link.watches)
                {
                    MarkStale(index);
                }
            }
        }
        for (const std::uint32_t index : m_stale)
        {
            m_watches[index].isStale = false;
            if (m_watches[index].step)
            {
                Evaluate(m_watches[index]);
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
        const Path& path = m_log.PathOf(*step.flow);
        watch.alone = m_capacity[path[0].Value()];
        for (const LinkId link : path)
        {
            watch.alone = std::min(watch.alone, m_capacity[link.Value()]);
            m_links[link.Value()].watches.push_back(index);
        }
        m_states[step.flow->Value()].watch = index;
        ++m_open;
        MarkStale(index);
    }

    void Close(std::uint32_t index)
    {
        Watch& watch = m_watches[index];
        Advance(watch);
        Settle(watch);
        const Path& path = m_log.PathOf(*watch.step->flow);
        for (std::size_t hop = 0; hop < path.Hops(); ++hop)
        {
            LinkState& link = m_links[path[hop].Value()];
            link.watches.erase(std::find(link.watches.begin(), link.watches.end(), index));
            for (std::size_t rank = 0; rank < watch.seconds[hop].size(); ++rank)
            {
                if (watch.seconds[hop][rank] > 0)
                {
                    watch.blames.push_back(
                        {link.senders.GroupAt(rank), path[hop], watch.seconds[hop][rank]});
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
        watch.own += Wide(watch.rate) * (m_now - watch.since).Picoseconds();
        watch.since = m_now;
    }

    /// The shares from now on.
    void Evaluate(Watch& watch)
    {
        Advance(watch);
        watch.rate = m_states[watch.step->flow->Value()].rate;
        watch.heldShare = 0;
        std::size_t at = Watch::NO_HOP;
        double blocked = 0;
        double taken = 0;
        const double lost = 1 - static_cast<double>(watch.rate) * m_unit / watch.alone;
        if (lost > SAME_RATE)
        {
            const Path& path = m_log.PathOf(*watch.step->flow);
            for (std::size_t hop = 0; hop < path.Hops(); ++hop)
            {
                const std::uint32_t link = path[hop].Value();
                const auto others = static_cast<double>(m_links[link].senders.Total() - watch.rate);
                const double excess = watch.alone - m_capacity[link] + others * m_unit;
                const double b = std::min(excess / watch.alone, lost);
                if (b > blocked + SAME_RATE)
                {
                    blocked = b;
                    taken = others;
                    at = hop;
                }
            }
            blocked = lost - blocked > SAME_RATE ? blocked : lost;
            watch.heldShare = lost - blocked;
        }
        const double weight = at == Watch::NO_HOP ? 0 : blocked / taken;
        // A full link of the capacity R has the weight 1 / R, whatever the rates on it: its
        // integrals are read when the flow begins to wait there, and when it ends.
        if (at != watch.hop || std::abs(weight - watch.weight) * taken > ROUNDING)
        {
            Settle(watch);
            Begin(watch, at, weight);
        }
    }

    LinkSenders& SendersAt(const Watch& watch)
    {
        return m_links[m_log.PathOf(*watch.step->flow)[watch.hop].Value()].senders;
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
        std::vector<double>& seconds = watch.seconds[watch.hop];
        seconds.resize(sent.size(), 0);
        const GroupId group = m_record.flows[watch.step->flow->Value()].group;
        const std::size_t own = senders.RankOf(group).value_or(sent.size());
        const double ownBefore = own < sent.size() ? seconds[own] : 0;
        const double factor = watch.weight * SECONDS_PER_PICOSECOND;
        for (std::size_t rank = 0; rank < sent.size(); ++rank)
        {
            seconds[rank] += factor * sent[rank];
        }
        if (own < sent.size())
        {
            // Of its own group, the others. Not below 0: the integers are not, and are rounded
            // alike.
            seconds[own] = ownBefore + factor * (sent[own] - static_cast<double>(watch.own));
        }
    }

    /// Forgets groups that do not send on the link any more.
    void Compact(LinkId link)
    {
        LinkSenders& senders = m_links[link.Value()].senders;
        std::vector<std::uint32_t> attached;
        for (const std::uint32_t index : m_links[link.Value()].watches)
        {
            Watch& watch = m_watches[index];
            const Path& path = m_log.PathOf(*watch.step->flow);
            const auto hop =
                static_cast<std::size_t>(std::find(path.begin(), path.end(), link) - path.begin());
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
        std::sort(blames.begin(), blames.end());
        std::vector<WaitRecord> rows{{step.job, step.iteration, step.step, {}, {}, {}}};
        std::vector<double> seconds{held};
        double sum = held;
        for (std::size_t i = 0; i < blames.size(); ++i)
        {
            sum += blames[i].seconds;
            if (i > 0 && !(blames[i - 1] < blames[i]))
            {
                seconds.back() += blames[i].seconds;
                continue;
            }
            rows.push_back(
                {step.job, step.iteration, step.step, blames[i].link, blames[i].group, {}});
            seconds.push_back(blames[i].seconds);
        }
        const double missing = step.waiting.Seconds() - sum;
        const double rounding = SAME_RATE * step.waiting.Seconds() +
                                SECONDS_PER_PICOSECOND * static_cast<double>(WAIT_ROUNDING_PS);
        seconds[0] += missing > rounding ? missing : 0;
        const std::vector<Time> times = ClosedParts(seconds, step.waiting);
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
    double m_unit = 0x1p-49;                    ///< of rates, in bits per second: a power of two
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
