// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/waits.h"

#include "base/contracts.h"
#include "base/tolerances.h"
#include "metrics/closed-parts.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace echelon
{

namespace
{

/// Whom a wait is blamed on.
struct Blamed
{
    LinkId link;
    GroupId group;

    friend bool operator<(const Blamed& a, const Blamed& b)
    {
        return a.group != b.group ? a.group < b.group : a.link < b.link;
    }
};

/// A critical flow while its step lasts.
struct Watch
{
    const PathStepRecord* step = nullptr;
    BitRate alone = 0; ///< R
    Time since;        ///< the shares below hold from then on
    std::vector<std::pair<Blamed, double>> shares;
    double heldShare = 0;
    bool isStale = false;  ///< rates on the path change at the present instant
    bool isClosed = false; ///< its last bit has left
    std::map<Blamed, double> seconds;
    double heldSeconds = 0;
};

/// Passes over the log in order of time, with the rates in force at hand.
class Sweep
{
  public:
    Sweep(const RunRecord& record, const RateLog& log, const std::vector<BitRate>& capacity)
        : m_record(record),
          m_log(log),
          m_capacity(capacity),
          m_senders(capacity.size()),
          m_watchesOn(capacity.size()),
          m_states(log.Flows())
    {
        for (const PathStepRecord& step : record.criticalPath)
        {
            if (step.waiting > Time())
            {
                m_watches.emplace_back();
                m_watches.back().step = &step;
            }
        }
        std::stable_sort(m_watches.begin(), m_watches.end(), [](const Watch& a, const Watch& b) {
            return a.step->start < b.step->start;
        });
    }

    std::vector<WaitRecord> Run()
    {
        const std::deque<RateLog::Change>& changes = m_log.Changes();
        std::size_t change = 0;
        std::size_t watch = 0;
        while (watch < m_watches.size() || (change < changes.size() && m_open > 0))
        {
            m_now = change < changes.size() ? m_log.TimeOf(changes[change]) : Time::Max();
            if (watch < m_watches.size())
            {
                m_now = std::min(m_now, m_watches[watch].step->start);
            }
            for (; change < changes.size() && m_log.TimeOf(changes[change]) == m_now; ++change)
            {
                Apply(changes[change]);
            }
            for (; watch < m_watches.size() && m_watches[watch].step->start == m_now; ++watch)
            {
                Open(static_cast<std::uint32_t>(watch));
            }
            for (const std::uint32_t stale : m_stale)
            {
                Evaluate(m_watches[stale]);
            }
            m_stale.clear();
        }
        return Records();
    }

  private:
    /// A flow that has a rate, on one of its links.
    struct Sender
    {
        FlowId flow;
        BitRate rate = 0;
    };

    struct FlowState
    {
        BitRate rate = 0;
        std::array<std::uint32_t, Path::MAX_HOPS> places{}; ///< in m_senders, with a rate
        std::optional<std::uint32_t> watch;
    };

    void Apply(const RateLog::Change& change)
    {
        FlowState& state = m_states[change.flow.Value()];
        const Path& path = m_log.PathOf(change.flow);
        const BitRate rate = std::max(0.0, change.rate);
        for (std::size_t hop = 0; hop < path.Hops(); ++hop)
        {
            for (const std::uint32_t watch : m_watchesOn[path[hop].Value()])
            {
                Touch(watch);
            }
            std::vector<Sender>& senders = m_senders[path[hop].Value()];
            if (state.rate == 0 && rate > 0)
            {
                state.places[hop] = static_cast<std::uint32_t>(senders.size());
                senders.push_back({change.flow, rate});
            }
            else if (state.rate > 0 && rate > 0)
            {
                senders[state.places[hop]].rate = rate;
            }
            else if (state.rate > 0)
            {
                Remove(path[hop], state.places[hop]);
            }
        }
        state.rate = rate;
        if (change.rate < 0 && state.watch)
        {
            Close(*state.watch);
        }
    }

    void Remove(LinkId link, std::uint32_t place)
    {
        std::vector<Sender>& senders = m_senders[link.Value()];
        const Sender moved = senders.back();
        senders[place] = moved;
        senders.pop_back();
        const Path& path = m_log.PathOf(moved.flow);
        for (std::size_t hop = 0; hop < path.Hops(); ++hop)
        {
            if (path[hop] == link)
            {
                m_states[moved.flow.Value()].places[hop] = place;
            }
        }
    }

    /// Rates on the watch's path change now: what held so far is integrated.
    void Touch(std::uint32_t index)
    {
        Watch& watch = m_watches[index];
        if (watch.isStale)
        {
            return;
        }
        watch.isStale = true;
        m_stale.push_back(index);
        const double seconds = (m_now - watch.since).Seconds();
        for (const auto& [blamed, share] : watch.shares)
        {
            watch.seconds[blamed] += share * seconds;
        }
        watch.heldSeconds += watch.heldShare * seconds;
        watch.since = m_now;
    }

    void Open(std::uint32_t index)
    {
        Watch& watch = m_watches[index];
        const FlowId flow = *watch.step->flow;
        const Path& path = m_log.PathOf(flow);
        watch.alone = m_capacity[path[0].Value()];
        for (const LinkId link : path)
        {
            watch.alone = std::min(watch.alone, m_capacity[link.Value()]);
            m_watchesOn[link.Value()].push_back(index);
        }
        watch.since = m_now;
        m_states[flow.Value()].watch = index;
        ++m_open;
        Touch(index);
    }

    void Close(std::uint32_t index)
    {
        Touch(index);
        Watch& watch = m_watches[index];
        watch.isClosed = true;
        watch.shares.clear();
        watch.heldShare = 0;
        for (const LinkId link : m_log.PathOf(*watch.step->flow))
        {
            std::vector<std::uint32_t>& watches = m_watchesOn[link.Value()];
            watches.erase(std::find(watches.begin(), watches.end(), index));
        }
        m_states[watch.step->flow->Value()].watch.reset();
        --m_open;
    }

    /// The shares from now on.
    void Evaluate(Watch& watch)
    {
        watch.isStale = false;
        watch.shares.clear();
        watch.heldShare = 0;
        const FlowId flow = *watch.step->flow;
        const double lost = 1 - m_states[flow.Value()].rate / watch.alone;
        if (watch.isClosed || lost <= SAME_RATE)
        {
            return;
        }
        double blocked = 0;
        BitRate taken = 0;
        LinkId at;
        for (const LinkId link : m_log.PathOf(flow))
        {
            const BitRate others = OthersOn(link, flow);
            const double b = (watch.alone - (m_capacity[link.Value()] - others)) / watch.alone;
            if (std::min(b, lost) > blocked + SAME_RATE)
            {
                blocked = std::min(b, lost);
                taken = others;
                at = link;
            }
        }
        blocked = lost - blocked > SAME_RATE ? blocked : lost;
        watch.heldShare = lost - blocked;
        if (taken == 0)
        {
            return;
        }
        for (const Sender& sender : m_senders[at.Value()])
        {
            if (sender.flow != flow)
            {
                const GroupId group = m_record.flows[sender.flow.Value()].group;
                watch.shares.push_back({{at, group}, blocked * sender.rate / taken});
            }
        }
        Join(watch.shares);
    }

    BitRate OthersOn(LinkId link, FlowId flow) const
    {
        BitRate sum = 0;
        for (const Sender& sender : m_senders[link.Value()])
        {
            sum += sender.flow == flow ? 0 : sender.rate;
        }
        return sum;
    }

    /// Adds up the shares of each group.
    static void Join(std::vector<std::pair<Blamed, double>>& shares)
    {
        std::sort(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
            return a.first < b.first;
        });
        std::size_t kept = 0;
        for (std::size_t i = 1; i < shares.size(); ++i)
        {
            if (shares[i].first.group == shares[kept].first.group)
            {
                shares[kept].second += shares[i].second;
            }
            else
            {
                shares[++kept] = shares[i];
            }
        }
        shares.resize(std::min(shares.size(), kept + 1));
    }

    std::vector<WaitRecord> Records() const
    {
        std::vector<WaitRecord> records;
        for (const Watch& watch : m_watches)
        {
            const PathStepRecord& step = *watch.step;
            std::vector<WaitRecord> rows;
            std::vector<double> seconds;
            double sum = watch.isClosed ? watch.heldSeconds : 0;
            rows.push_back({step.job, step.iteration, step.step, {}, {}, {}});
            seconds.push_back(sum);
            for (const auto& [blamed, part] : watch.seconds)
            {
                if (watch.isClosed)
                {
                    rows.push_back(
                        {step.job, step.iteration, step.step, blamed.link, blamed.group, {}});
                    seconds.push_back(part);
                    sum += part;
                }
            }
            const double missing = step.waiting.Seconds() - sum;
            const double rounding =
                SAME_RATE * step.waiting.Seconds() + 1e-12 * static_cast<double>(WAIT_ROUNDING_PS);
            seconds[0] += missing > rounding ? missing : 0;
            const std::vector<Time> times = ClosedParts(seconds, step.waiting);
            for (std::size_t i = 0; i < rows.size(); ++i)
            {
                rows[i].time = times[i];
            }
            std::copy_if(rows.begin(),
                         rows.end(),
                         std::back_inserter(records),
                         [](const WaitRecord& row) { return row.time > Time(); });
        }
        // Rows of a step came by group (none first) and link.
        std::stable_sort(records.begin(),
                         records.end(),
                         [](const WaitRecord& a, const WaitRecord& b) {
                             return std::make_tuple(a.job, a.iteration, a.step, b.time) <
                                    std::make_tuple(b.job, b.iteration, b.step, a.time);
                         });
        return records;
    }

    const RunRecord& m_record;
    const RateLog& m_log;
    const std::vector<BitRate>& m_capacity;
    std::vector<std::vector<Sender>> m_senders;          ///< by LinkId
    std::vector<std::vector<std::uint32_t>> m_watchesOn; ///< by LinkId: open ones
    std::vector<FlowState> m_states;                     ///< by FlowId
    std::vector<Watch> m_watches;                        ///< by start
    std::vector<std::uint32_t> m_stale;
    std::size_t m_open = 0;
    Time m_now;
};

} // namespace

std::vector<WaitRecord>
AttributeWaits(const RunRecord& record, const RateLog& log, const std::vector<BitRate>& capacity)
{
    return Sweep(record, log, capacity).Run();
}

} // namespace echelon
