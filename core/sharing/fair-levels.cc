// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/fair-levels.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

/// A link that is not full is looked at again when its rate comes so near to nothing or to its
/// capacity, relative: far above the noise of the changes that have been added up since its
/// equation was solved.
constexpr double FAR_ABOVE_NOISE = 1e-6;

/// Whether two levels are the same but for noise.
static bool
IsSame(double a, double b)
{
    return a == b || std::abs(a - b) <= ROUNDING * std::min(a, b);
}

FairLevels::FairLevels(const std::vector<BitRate>& capacity)
    : m_capacity(capacity),
      m_sink(static_cast<std::uint32_t>(capacity.size())),
      m_levels(capacity.size() + 1, INFINITE),
      m_links(capacity.size())
{
}

void
FairLevels::MarkDirty(std::uint32_t link)
{
    if (!m_dirty.Contains(link))
    {
        m_dirty.Set(link, m_levels[link]);
    }
}

void
FairLevels::Start(std::uint32_t flow,
                  Route route,
                  std::uint32_t multiplicity,
                  double bits,
                  Time now)
{
    const Lane lane = route.Number().Value();
    if (lane >= m_lanes.size())
    {
        m_lanes.resize(std::max<std::size_t>(lane + 1, m_lanes.size() * 3 / 2));
        m_bottlenecks.resize(m_lanes.size(), m_sink);
    }
    LaneState& state = m_lanes[lane];
    if (state.ends.empty())
    {
        state.route = route;
        Cross(lane);
    }
    const double end = Served(lane, now) + bits;
    m_members.Add(flow) = {lane, multiplicity, end};
    state.ends.push_back({end, flow});
    std::push_heap(state.ends.begin(), state.ends.end(), Later);
    AddFlows(lane, multiplicity);
    if (m_bottlenecks[lane] != m_sink)
    {
        SetEnd(lane);
    }
}

void
FairLevels::Cross(Lane lane)
{
    LaneState& state = m_lanes[lane];
    const bool isGeneral = IsGeneral(state.route);
    for (const LinkShare& hop : state.route)
    {
        LinkState& link = m_links[hop.link.Value()];
        Crossing crossing{0, lane, {}};
        crossing.others.fill(m_sink);
        std::size_t others = 0;
        for (const LinkShare& other : state.route)
        {
            if (other.link != hop.link && !isGeneral)
            {
                crossing.others[others++] = other.link.Value();
            }
        }
        state.places.push_back(static_cast<std::uint32_t>(link.crossings.size()));
        link.crossings.push_back(crossing);
        link.generalRoutes += isGeneral ? 1 : 0;
    }
    MayMove(lane);
}

void
FairLevels::Uncross(Lane lane)
{
    LaneState& state = m_lanes[lane];
    const bool isGeneral = IsGeneral(state.route);
    for (std::size_t hop = 0; hop < state.route.Hops(); ++hop)
    {
        LinkState& link = m_links[state.route[hop].link.Value()];
        const std::uint32_t place = state.places[hop];
        const Crossing& last = link.crossings.back();
        LaneState& moved = m_lanes[last.lane];
        for (std::size_t i = 0; i < moved.route.Hops(); ++i)
        {
            moved.places[i] =
                moved.route[i].link == state.route[hop].link ? place : moved.places[i];
        }
        link.crossings[place] = last;
        link.crossings.pop_back();
        link.generalRoutes -= isGeneral ? 1 : 0;
    }
    state.places.clear();
    m_bottlenecks[lane] = m_sink;
    state.flows = state.served = state.since = 0;
}

void
FairLevels::AddFlows(Lane lane, double flows)
{
    LaneState& state = m_lanes[lane];
    state.flows += flows;
    for (std::size_t hop = 0; hop < state.route.Hops(); ++hop)
    {
        const LinkShare& crossed = state.route[hop];
        const std::uint32_t link = crossed.link.Value();
        m_links[link].crossings[state.places[hop]].weight = state.flows * crossed.share;
        MarkDirty(link);
    }
}

void
FairLevels::MayMove(Lane lane)
{
    if (!m_lanes[lane].mayMove)
    {
        m_lanes[lane].mayMove = true;
        m_moving.push_back(lane);
    }
}

template <bool HAS_GENERAL>
double
FairLevels::LevelElsewhere(std::uint32_t link, const Crossing& crossing) const
{
    double least = INFINITE;
    for (const std::uint32_t other : crossing.others)
    {
        least = m_levels[other] < least ? m_levels[other] : least;
    }
    if (HAS_GENERAL && IsGeneral(m_lanes[crossing.lane].route))
    {
        for (const LinkShare& hop : m_lanes[crossing.lane].route)
        {
            least = hop.link.Value() == link ? least : std::min(least, m_levels[hop.link.Value()]);
        }
    }
    return least;
}

