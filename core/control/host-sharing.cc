// SPDX-License-Identifier: GPL-2.0-only
#include "control/host-sharing.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

std::uint32_t
HostSharing::Add(const Flow& flow)
{
    ECHELON_REQUIRE(flow.route.Hops() == HOPS && m_topology.IsScaleUp(flow.route[0]),
                    "a flow inside a host leaves by one port and arrives by another");
    if (m_free.empty())
    {
        m_free.push_back(static_cast<std::uint32_t>(m_members.size()));
        m_members.emplace_back();
    }
    const std::uint32_t place = m_free.back();
    m_free.pop_back();
    Member& member = m_members[place];
    member = {};
    member.flow = flow.id;
    member.multiplicity = flow.multiplicity;
    member.route = flow.route;
    for (std::size_t hop = 0; hop < HOPS; ++hop)
    {
        std::vector<std::uint32_t>& members = m_ports[flow.route[hop].link.Value()].members;
        member.placeOnPort[hop] = static_cast<std::uint32_t>(members.size());
        members.push_back(place);
    }
    Touch(flow.route[0]); // from where the other port is reached
    return place;
}

void
HostSharing::Remove(std::uint32_t place)
{
    const Member& member = m_members[place];
    for (std::size_t hop = 0; hop < HOPS; ++hop)
    {
        std::vector<std::uint32_t>& members = m_ports[member.route[hop].link.Value()].members;
        const std::uint32_t last = members.back();
        members[member.placeOnPort[hop]] = last;
        m_members[last].placeOnPort[hop] = member.placeOnPort[hop];
        members.pop_back();
        if (!members.empty())
        {
            Touch(member.route[hop]);
        }
    }
    if (member.isLogged)
    {
        m_log->Depart(member.flow, m_clock.Now());
    }
    m_free.push_back(place);
}

void
HostSharing::Touch(LinkId port)
{
    if (m_touched.empty())
    {
        m_clock.CallWhenSettled([this] { Share(); });
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
        const Route route = m_members[m_connected[next]].route;
        Include(route[0]);
        Include(route[1]);
    }
    if (m_connected.size() == 1)
    {
        Member& member = m_members[m_connected[0]];
        SetRate(member,
                std::min(m_capacity[member.route[0].link.Value()],
                         m_capacity[member.route[1].link.Value()]),
                false);
        return;
    }
    m_solver.Clear();
    for (const std::uint32_t place : m_connected)
    {
        m_solver.Add(m_members[place].route, m_members[place].multiplicity);
    }
    m_solver.Solve(m_capacity);
    for (std::size_t i = 0; i < m_connected.size(); ++i)
    {
        SetRate(m_members[m_connected[i]], m_solver.Rate(i), true);
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
    for (const std::uint32_t place : included.members)
    {
        if (m_members[place].mark != m_mark)
        {
            m_members[place].mark = m_mark;
            m_connected.push_back(place);
        }
    }
}

void
HostSharing::SetRate(Member& member, BitRate rate, bool isShared)
{
    const bool isChanged = rate != member.rate;
    if (m_log && (isShared || member.isLogged) && (isChanged || !member.isLogged))
    {
        m_log->SetRate(member.flow, m_clock.Now(), rate);
        member.isLogged = true;
    }
    if (isChanged)
    {
        member.rate = rate;
        m_changes.push_back({member.flow, rate, 0});
    }
}

} // namespace echelon
