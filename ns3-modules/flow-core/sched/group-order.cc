// SPDX-License-Identifier: GPL-2.0-only
#include "sched/group-order.h"

#include "base/contracts.h"

#include <algorithm>
#include <limits>

namespace echelon
{

void
GroupOrderScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_byGroup.Reset(view);
    m_residual.Reset(view);
    m_order.clear();
    Order(view, m_order);
    ECHELON_ENSURE(m_order.size() == view.groups.size(), "every group has a place in the order");
    out.memory = m_order;
    DoRecall(view, out);
    for (const std::uint32_t group : m_order)
    {
        m_madd.Give(view, m_byGroup.Of(group), m_residual, out.rates);
    }
    for (const std::uint32_t group : m_order)
    {
        GiveInOrder(view, m_byGroup.Of(group), m_residual, out.rates);
    }
}

double
GroupOrderScheduler::SpareOn(const NetworkState& state, const Path& path) const
{
    double spare = std::numeric_limits<double>::infinity();
    for (const LinkId link : path)
    {
        const double capacity = state.Capacity()[link.Value()];
        const double left = capacity - state.LinkRate(link) - m_granted[link.Value()];
        spare = std::min(spare, left < CAPACITY_EPSILON * capacity ? 0.0 : left);
    }
    return spare;
}

void
GroupOrderScheduler::DoRecall(const NetworkView& view, const Allocation& decision)
{
    const std::vector<std::uint32_t>& order = decision.memory;
    for (std::uint32_t rank = 0; rank < order.size(); ++rank)
    {
        const std::uint32_t id = view.groups[order[rank]].id.Value();
        m_rankOfGroup.resize(std::max<std::size_t>(m_rankOfGroup.size(), id + 1));
        m_rankOfGroup[id] = rank;
    }
}

bool
GroupOrderScheduler::DoRepair(const NetworkState& state,
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
        for (const FlowId flow : state.FlowsOn(link))
        {
            if (SpareOn(state, state.PathOf(flow)) > 0)
            {
                m_candidates.push_back({m_rankOfGroup[state.GroupOf(flow).Value()], flow});
            }
        }
    }
    std::sort(m_candidates.begin(), m_candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.rank < b.rank || (a.rank == b.rank && a.flow < b.flow);
    });
    for (const Candidate& candidate : m_candidates)
    {
        const Path& path = state.PathOf(candidate.flow);
        const double spare = SpareOn(state, path);
        if (spare > 0)
        {
            changes.push_back({candidate.flow, state.RateOf(candidate.flow) + spare});
            for (const LinkId link : path)
            {
                m_granted[link.Value()] += spare;
            }
        }
    }
    for (const FlowRate& granted : changes)
    {
        for (const LinkId link : state.PathOf(granted.flow))
        {
            m_granted[link.Value()] = 0;
        }
    }
    return true;
}

} // namespace echelon