/// Newton's method. The left side of the equation is concave in the level, so from below the root
/// the steps only ascend, and each passes a level elsewhere; from above, the first one falls below
/// it. Mostly the first step is the last.
template <bool HAS_GENERAL>
FairLevels::Solution
FairLevels::Solve(std::uint32_t link)
{
    const std::vector<Crossing>& crossings = m_links[link].crossings;
    const double capacity = m_capacity[link];
    double level = m_levels[link];
    m_elsewhere.resize(std::max(m_elsewhere.size(), crossings.size()));
    for (std::size_t i = 0; i < crossings.size(); ++i)
    {
        m_elsewhere[i] = LevelElsewhere<HAS_GENERAL>(link, crossings[i]);
    }
    for (;;)
    {
        double elsewhere = 0; ///< rates of flows with their bottleneck elsewhere
        double here = 0;      ///< weight of the others
        double highestElsewhere = 0;
        double lowestHere = INFINITE;
        for (std::size_t i = 0; i < crossings.size(); ++i)
        {
            const double other = m_elsewhere[i];
            const double weight = crossings[i].weight;
            const bool isElsewhere = other < level;
            elsewhere += isElsewhere ? weight * other : 0;
            here += isElsewhere ? 0 : weight;
            highestElsewhere = isElsewhere && other > highestElsewhere ? other : highestElsewhere;
            lowestHere = !isElsewhere && other < lowestHere ? other : lowestHere;
        }
        if (here > 0)
        {
            const double next = std::max(0.0, capacity - elsewhere) / here;
            if ((highestElsewhere <= next * (1 + ROUNDING) &&
                 next <= lowestHere * (1 + ROUNDING)) ||
                next == level)
            {
                return {next, capacity};
            }
            level = next;
        }
        else if (elsewhere <= capacity * (1 + FULL_LINK))
        {
            return {INFINITE, elsewhere};
        }
        else
        {
            double weight = 0;
            for (const Crossing& crossing : crossings)
            {
                weight += crossing.weight;
            }
            level = capacity / weight;
        }
    }
}

template <bool HAS_GENERAL>
void
FairLevels::TellOthers(std::uint32_t link, double before, double after)
{
    const double lower = std::min(before, after);
    const std::vector<Crossing>& crossings = m_links[link].crossings;
    for (std::size_t i = 0; i < crossings.size(); ++i)
    {
        const Crossing& crossing = crossings[i];
        const double elsewhere = m_elsewhere[i];
        if (elsewhere < lower * (1 - SAME_LEVEL))
        {
            continue;
        }
        if ((elsewhere < after) == (m_bottlenecks[crossing.lane] == link))
        {
            MayMove(crossing.lane);
        }
        if (elsewhere <= lower)
        {
            continue; // its rate stays
        }
        if (HAS_GENERAL && IsGeneral(m_lanes[crossing.lane].route))
        {
            for (const LinkShare& hop : m_lanes[crossing.lane].route)
            {
                if (hop.link.Value() != link && m_levels[hop.link.Value()] > lower)
                {
                    MarkDirty(hop.link.Value());
                }
            }
            continue;
        }
        const double more =
            crossing.weight * (std::min(after, elsewhere) - std::min(before, elsewhere));
        for (const std::uint32_t other : crossing.others)
        {
            if (m_levels[other] > lower && other != m_sink)
            {
                Tell(other, more);
            }
        }
    }
}

void
FairLevels::Tell(std::uint32_t link, BitRate more)
{
    if (m_levels[link] == INFINITE && std::isfinite(more))
    {
        const double noise = m_capacity[link] * FAR_ABOVE_NOISE;
        m_links[link].rate += more;
        NoteSolved(link);
        if (noise < m_links[link].rate && m_links[link].rate < m_capacity[link] - noise)
        {
            return;
        }
    }
    MarkDirty(link);
}

void
FairLevels::Update(std::uint32_t link, Time now)
{
    LinkState& state = m_links[link];
    const Solution solution = state.generalRoutes > 0 ? Solve<true>(link) : Solve<false>(link);
    NoteSolved(link);
    state.rate = solution.rate;
    const double before = m_levels[link];
    if (IsSame(before, solution.level))
    {
        return;
    }
    Advance(link, now);
    m_levels[link] = solution.level;
    state.generalRoutes > 0 ? TellOthers<true>(link, before, solution.level)
                            : TellOthers<false>(link, before, solution.level);
}

void
FairLevels::NoteSolved(std::uint32_t link)
{
    if (!m_links[link].isSolved)
    {
        m_links[link].isSolved = true;
        m_solved.push_back(link);
    }
}

bool
FairLevels::Share(Time now)
{
    m_solved.clear();
    m_moved.clear();
    if (m_dirty.Empty())
    {
        return false;
    }
    while (!m_dirty.Empty())
    {
        const std::uint32_t link = m_dirty.Top().item;
        m_dirty.Pop();
        Update(link, now);
    }
    for (const Lane lane : m_moving)
    {
        m_lanes[lane].mayMove = false;
        if (HasFlows(lane))
        {
            Settle(lane, now);
        }
    }
    m_moving.clear();
    for (const std::uint32_t link : m_solved)
    {
        m_links[link].isSolved = false;
        Predict(link, now);
    }
    return true;
}

void
FairLevels::Settle(Lane lane, Time now)
{
    LaneState& state = m_lanes[lane];
    const std::uint32_t before = m_bottlenecks[lane];
    std::uint32_t least = before;
    for (const LinkShare& hop : state.route)
    {
        least = m_levels[hop.link.Value()] < m_levels[least] ? hop.link.Value() : least;
    }
    if (least == before)
    {
        return;
    }
    state.served = Served(lane, now);
    if (before != m_sink)
    {
        EraseEnd(lane);
        NoteSolved(before);
    }
    NoteSolved(least);
    m_bottlenecks[lane] = least;
    state.since = Clock(least, now);
    std::vector<LaneEnd>& heap = m_links[least].ends;
    state.place = static_cast<std::uint32_t>(heap.size());
    heap.push_back({INFINITE, lane});
    SetEnd(lane);
    m_moved.push_back(lane);
}

void
FairLevels::ListChangedLanes(std::vector<Lane>& lanes) const
{
    lanes.insert(lanes.end(), m_moved.begin(), m_moved.end());
    for (const std::uint32_t link : m_solved)
    {
        for (const LaneEnd& end : m_links[link].ends)
        {
            lanes.push_back(end.lane);
        }
    }
    std::sort(lanes.begin(), lanes.end());
    lanes.erase(std::unique(lanes.begin(), lanes.end()), lanes.end());
}

} // namespace echelon
