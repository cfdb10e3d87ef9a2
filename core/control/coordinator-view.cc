// SPDX-License-Identifier: GPL-2.0-only

// What of the network a decision is about: the closure of what has changed, as schedulers see it,
// and all flows with a rate, as queues see them.

#include "control/coordinator.h"

#include <algorithm>

namespace echelon
{

/// Above this share of all flows, picking the closure out of the ascending list is cheaper than
/// sorting it.
constexpr std::size_t SORT_BELOW_SHARE = 8;

void
Coordinator::CollectClosure()
{
    ++m_mark;
    m_closure.clear();
    m_closureGroups.clear();
    for (const LinkId link : m_change.links)
    {
        Visit(link);
    }
    for (const GroupId group : m_change.groups)
    {
        Visit(group);
    }
    for (std::size_t next = 0; next < m_closure.size(); ++next)
    {
        const Flow& flow = m_flows.FlowOf(m_closure[next]);
        for (const LinkId link : flow.route)
        {
            Visit(link);
        }
        Visit(flow.group);
    }
    if (m_closure.size() * SORT_BELOW_SHARE < m_state.ActiveFlows())
    {
        std::sort(m_closure.begin(), m_closure.end());
        return;
    }
    m_closure.clear();
    std::size_t kept = 0;
    for (const FlowId flow : m_ascending)
    {
        if (m_state.IsActive(flow))
        {
            m_ascending[kept++] = flow;
            if (StateOf(flow).mark == m_mark)
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
    for (const FlowOnLink& crossing : m_state.FlowsOn(link))
    {
        Include(crossing.flow, crossing.slot);
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
        Include(flow, m_flows.SlotOf(flow));
    }
}

void
Coordinator::Include(FlowId flow, FlowTable::Slot slot)
{
    FlowState& state = m_states[slot];
    if (state.mark != m_mark)
    {
        state.mark = m_mark;
        m_closure.push_back(flow);
    }
}

void
Coordinator::BuildView()
{
    m_view.now = m_clock.Now();
    m_closureJobs.clear();
    std::sort(m_closureGroups.begin(), m_closureGroups.end());
    for (const GroupId group : m_closureGroups)
    {
        const JobId job = m_groups[group.Value()].job;
        if (m_jobs[job.Value()].mark != m_mark)
        {
            m_jobs[job.Value()].mark = m_mark;
            m_closureJobs.push_back(job);
        }
    }
    std::sort(m_closureJobs.begin(), m_closureJobs.end());
    m_view.jobs.clear();
    for (const JobId job : m_closureJobs)
    {
        JobState& state = m_jobs[job.Value()];
        state.viewIndex = static_cast<std::uint32_t>(m_view.jobs.size());
        m_view.jobs.push_back(state.view);
    }
    m_view.groups.clear();
    for (const GroupId group : m_closureGroups)
    {
        GroupState& state = m_groups[group.Value()];
        state.viewIndex = static_cast<std::uint32_t>(m_view.groups.size());
        m_view.groups.push_back(state.view);
        m_view.groups.back().job = m_jobs[state.job.Value()].viewIndex;
        m_view.groups.back().sentBits = state.departedBits;
    }
    m_view.flows.clear();
    for (const FlowId id : m_closure)
    {
        const Flow& flow = m_flows.FlowOf(id);
        const FlowTimes& times = m_flows.TimesOf(id);
        ActiveFlow active;
        active.id = id;
        active.group = m_groups[flow.group.Value()].viewIndex;
        active.route = flow.route;
        // One bit for a flow that has left, but of whose departure no report has come.
        active.remainingBits = StateOf(id).isSent ? 1 : m_fabric.RemainingBits(id);
        active.sizeBits = flow.Bits();
        active.multiplicity = flow.multiplicity;
        active.release = times.start;
        active.idealFinish = times.idealFinish;
        active.latestFinish = times.latestFinish;
        m_view.groups[active.group].sentBits += active.sizeBits - active.remainingBits;
        m_view.flows.push_back(active);
    }
    for (const FlowId id : m_standing)
    {
        const Flow& flow = m_flows.FlowOf(id);
        if (std::binary_search(m_closureGroups.begin(), m_closureGroups.end(), flow.group))
        {
            const double left = StateOf(id).isSent ? 1 : m_fabric.RemainingBits(id);
            m_view.groups[m_groups[flow.group.Value()].viewIndex].sentBits += flow.Bits() - left;
        }
    }
}

void
Coordinator::AssignQueues()
{
    m_entries.clear();
    std::size_t kept = 0;
    for (const FlowId flow : m_ascending)
    {
        if (!m_state.IsActive(flow))
        {
            continue;
        }
        m_ascending[kept++] = flow;
        const FlowState& state = StateOf(flow);
        if (state.isDecided && !state.isSent)
        {
            const Flow& sending = m_flows.FlowOf(flow);
            m_entries.push_back(
                {flow, sending.route, sending.multiplicity, m_flows.RateOf(flow), 0});
        }
    }
    m_ascending.resize(kept);
    m_queues->Assign(m_entries);
    m_changes.clear();
    for (const QueueAssignment::Entry& entry : m_entries)
    {
        FlowState& state = StateOf(entry.flow);
        if (!state.isQueued || state.queue != entry.queue)
        {
            state.isQueued = true;
            state.queue = entry.queue;
            m_changes.push_back({entry.flow, entry.rate, entry.queue});
        }
    }
}

} // namespace echelon
