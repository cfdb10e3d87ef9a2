// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/coordinator.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

namespace
{

/// Above this share of all flows, picking the closure out of the ascending list is cheaper than sorting it.
constexpr std::size_t SORT_BELOW_SHARE = 8;

} // namespace

Coordinator::Coordinator(const Topology& topology,
                         Scheduler& scheduler,
                         Fabric& fabric,
                         Time controlDelay)
    : m_topology(topology),
      m_scheduler(scheduler),
      m_fabric(fabric),
      m_controlDelay(controlDelay),
      m_series(topology.Links().size()),
      m_linkFlows(topology.Links().size()),
      m_linkRate(topology.Links().size(), 0.0),
      m_linkMark(topology.Links().size(), 0)
{
    for (const Link& link : topology.Links())
    {
        m_capacity.push_back(link.rate * fabric.GoodputFactor());
    }
    m_view.capacity = &m_capacity;
}

void
Coordinator::AddGroup(GroupId id, JobId job, double weight)
{
    ECHELON_REQUIRE(id.Value() == m_groups.size(), "groups come in order of their ids");
    m_groups.emplace_back();
    ActiveGroup& view = m_groups.back().view;
    view.id = id;
    view.job = job;
    view.weight = weight;
    view.reference = m_fabric.Now();
}

void
Coordinator::AddFlow(const Flow& flow, Time idealFinish)
{
    ECHELON_REQUIRE(flow.id.Value() >= m_flows.size(), "flows come in order of their ids");
    m_flows.resize(flow.id.Value() + 1);
    FlowState& state = m_flows.back();
    state.active = true;
    state.group = flow.group;
    ActiveFlow& view = state.view;
    view.id = flow.id;
    view.path = flow.path;
    view.sizeBits = flow.Bits();
    view.multiplicity = flow.multiplicity;
    view.release = m_fabric.Now();
    view.idealFinish = idealFinish;

    for (std::size_t hop = 0; hop < flow.path.Hops(); ++hop)
    {
        std::vector<FlowId>& others = m_linkFlows[flow.path[hop].Value()];
        state.placeOnLink[hop] = static_cast<std::uint32_t>(others.size());
        others.push_back(flow.id);
    }
    std::vector<FlowId>& members = m_groups[flow.group.Value()].flows;
    state.placeInGroup = static_cast<std::uint32_t>(members.size());
    members.push_back(flow.id);
    m_ascending.push_back(flow.id);
    ++m_activeFlows;
    m_dirtyLinks.insert(m_dirtyLinks.end(), flow.path.begin(), flow.path.end());
    m_dirtyGroups.push_back(flow.group);
    RequestDecision();
}

void
Coordinator::RemoveFlow(FlowId flow)
{
    FlowState& state = m_flows[flow.Value()];
    ECHELON_REQUIRE(state.active, "a flow leaves once");
    state.active = false;
    const Path& path = state.view.path;
    for (std::size_t hop = 0; hop < path.Hops(); ++hop)
    {
        std::vector<FlowId>& others = m_linkFlows[path[hop].Value()];
        const FlowId moved = others.back();
        others[state.placeOnLink[hop]] = moved;
        others.pop_back();
        FlowState& movedState = m_flows[moved.Value()];
        for (std::size_t k = 0; k < movedState.view.path.Hops(); ++k)
        {
            if (movedState.view.path[k] == path[hop])
            {
                movedState.placeOnLink[k] = state.placeOnLink[hop];
            }
        }
        BitRate& rate = m_linkRate[path[hop].Value()];
        rate = others.empty() ? 0.0 : std::max(0.0, rate - state.rate);
        if (!m_topology.IsScaleUp(path[hop]))
        {
            m_series.SetRate(path[hop], m_fabric.Now(), rate);
        }
    }
    GroupState& group = m_groups[state.group.Value()];
    const FlowId moved = group.flows.back();
    group.flows[state.placeInGroup] = moved;
    m_flows[moved.Value()].placeInGroup = state.placeInGroup;
    group.flows.pop_back();
    group.departedBits += state.view.sizeBits;
    --m_activeFlows;
    m_dirtyLinks.insert(m_dirtyLinks.end(), path.begin(), path.end());
    m_dirtyGroups.push_back(state.group);
    RequestDecision();
}

