// SPDX-License-Identifier: GPL-2.0-only
#include "control/host-sharing.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

void
HostSharing::Add(FlowId flow)
{
    const Route route = m_flows.FlowOf(flow).route;
    ECHELON_REQUIRE(route.Hops() == HOPS && m_topology.IsScaleUp(route[0]),
                    "a flow inside a host leaves by one port and arrives by another");
    m_members.resize(m_flows.Slots());
    Member& member = MemberOf(flow);
    member = {};
    for (std::size_t hop = 0; hop < HOPS; ++hop)
    {
        std::vector<FlowId>& members = m_ports[route[hop].link.Value()].members;
        member.placeOnPort[hop] = static_cast<std::uint32_t>(members.size());
        members.push_back(flow);
    }
    Touch(route[0]); // from where the other port is reached
}

void
HostSharing::Remove(FlowId flow)
{
    const Route route = m_flows.FlowOf(flow).route;
    const Member& member = MemberOf(flow);
    for (std::size_t hop = 0; hop < HOPS; ++hop)
    {
        std::vector<FlowId>& members = m_ports[route[hop].link.Value()].members;
        const FlowId last = members.back();
        members[member.placeOnPort[hop]] = last;
        MemberOf(last).placeOnPort[hop] = member.placeOnPort[hop];
        members.pop_back();
        if (!members.empty())
        {
            Touch(route[hop]);
        }
    }
    if (member.isTold)
    {
        m_run.OnDeparture(flow);
    }
    m_flows.SetRate(flow, 0);
}

void
HostSharing::Touch(LinkId port)
{
    if (m_touched.empty())
    {
        m_fabric.GetClock().CallWhenSettled([this] { Share(); });
    }
    m_touched.push_back(port);
}

void
HostSharing::Share()
{
    ++m_mark;
    m_changes.clear();
    for (const LinkId port : m_touched)
    {
        ShareFrom(port);
    }
    m_touched.clear();
    m_fabric.SetRates(m_changes);
}

void
HostSharing::ShareFrom(LinkId port)
{
    m_connected.clear();
    Include(port);
    for (std::size_t next = 0; next < m_connected.size(); ++next)
    {
        for (const LinkId other : m_flows.FlowOf(m_connected[next]).route)
        {
            Include(other);
        }
    }
    if (m_connected.size() == 1)
    {
        const Route route = m_flows.FlowOf(m_connected[0]).route;
        const BitRate all =
            std::min(m_capacity[route[0].link.Value()], m_capacity[route[1].link.Value()]);
        SetRate(m_connected[0], all, false);
        return;
    }
    m_solver.Clear();
    for (const FlowId flow : m_connected)
    {
        m_solver.Add(m_flows.FlowOf(flow).route, m_flows.FlowOf(flow).multiplicity);
    }
    m_solver.Solve(m_capacity);
    for (std::size_t i = 0; i < m_connected.size(); ++i)
    {
        SetRate(m_connected[i], m_solver.Rate(i), true);
    }
}

void
HostSharing::Include(LinkId port)
{
    Port& included = m_ports[port.Value()];
    if (included.mark == m_mark)
    {
        return;
    }
    included.mark = m_mark;
    for (const FlowId flow : included.members)
    {
        Member& member = MemberOf(flow);
        if (member.mark != m_mark)
        {
            member.mark = m_mark;
            m_connected.push_back(flow);
        }
    }
}

void
HostSharing::SetRate(FlowId flow, BitRate rate, bool isShared)
{
    Member& member = MemberOf(flow);
    const bool isChanged = rate != m_flows.RateOf(flow);
    if (isShared ? isChanged || !member.isTold : isChanged && member.isTold)
    {
        m_run.OnRate(flow, rate);
        member.isTold = true;
    }
    if (isChanged)
    {
        m_flows.SetRate(flow, rate);
        m_changes.push_back({flow, rate, 0});
    }
}

} // namespace echelon
