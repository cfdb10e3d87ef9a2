// SPDX-License-Identifier: GPL-2.0-only

// What the agents do while the coordinator is lost, and how it comes back; control-plane.h.

#include "base/tolerances.h"
#include "control/coordinator.h"

#include <algorithm>

namespace echelon
{

void
Coordinator::TakeStock()
{
    for (std::size_t i = 0; i < m_flows.size(); ++i)
    {
        const FlowState& state = m_flows[i];
        if (!state.isKnown && !state.isSent)
        {
            Learn(FlowId(i));
        }
        else if (state.isSent && m_state.IsActive(FlowId(i)))
        {
            Forget(FlowId(i));
        }
    }
    m_state.Refresh();
    m_rates.clear();
    for (std::size_t i = 0; i < m_flows.size(); ++i)
    {
        if (m_state.IsActive(FlowId(i)))
        {
            m_rates.push_back({FlowId(i), m_flows[i].appliedRate});
        }
    }
    m_state.SetRates(m_rates);
}

void
Coordinator::Lose()
{
    m_isLost = true;
    ++m_epoch;
    m_decisionRequested = false;
    m_reports.Cut();
    TakeStock();
    for (FlowState& state : m_flows)
    {
        state.isKept = !state.isSent && state.appliedRate > 0;
    }
    TouchAllGroups();
    if (m_observer)
    {
        m_observer->OnOutage(true);
    }
    RequestDecision();
}

void
Coordinator::TouchAllGroups()
{
    for (std::size_t group = 0; group < m_groups.size(); ++group)
    {
        if (!m_groups[group].flows.empty())
        {
            m_change.groups.emplace_back(group);
        }
    }
}

void
Coordinator::Restore()
{
    // The last changes of the outage, if they came at this very time, are among what is reported.
    m_isLost = false;
    ++m_epoch;
    m_decisionRequested = false;
    m_decideOnAll = true;
    if (m_observer)
    {
        m_observer->OnOutage(false);
    }
    m_reports.Send([this] { RequestDecision(); });
}

void
Coordinator::ShareLocally()
{
    CollectClosure();
    ForgetChanges();
    for (const FlowId flow : m_closure)
    {
        for (const LinkId link : m_flows[flow.Value()].view.route)
        {
            m_spare[link.Value()] = m_state.Capacity()[link.Value()];
        }
    }
    m_closureGroups.clear();
    std::size_t others = 0;
    for (const FlowId flow : m_closure)
    {
        const FlowState& state = m_flows[flow.Value()];
        if (!state.isKept)
        {
            m_closure[others++] = flow;
            m_closureGroups.push_back(state.group);
            continue;
        }
        for (const auto& [link, share] : state.view.route)
        {
            BitRate& spare = m_spare[link.Value()];
            spare -= state.appliedRate * share;
            spare = spare > CAPACITY_EXCESS * m_state.Capacity()[link.Value()] ? spare : 0;
        }
    }
    m_closure.resize(others);
    std::sort(m_closureGroups.begin(), m_closureGroups.end());
    m_closureGroups.erase(std::unique(m_closureGroups.begin(), m_closureGroups.end()),
                          m_closureGroups.end());
    if (m_closure.empty())
    {
        return;
    }
    BuildView();
    m_view.capacity = &m_spare;
    const Allocation& allocation = m_local.Allocate(m_view);
    m_view.capacity = &m_state.Capacity();
    m_rates.clear();
    for (std::size_t i = 0; i < m_closure.size(); ++i)
    {
        m_rates.push_back({m_closure[i], allocation.rates[i]});
    }
    m_state.SetRates(m_rates);
    Apply(m_rates);
}

} // namespace echelon
