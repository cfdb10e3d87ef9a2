// SPDX-License-Identifier: GPL-2.0-only

// What happens when links change their capacities or are down.

#include "control/coordinator.h"

#include <algorithm>

namespace echelon
{

void
Coordinator::ChangeCapacity(LinkId link)
{
    CutToCapacity(link);
    ++m_epoch;
    m_decisionRequested = false;
    m_state.NoteCapacity(link);
    TakeAppliedRates();
    TouchAllGroups();
    m_decideOnAll = !m_isLost;
    RequestDecision();
}

void
Coordinator::CutToCapacity(LinkId link)
{
    BitRate applied = 0;
    for (const FlowId flow : m_state.FlowsOn(link))
    {
        const Route route = m_flows.FlowOf(flow).route;
        applied += m_flows.RateOf(flow) * std::find(route.begin(), route.end(), link)->share;
    }
    const BitRate capacity = m_state.Capacity()[link.Value()];
    if (applied <= capacity)
    {
        return;
    }
    m_rates.clear();
    for (const FlowId flow : m_state.FlowsOn(link))
    {
        StateOf(flow).isKept = false;
        if (m_flows.RateOf(flow) > 0)
        {
            m_rates.push_back({flow, m_flows.RateOf(flow) * (capacity / applied)});
        }
    }
    Apply(m_rates);
}

void
Coordinator::TakeAppliedRates()
{
    m_state.Refresh();
    m_rates.clear();
    for (const FlowId flow : m_ascending)
    {
        if (m_state.IsActive(flow))
        {
            m_rates.push_back({flow, m_flows.RateOf(flow)});
        }
    }
    m_state.SetRates(m_rates);
}

void
Coordinator::SetAsideStanding()
{
    m_standing.clear();
    const NetworkCondition& condition = m_fabric.Condition();
    if (!condition.HasLinkDown())
    {
        return;
    }
    const auto moves = [&](FlowId flow) { return condition.Carries(m_flows.FlowOf(flow).route); };
    const auto standing = std::stable_partition(m_closure.begin(), m_closure.end(), moves);
    m_standing.assign(standing, m_closure.end());
    m_closure.erase(standing, m_closure.end());
    for (const FlowId flow : m_standing)
    {
        m_rates.push_back({flow, 0});
    }
    KeepGroupsOfClosure();
}

void
Coordinator::KeepGroupsOfClosure()
{
    m_closureGroups.clear();
    for (const FlowId flow : m_closure)
    {
        m_closureGroups.push_back(m_flows.FlowOf(flow).group);
    }
    std::sort(m_closureGroups.begin(), m_closureGroups.end());
    m_closureGroups.erase(std::unique(m_closureGroups.begin(), m_closureGroups.end()),
                          m_closureGroups.end());
}

} // namespace echelon
