// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/network-state.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>

namespace echelon
{

NetworkState::NetworkState(const std::vector<BitRate>& capacity, const FlowTable& flows)
    : m_capacity(capacity),
      m_flows(flows),
      m_linkFlows(m_capacity.size()),
      m_linkRates(m_capacity.size(), 0.0),
      m_linkLevels(m_capacity.size(), 0.0),
      m_isFull(m_capacity.size(), 0),
      m_isChanged(m_capacity.size(), 0)
{
}

void
NetworkState::Add(FlowId flow)
{
    ECHELON_REQUIRE(!IsActive(flow), "a flow comes once");
    const Route route = RouteOf(flow);
    ECHELON_REQUIRE(route.Hops() > 0, "a flow crosses the fabric");
    m_places.resize(m_flows.Slots());
    m_rates.resize(m_flows.Slots());
    m_levels.resize(m_flows.Slots());
    m_isActive.resize(m_flows.Slots());
    const FlowTable::Slot slot = m_flows.SlotOf(flow);
    m_rates[slot] = 0;
    m_levels[slot] = 0;
    m_isActive[slot] = 1;
    m_places[slot].clear();
    for (const auto& [link, share] : route)
    {
        std::vector<FlowOnLink>& others = m_linkFlows[link.Value()];
        m_places[slot].push_back(static_cast<std::uint32_t>(others.size()));
        others.push_back({flow, slot, share, route});
    }
    ++m_activeFlows;
}

void
NetworkState::Remove(FlowId flow)
{
    ECHELON_REQUIRE(IsActive(flow), "a flow leaves once");
    const FlowTable::Slot slot = m_flows.SlotOf(flow);
    m_isActive[slot] = 0;
    const Route route = RouteOf(flow);
    for (std::size_t hop = 0; hop < route.Hops(); ++hop)
    {
        const LinkId link = route[hop];
        std::vector<FlowOnLink>& others = m_linkFlows[link.Value()];
        const std::uint32_t place = m_places[slot][hop];
        others[place] = others.back();
        others.pop_back();
        if (place < others.size())
        {
            const Route moved = others[place].route;
            const auto* const at = std::find(moved.begin(), moved.end(), link);
            m_places[others[place].slot][static_cast<std::size_t>(at - moved.begin())] = place;
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
        const Flow& flow = m_flows.FlowOf(change.flow);
        const FlowTable::Slot slot = m_flows.SlotOf(change.flow);
        m_rates[slot] = change.rate;
        m_levels[slot] = change.rate / flow.multiplicity;
        for (const LinkId link : flow.route)
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
    for (const FlowOnLink& flow : m_linkFlows[link.Value()])
    {
        rate += m_rates[flow.slot] * flow.share;
        level = std::max(level, m_levels[flow.slot]);
    }
    m_linkRates[link.Value()] = rate;
    m_linkLevels[link.Value()] = level;
    m_isFull[link.Value()] = WouldFill(link, rate) ? 1 : 0;
}

} // namespace echelon
