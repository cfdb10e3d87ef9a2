// SPDX-License-Identifier: GPL-2.0-only

// When flows end: the clocks of links, and the first ends of lanes and links.

#include "base/tolerances.h"
#include "base/units.h"
#include "sharing/fair-levels.h"

#include <algorithm>

namespace echelon
{

/// Clocks past this many bits are set back: half a unit in the last place is 1e-7 bits here.
constexpr double LONGEST_CLOCK = 1073741824.0;

double
FairLevels::Clock(std::uint32_t link, Time now) const
{
    const LinkState& state = m_links[link];
    return now == state.since || m_levels[link] == INFINITE
               ? state.clock
               : state.clock + m_levels[link] * (now - state.since).Seconds();
}

double
FairLevels::Served(Lane lane, Time now) const
{
    const LaneState& state = m_lanes[lane];
    const std::uint32_t link = m_bottlenecks[lane];
    return link == m_sink ? state.served : state.served + (Clock(link, now) - state.since);
}

void
FairLevels::Advance(std::uint32_t link, Time now)
{
    LinkState& state = m_links[link];
    state.clock = Clock(link, now);
    state.since = now;
    if (state.clock > LONGEST_CLOCK)
    {
        for (LaneEnd& end : state.ends)
        {
            end.reading -= state.clock;
            m_lanes[end.lane].since -= state.clock;
        }
        state.clock = 0;
    }
}

void
FairLevels::PutEnd(std::vector<LaneEnd>& heap, std::size_t place, LaneEnd end)
{
    const auto before = [](const LaneEnd& a, const LaneEnd& b) {
        return a.reading < b.reading || (a.reading == b.reading && a.lane < b.lane);
    };
    const auto put = [&](const LaneEnd& entry) {
        heap[place] = entry;
        m_lanes[entry.lane].place = static_cast<std::uint32_t>(place);
    };
    while (place > 0 && before(end, heap[(place - 1) / 2]))
    {
        const std::size_t parent = (place - 1) / 2;
        put(heap[parent]);
        place = parent;
    }
    for (std::size_t child = 2 * place + 1; child < heap.size(); child = 2 * place + 1)
    {
        child += child + 1 < heap.size() && before(heap[child + 1], heap[child]) ? 1 : 0;
        if (!before(heap[child], end))
        {
            break;
        }
        put(heap[child]);
        place = child;
    }
    put(end);
}

void
FairLevels::SetEnd(Lane lane)
{
    const LaneState& state = m_lanes[lane];
    if (state.ends.empty())
    {
        EraseEnd(lane);
        return;
    }
    PutEnd(m_links[m_bottlenecks[lane]].ends,
           state.place,
           {state.since + (state.ends.front().service - state.served), lane});
}

void
FairLevels::EraseEnd(Lane lane)
{
    std::vector<LaneEnd>& heap = m_links[m_bottlenecks[lane]].ends;
    const LaneEnd last = heap.back();
    heap.pop_back();
    if (last.lane != lane)
    {
        PutEnd(heap, m_lanes[lane].place, last);
    }
}

void
FairLevels::Predict(std::uint32_t link, Time now)
{
    const LinkState& state = m_links[link];
    const std::optional<Time> finish =
        state.ends.empty()
            ? std::nullopt
            : EndOfTransmission(now,
                                std::max(0.0, state.ends.front().reading - Clock(link, now)),
                                m_levels[link]);
    finish ? m_finishes.Set(link, finish->Picoseconds()) : m_finishes.Erase(link);
}

std::optional<Time>
FairLevels::NextFinish() const
{
    return m_finishes.Empty() ? std::nullopt
                              : std::optional(Time::FromPicoseconds(m_finishes.Top().key));
}

void
FairLevels::TakeFinished(Time now, std::vector<Departure>& finished)
{
    while (!m_finishes.Empty() &&
           m_finishes.Top().key <= now.Picoseconds() + COMPLETION_COALESCE_PS)
    {
        const std::uint32_t link = m_finishes.Top().item;
        m_finishes.Pop();
        MarkDirty(link); // a new prediction, even if rounding lets no flow end
        Advance(link, now);
        LinkState& state = m_links[link];
        // As EndOfTransmission rounds to whole picoseconds.
        const auto isNow = [&](double reading) {
            return (reading - state.clock) / m_levels[link] * 1e12 - COMPLETION_SLACK_PS <=
                   static_cast<double>(COMPLETION_COALESCE_PS);
        };
        while (!state.ends.empty() && isNow(state.ends.front().reading))
        {
            const Lane lane = state.ends.front().lane;
            LaneState& served = m_lanes[lane];
            const std::uint32_t flow = served.ends.front().flow;
            std::pop_heap(served.ends.begin(), served.ends.end(), Later);
            served.ends.pop_back();
            AddFlows(lane, -static_cast<double>(m_members[flow].multiplicity));
            m_members[flow].multiplicity = 0;
            m_members.Release(flow);
            finished.push_back({flow, served.route});
            SetEnd(lane);
            if (served.ends.empty())
            {
                Uncross(lane);
            }
        }
    }
}

double
FairLevels::Remaining(std::uint32_t flow, Time now) const
{
    const Member& member = m_members[flow];
    const std::uint32_t bottleneck = m_bottlenecks[member.lane];
    const double level = bottleneck == m_sink ? 0 : m_levels[bottleneck];
    return std::max(member.service - Served(member.lane, now),
                    level * Time::FromPicoseconds(1).Seconds());
}

} // namespace echelon
