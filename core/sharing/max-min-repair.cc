// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/max-min-repair.h"

#include <algorithm>

namespace echelon
{

bool
MaxMinRepair::Repair(const NetworkState& state,
                     const std::vector<LinkId>& touched,
                     std::vector<FlowRate>& changes)
{
    Begin(state, touched);
    for (const LinkId link : touched)
    {
        FindJoiningOn(state, link);
    }
    while (!m_queue.empty())
    {
        JoinQueued(state);
        if (2 * m_members.size() > state.ActiveFlows())
        {
            return false;
        }
        Solve(state);
        if (!FindJoining(state))
        {
            return false;
        }
    }
    for (const FlowId flow : m_members)
    {
        const BitRate rate = MembershipOf(state, flow).level * state.MultiplicityOf(flow);
        if (rate != state.RateOf(flow))
        {
            changes.push_back({flow, rate});
        }
    }
    return true;
}

void
MaxMinRepair::Begin(const NetworkState& state, const std::vector<LinkId>& touched)
{
    ++m_call;
    m_members.clear();
    m_queue.clear();
    m_inspected.clear();
    m_links.resize(state.Capacity().size());
    m_residual.resize(state.Capacity().size(), 0.0);
    m_flows.resize(state.Table().Slots());
    for (const LinkId link : touched)
    {
        Inspect(state, link);
    }
}

MaxMinRepair::LinkFacts&
MaxMinRepair::Inspect(const NetworkState& state, LinkId link)
{
    LinkFacts& facts = m_links[link.Value()];
    if (facts.inspectedIn != m_call)
    {
        facts.inspectedIn = m_call;
        facts.othersRate = state.LinkRate(link);
        facts.othersLevel = state.LinkLevel(link);
        facts.isOthersLevelStale = false;
        facts.memberRate = 0;
        facts.memberLevel = 0;
        facts.isFull = state.IsFull(link);
        m_inspected.push_back(link);
    }
    return facts;
}

void
MaxMinRepair::Queue(const FlowOnLink& flow)
{
    Membership& membership = m_flows[flow.slot];
    if (membership.queuedIn != m_call)
    {
        membership.queuedIn = m_call;
        m_queue.push_back(flow);
    }
}

void
MaxMinRepair::JoinQueued(const NetworkState& state)
{
    for (const FlowId flow : m_queue)
    {
        Membership& membership = MembershipOf(state, flow);
        membership.joinedIn = m_call;
        membership.level = 0;
        m_members.push_back(flow);
        for (const LinkShare& hop : state.RouteOf(flow))
        {
            LinkFacts& facts = Inspect(state, hop);
            facts.othersRate -= state.RateOf(flow) * hop.share;
            facts.isOthersLevelStale =
                facts.isOthersLevelStale || state.LevelOf(flow) >= facts.othersLevel;
        }
    }
    m_queue.clear();
}

void
MaxMinRepair::RefreshOthersLevel(const NetworkState& state, LinkId link)
{
    double level = 0;
    for (const FlowOnLink& flow : state.FlowsOn(link))
    {
        level = std::max(level, IsMember(flow) ? 0.0 : state.LevelOf(flow));
    }
    m_links[link.Value()].othersLevel = level;
    m_links[link.Value()].isOthersLevelStale = false;
}

void
MaxMinRepair::Solve(const NetworkState& state)
{
    for (const LinkId link : m_inspected)
    {
        LinkFacts& facts = m_links[link.Value()];
        facts.memberRate = 0;
        facts.memberLevel = 0;
        m_residual[link.Value()] = std::max(0.0, state.Capacity()[link.Value()] - facts.othersRate);
    }
    m_solver.Clear();
    for (const FlowId flow : m_members)
    {
        m_solver.Add(state.RouteOf(flow), state.MultiplicityOf(flow));
    }
    m_solver.Solve(m_residual);
    for (std::size_t i = 0; i < m_members.size(); ++i)
    {
        const FlowId flow = m_members[i];
        const BitRate rate = m_solver.Rate(i);
        const double level = rate / state.MultiplicityOf(flow);
        MembershipOf(state, flow).level = level;
        for (const LinkShare& hop : state.RouteOf(flow))
        {
            LinkFacts& facts = m_links[hop.link.Value()];
            facts.memberRate += rate * hop.share;
            facts.memberLevel = std::max(facts.memberLevel, level);
        }
    }
    for (const LinkId link : m_inspected)
    {
        LinkFacts& facts = m_links[link.Value()];
        facts.isFull = state.WouldFill(link, facts.othersRate + facts.memberRate);
    }
}

bool
MaxMinRepair::FindJoining(const NetworkState& state)
{
    bool isStuck = false;
    for (const FlowId flow : m_members)
    {
        const Route route = state.RouteOf(flow);
        const double own = MembershipOf(state, flow).level;
        if (HasBottleneck(state, route, own))
        {
            continue;
        }
        isStuck = true;
        const double level = own * (1 + SAME_LEVEL);
        for (const LinkId link : route)
        {
            if (!IsFull(state, link) || LinkLevel(state, link) <= level)
            {
                continue;
            }
            for (const FlowOnLink& other : state.FlowsOn(link))
            {
                if (!IsMember(other) && state.LevelOf(other) > level)
                {
                    Queue(other);
                }
            }
        }
    }
    for (const LinkId link : m_inspected)
    {
        if (HasWorsened(state, link))
        {
            FindJoiningOn(state, link);
        }
    }
    return !isStuck || !m_queue.empty();
}

void
MaxMinRepair::FindJoiningOn(const NetworkState& state, LinkId link)
{
    // Only flows of the link's level can have had their bottleneck here; a flow without a rate has
    // just arrived.
    const double least = state.LinkLevel(link) * (1 - BELOW_LEVEL);
    for (const FlowOnLink& flow : state.FlowsOn(link))
    {
        const double level = state.LevelOf(flow);
        if ((level >= least || level == 0) && !IsMember(flow) &&
            !HasBottleneck(state, state.RouteOf(flow), level))
        {
            Queue(flow);
        }
    }
}

bool
MaxMinRepair::HasWorsened(const NetworkState& state, LinkId link)
{
    return state.IsFull(link) &&
           (!IsFull(state, link) ||
            LinkLevel(state, link) > state.LinkLevel(link) * (1 + SAME_LEVEL));
}

bool
MaxMinRepair::HasBottleneck(const NetworkState& state, Route route, double level)
{
    for (const LinkId link : route)
    {
        if (IsFull(state, link) && LinkLevel(state, link) * (1 - SAME_LEVEL) <= level)
        {
            return true;
        }
    }
    return false;
}

} // namespace echelon
