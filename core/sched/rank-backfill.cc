// SPDX-License-Identifier: GPL-2.0-only
#include "sched/rank-backfill.h"

#include "base/tolerances.h"

#include <algorithm>
#include <limits>

namespace echelon
{

void
RankBackfill::SetRanks(const NetworkView& view, const std::vector<std::uint32_t>& order)
{
    for (std::uint32_t rank = 0; rank < order.size(); ++rank)
    {
        const std::uint32_t id = view.groups[order[rank]].id.Value();
        m_rankOfGroup.resize(std::max<std::size_t>(m_rankOfGroup.size(), id + 1));
        m_rankOfGroup[id] = rank;
    }
}

double
RankBackfill::SpareOn(const NetworkState& state, Route route) const
{
    double spare = std::numeric_limits<double>::infinity();
    for (const LinkShare& hop : route)
    {
        const double capacity = state.Capacity()[hop.link.Value()];
        const double left = capacity - state.LinkRate(hop) - m_granted[hop.link.Value()];
        spare = std::min(spare, left < CAPACITY_EPSILON * capacity ? 0.0 : hop.RateFor(left));
    }
    return spare;
}

bool
RankBackfill::Repair(const NetworkState& state,
                     const NetworkChange& change,
                     std::vector<FlowRate>& changes)
{
    if (!change.onlyDepartures)
    {
        return false;
    }
    m_granted.resize(state.Capacity().size(), 0.0);
    m_candidates.clear();
    for (const LinkId link : change.links)
    {
        for (const FlowOnLink& crossing : state.FlowsOn(link))
        {
            const auto isFull = [&state](LinkId hop) { return state.IsFull(hop); };
            if (std::none_of(crossing.route.begin(), crossing.route.end(), isFull) &&
                SpareOn(state, crossing.route) > 0)
            {
                const GroupId group = state.GroupOf(crossing.flow);
                m_candidates.push_back({m_rankOfGroup[group.Value()], crossing.flow});
            }
        }
    }
    std::sort(m_candidates.begin(), m_candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.rank < b.rank || (a.rank == b.rank && a.flow < b.flow);
    });
    for (const Candidate& candidate : m_candidates)
    {
        const Route route = state.RouteOf(candidate.flow);
        const double spare = SpareOn(state, route);
        if (spare > 0)
        {
            changes.push_back({candidate.flow, state.RateOf(candidate.flow) + spare});
            for (const LinkShare& hop : route)
            {
                m_granted[hop.link.Value()] += spare * hop.share;
            }
        }
    }
    for (const FlowRate& granted : changes)
    {
        for (const LinkId link : state.RouteOf(granted.flow))
        {
            m_granted[link.Value()] = 0;
        }
    }
    return true;
}

} // namespace echelon