void
Coordinator::RequestDecision()
{
    if (m_controlDelay > Time())
    {
        // Each change is answered one delay later; a decision on the way also covers the changes that came after its cause.
        m_fabric.CallAt(m_fabric.Now() + m_controlDelay, [this] { Decide(); });
        return;
    }
    if (!m_decisionRequested)
    {
        m_decisionRequested = true;
        m_fabric.CallWhenSettled([this] {
            m_decisionRequested = false;
            Decide();
        });
    }
}

void
Coordinator::Decide()
{
    if (m_dirtyLinks.empty())
    {
        return;
    }
    CollectClosure();
    if (m_closure.empty())
    {
        return;
    }
    BuildView();
    Apply(m_scheduler.Allocate(m_view));
}

void
Coordinator::CollectClosure()
{
    ++m_mark;
    m_closure.clear();
    m_closureLinks.clear();
    m_closureGroups.clear();
    for (const LinkId link : m_dirtyLinks)
    {
        Visit(link);
    }
    for (const GroupId group : m_dirtyGroups)
    {
        Visit(group);
    }
    m_dirtyLinks.clear();
    m_dirtyGroups.clear();
    for (std::size_t next = 0; next < m_closure.size(); ++next)
    {
        const FlowState& state = m_flows[m_closure[next].Value()];
        for (const LinkId link : state.view.path)
        {
            Visit(link);
        }
        Visit(state.group);
    }
    if (m_closure.size() * SORT_BELOW_SHARE < m_activeFlows)
    {
        std::sort(m_closure.begin(), m_closure.end());
        return;
    }
    m_closure.clear();
    std::size_t kept = 0;
    for (const FlowId flow : m_ascending)
    {
        const FlowState& state = m_flows[flow.Value()];
        if (state.active)
        {
            m_ascending[kept++] = flow;
            if (state.mark == m_mark)
            {
                m_closure.push_back(flow);
            }
        }
    }
    m_ascending.resize(kept);
}

void
Coordinator::Visit(LinkId link)
{
    if (m_linkMark[link.Value()] == m_mark)
    {
        return;
    }
    m_linkMark[link.Value()] = m_mark;
    m_closureLinks.push_back(link);
    for (const FlowId flow : m_linkFlows[link.Value()])
    {
        Include(flow);
    }
}

void
Coordinator::Visit(GroupId group)
{
    GroupState& state = m_groups[group.Value()];
    if (state.mark == m_mark)
    {
        return;
    }
    state.mark = m_mark;
    if (!state.flows.empty())
    {
        m_closureGroups.push_back(group);
    }
    for (const FlowId flow : state.flows)
    {
        Include(flow);
    }
}

void
Coordinator::Include(FlowId flow)
{
    FlowState& state = m_flows[flow.Value()];
    if (state.mark != m_mark)
    {
        state.mark = m_mark;
        m_closure.push_back(flow);
    }
}

void
Coordinator::BuildView()
{
    m_view.now = m_fabric.Now();
    m_view.groups.clear();
    std::sort(m_closureGroups.begin(), m_closureGroups.end());
    for (const GroupId group : m_closureGroups)
    {
        GroupState& state = m_groups[group.Value()];
        state.viewIndex = static_cast<std::uint32_t>(m_view.groups.size());
        m_view.groups.push_back(state.view);
        m_view.groups.back().sentBits = state.departedBits;
    }
    m_view.flows.clear();
    for (const FlowId flow : m_closure)
    {
        FlowState& state = m_flows[flow.Value()];
        state.view.remainingBits = m_fabric.RemainingBits(flow);
        state.view.group = m_groups[state.group.Value()].viewIndex;
        m_view.groups[state.view.group].sentBits += state.view.sizeBits - state.view.remainingBits;
        m_view.flows.push_back(state.view);
    }
}

void
Coordinator::Apply(const Allocation& allocation)
{
    m_changes.clear();
    for (const LinkId link : m_closureLinks)
    {
        m_linkRate[link.Value()] = 0;
    }
    for (std::size_t i = 0; i < m_closure.size(); ++i)
    {
        FlowState& state = m_flows[m_closure[i].Value()];
        const BitRate rate = allocation.rates[i];
        if (rate != state.rate)
        {
            state.rate = rate;
            m_changes.push_back({m_closure[i], rate, 0});
        }
        for (const LinkId link : state.view.path)
        {
            m_linkRate[link.Value()] += rate;
        }
    }
    for (const LinkId link : m_closureLinks)
    {
        if (!m_topology.IsScaleUp(link))
        {
            m_series.SetRate(link, m_view.now, m_linkRate[link.Value()]);
        }
    }
    m_fabric.SetRates(m_changes);
}

} // namespace echelon
