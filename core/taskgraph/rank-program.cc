// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/rank-program.h"

#include "base/contracts.h"
#include "base/parameters.h"

#include <string>

namespace echelon
{

RankProgram::RankProgram(std::vector<DeviceId> devices)
    : m_devices(std::move(devices)),
      m_last(m_devices.size())
{
}

void
RankProgram::Continue(Rank rank, TaskId first, TaskId last)
{
    if (m_last[rank])
    {
        m_graph.AddDependency(*m_last[rank], first);
    }
    m_last[rank] = last;
}

void
RankProgram::Compute(Rank rank, Time duration, std::string_view label)
{
    ECHELON_REQUIRE(rank < m_devices.size(), "a rank has a device");
    const TaskId task = m_graph.AddCompute(m_devices[rank], duration, label);
    Continue(rank, task, task);
}

RankProgram::Messages&
RankProgram::MessagesOf(const Channel& channel)
{
    const auto [it, isNew] = m_messages.try_emplace(channel);
    if (isNew)
    {
        const auto& [from, to, tag] = channel;
        ECHELON_REQUIRE(from < m_devices.size() && to < m_devices.size(), "a rank has a device");
        const std::string name = "rank " + std::to_string(from) + " to rank " + std::to_string(to) +
                                 ", tag " + std::to_string(tag);
        it->second.group = m_graph.AddGroup({name, name, Arrangement::Coflow(), 1.0});
    }
    return it->second;
}

void
RankProgram::Send(Rank rank, Rank to, Bytes bytes, std::uint32_t tag)
{
    Messages& messages = MessagesOf({rank, to, tag});
    const auto position = static_cast<std::uint32_t>(messages.flows.size());
    const TaskId flow =
        m_graph.AddFlow({messages.group, m_devices[rank], m_devices[to], bytes, position, 1});
    if (m_last[rank])
    {
        m_graph.AddDependency(*m_last[rank], flow);
    }
    messages.flows.push_back(flow);
}

void
RankProgram::Receive(Rank rank, Rank from, std::uint32_t tag)
{
    Messages& messages = MessagesOf({from, rank, tag});
    const TaskId received = m_graph.AddBarrier();
    Continue(rank, received, received);
    messages.receives.push_back(received);
}

void
RankProgram::Collective(Rank rank,
                        std::uint32_t group,
                        std::uint32_t sequence,
                        std::uint32_t members,
                        const AddCollective& addCollective)
{
    ECHELON_REQUIRE(rank < m_devices.size(), "a rank has a device");
    const auto [it, isNew] = m_meetings.try_emplace({group, sequence});
    Meeting& meeting = it->second;
    if (isNew)
    {
        meeting = {m_graph.AddBarrier(), m_graph.AddBarrier(), members, 0};
        m_graph.AddDependency(meeting.begin, meeting.end);
        addCollective(m_graph, meeting.begin, meeting.end);
    }
    ++meeting.arrived;
    Continue(rank, meeting.begin, meeting.end);
}

TaskGraph
RankProgram::Build()
{
    for (const auto& [channel, messages] : m_messages)
    {
        if (messages.flows.size() != messages.receives.size())
        {
            throw ParameterError("messages",
                                 m_graph.Groups()[messages.group].name + ": there are " +
                                     std::to_string(messages.flows.size()) + " sends and " +
                                     std::to_string(messages.receives.size()) + " receives",
                                 "every send has a receive with its tag");
        }
        for (std::size_t i = 0; i < messages.flows.size(); ++i)
        {
            m_graph.AddDependency(messages.flows[i], messages.receives[i]);
        }
    }
    for (const auto& [key, meeting] : m_meetings)
    {
        if (meeting.arrived != meeting.members)
        {
            throw ParameterError("collectives",
                                 "group " + std::to_string(key.first) + ", sequence " +
                                     std::to_string(key.second) + ": " +
                                     std::to_string(meeting.arrived) + " of " +
                                     std::to_string(meeting.members) + " ranks take part",
                                 "every member of a group comes to each of its collectives once");
        }
    }
    m_graph.CheckAcyclic();
    return std::move(m_graph);
}

} // namespace echelon
