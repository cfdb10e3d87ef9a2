// SPDX-License-Identifier: GPL-2.0-only

// What the agents do while the coordinator is lost, and how it comes back; control-plane.h.

#include "base/tolerances.h"
#include "control/coordinator.h"

#include <algorithm>

namespace echelon
{

void
Coordinator::Resync()
{
    for (const FlowId flow : PresentFlows())
    {
        const FlowState& state = StateOf(flow);
        if (!state.isKnown)
        {
            Learn(flow);
        }
        else if (state.isSent)
        {
            Forget(flow);
        }
    }
    TakeAppliedRates();
    for (const FlowRate& applied : m_rates)
    {
        StateOf(applied.flow).isKept = applied.rate > 0;
    }
}

std::vector<FlowId>
Coordinator::PresentFlows() const
{
    std::vector<FlowId> present;
    for (FlowTable::Slot slot = 0; slot < m_states.size(); ++slot)
    {
        if (m_states[slot].isPresent)
        {
            present.push_back(m_flows.At(slot)->id);
        }
    }
    std::sort(present.begin(), present.end());
    return present;
}

void
Coordinator::Fail()
{
    m_isLost = true;
    ++m_epoch;
    m_decisionRequested = false;
    m_reports.Cut();
    Resync();
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
        for (const LinkId link : m_flows.FlowOf(flow).route)
        {
            m_spare[link.Value()] = m_state.Capacity()[link.Value()];
        }
    }
    m_standing.clear();
    std::size_t others = 0;
    for (const FlowId flow : m_closure)
    {
        const Flow& sharing = m_flows.FlowOf(flow);
        if (!StateOf(flow).isKept)
        {
            m_closure[others++] = flow;
            continue;
        }
        for (const auto& [link, share] : sharing.route)
        {
            BitRate& spare = m_spare[link.Value()];
            spare -= m_flows.RateOf(flow) * share;
            spare = spare > CAPACITY_EXCESS * m_state.Capacity()[link.Value()] ? spare : 0;
        }
    }
    m_closure.resize(others);
    KeepGroupsOfClosure();
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
