// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/network-state.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>

namespace echelon
{

NetworkState::NetworkState(const std::vector<BitRate>& capacity)
    : m_capacity(capacity),
      m_linkFlows(m_capacity.size()),
      m_linkShares(m_capacity.size()),
      m_linkRates(m_capacity.size(), 0.0),
      m_linkLevels(m_capacity.size(), 0.0),
      m_isFull(m_capacity.size(), 0),
      m_isChanged(m_capacity.size(), 0)
{
}

void
NetworkState::Add(FlowId flow, GroupId group, Route route, std::uint32_t multiplicity)
{
    ECHELON_REQUIRE(!IsActive(flow), "a flow comes once");
    ECHELON_REQUIRE(multiplicity > 0 && route.Hops() > 0, "a flow crosses the fabric");
    if (flow.Value() >= m_flows.size())
    {
        m_flows.resize(flow.Value() + 1);
        m_rates.resize(flow.Value() + 1, 0.0);
        m_levels.resize(flow.Value() + 1, 0.0);
    }
    FlowState& state = m_flows[flow.Value()];
    state.route = route;
    state.group = group;
    state.multiplicity = multiplicity;
    state.places.clear();
    for (const auto& [link, share] : route)
    {
        std::vector<FlowId>& others = m_linkFlows[link.Value()];
        state.places.push_back(static_cast<std::uint32_t>(others.size()));
        others.push_back(flow);
        m_linkShares[link.Value()].push_back(share);
    }
    ++m_activeFlows;
}

void
NetworkState::Remove(FlowId flow)
{
    ECHELON_REQUIRE(IsActive(flow), "a flow leaves once");
    FlowState& state = m_flows[flow.Value()];
    state.multiplicity = 0;
    m_rates[flow.Value()] = 0;
    for (std::size_t hop = 0; hop < state.route.Hops(); ++hop)
    {
        const LinkId link = state.route[hop];
        std::vector<FlowId>& others = m_linkFlows[link.Value()];
        std::vector<double>& shares = m_linkShares[link.Value()];
        const std::uint32_t place = state.places[hop];
        others[place] = others.back();
        others.pop_back();
        shares[place] = shares.back();
        shares.pop_back();
        if (place < others.size())
        {
            FlowState& moved = m_flows[others[place].Value()];
            const auto* const at = std::find(moved.route.begin(), moved.route.end(), link);
            moved.places[static_cast<std::size_t>(at - moved.route.begin())] = place;
        }
        m_staleLinks.push_back(link);
    }
    --m_activeFlows;
}

void
NetworkState::Refresh()
{
    std::sort(m_staleLinks.begin(), m_staleLinks.end());
    m_staleLinks.erase(std::unique(m_staleLinks.begin(), m_staleLinks.end()), m_staleLinks.end());
    for (const LinkId link : m_staleLinks)
    {
        RefreshLink(link);
    }
    m_staleLinks.clear();
}

const std::vector<LinkId>&
NetworkState::SetRates(const std::vector<FlowRate>& changes)
{
    m_changedLinks.clear();
    for (const FlowRate& change : changes)
    {
        ECHELON_REQUIRE(IsActive(change.flow), "only active flows have rates");
        ECHELON_REQUIRE(change.rate >= 0, "a rate is not negative");
        const FlowState& state = m_flows[change.flow.Value()];
        m_rates[change.flow.Value()] = change.rate;
        m_levels[change.flow.Value()] = change.rate / state.multiplicity;
        for (const LinkId link : state.route)
        {
            if (!m_isChanged[link.Value()])
            {
                m_isChanged[link.Value()] = 1;
                m_changedLinks.push_back(link);
            }
        }
    }
    for (const LinkId link : m_changedLinks)
    {
        m_isChanged[link.Value()] = 0;
        RefreshLink(link);
        ECHELON_ENSURE(LinkRate(link) <= m_capacity[link.Value()] * (1 + CAPACITY_EXCESS),
                       "no link is over capacity");
    }
    return m_changedLinks;
}

void
NetworkState::RefreshLink(LinkId link)
{
    BitRate rate = 0;
    double level = 0;
    const std::vector<FlowId>& flows = m_linkFlows[link.Value()];
    const std::vector<double>& shares = m_linkShares[link.Value()];
    for (std::size_t i = 0; i < flows.size(); ++i)
    {
        rate += m_rates[flows[i].Value()] * shares[i];
        level = std::max(level, LevelOf(flows[i]));
    }
    m_linkRates[link.Value()] = rate;
    m_linkLevels[link.Value()] = level;
    m_isFull[link.Value()] = WouldFill(link, rate) ? 1 : 0;
}

} // namespace echelon
