// SPDX-License-Identifier: GPL-2.0-only
#include "control/coordinator.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

namespace
{

/// Above this share of all flows, picking the closure out of the ascending list is cheaper than
/// sorting it.
constexpr std::size_t SORT_BELOW_SHARE = 8;

std::vector<BitRate>
PayloadCapacities(const Topology& topology, double goodputFactor)
{
    std::vector<BitRate> capacities;
    for (const Link& link : topology.Links())
    {
        capacities.push_back(link.rate * goodputFactor);
    }
    return capacities;
}

} // namespace

Coordinator::Coordinator(const Topology& topology,
                         Scheduler& scheduler,
                         Fabric& fabric,
                         const ControlPlane& control,
                         ControlObserver* observer)
    : m_topology(topology),
      m_scheduler(scheduler),
      m_fabric(fabric),
      m_clock(fabric.GetClock()),
      m_control(control),
      m_observer(observer),
      m_reports(m_clock, control),
      m_state(PayloadCapacities(topology, fabric.GoodputFactor())),
      m_series(topology.Links().size()),
      m_appliedRates(topology.Links().size()),
      m_isTouched(topology.Links().size(), 0),
      m_linkMark(topology.Links().size(), 0)
{
    m_view.capacity = &m_state.Capacity();
    if (fabric.EnforcedBy() == Enforcement::QUEUES)
    {
        m_queues = std::make_unique<QueueAssignment>(m_state.Capacity(), fabric.Queues());
    }
    if (control.lostAt)
    {
        m_spare = m_state.Capacity();
        ECHELON_REQUIRE(!control.backAt || *control.backAt > *control.lostAt,
                        "the coordinator is back after it was lost");
        m_clock.CallAt(*control.lostAt, [this] { Lose(); });
        if (control.backAt)
        {
            m_clock.CallAt(*control.backAt, [this] { Restore(); });
        }
    }
}

void
Coordinator::SetJob(const ActiveJob& job)
{
    if (job.id.Value() >= m_jobs.size())
    {
        m_jobs.resize(job.id.Value() + 1);
    }
    m_jobs[job.id.Value()].view = job;
}

void
Coordinator::AddGroup(GroupId id, JobId job, double weight, Time reference)
{
    ECHELON_REQUIRE(job.Value() < m_jobs.size(), "the job of a group is known");
    m_groups.resize(std::max<std::size_t>(m_groups.size(), id.Value() + 1));
    GroupState& group = m_groups[id.Value()];
    group.job = job;
    group.view.id = id;
    group.view.weight = weight;
    group.view.reference = reference;
}

void
Coordinator::AddFlow(const Flow& flow, Time idealFinish, Time latestFinish)
{
    ECHELON_REQUIRE(flow.id.Value() >= m_flows.size(), "flows come in order of their ids");
    m_flows.resize(flow.id.Value() + 1);
    FlowState& state = m_flows.back();
    state.group = flow.group;
    state.isSent = false;
    ActiveFlow& view = state.view;
    view.id = flow.id;
    view.route = flow.route;
    view.sizeBits = flow.Bits();
    view.multiplicity = flow.multiplicity;
    view.release = m_clock.Now();
    view.idealFinish = idealFinish;
    view.latestFinish = latestFinish;
    ++m_sending;
    if (m_isLost)
    {
        Learn(flow.id);
        return;
    }
    m_reports.Send([this, id = flow.id] { Learn(id); });
}

void
Coordinator::Learn(FlowId flow)
{
    FlowState& state = m_flows[flow.Value()];
    state.isKnown = true;
    m_state.Add(flow, state.group, state.view.route, state.view.multiplicity);
    std::vector<FlowId>& members = m_groups[state.group.Value()].flows;
    state.placeInGroup = static_cast<std::uint32_t>(members.size());
    members.push_back(flow);
    m_ascending.insert(std::upper_bound(m_ascending.begin(), m_ascending.end(), flow), flow);
    m_change.onlyDepartures = false;
    if (m_observer && !m_isLost)
    {
        m_observer->OnReport(flow, ControlObserver::Report::ARRIVAL);
    }
    Touch(state.view.route, state.group);
}

void
Coordinator::RemoveFlow(FlowId flow)
{
    SetAppliedRate(flow, 0);
    RecordAppliedRates();
    if (m_log)
    {
        m_log->Depart(flow, m_clock.Now());
    }
    m_flows[flow.Value()].isSent = true;
    m_flows[flow.Value()].sentAt = m_clock.Now();
    --m_sending;
    if (m_isLost)
    {
        Forget(flow);
        return;
    }
    m_reports.Send([this, flow] { Forget(flow); });
}

void
Coordinator::Forget(FlowId flow)
{
    m_state.Remove(flow);
    const FlowState& state = m_flows[flow.Value()];
    GroupState& group = m_groups[state.group.Value()];
    const FlowId moved = group.flows.back();
    group.flows[state.placeInGroup] = moved;
    m_flows[moved.Value()].placeInGroup = state.placeInGroup;
    group.flows.pop_back();
    group.departedBits += state.view.sizeBits;
    const Time tardiness = state.sentAt - state.view.idealFinish;
    group.view.tardiness = std::max(group.view.tardiness.value_or(tardiness), tardiness);
    m_change.onlyDepartures = m_change.onlyDepartures && !group.flows.empty();
    if (m_observer && !m_isLost)
    {
        m_observer->OnReport(flow, ControlObserver::Report::DEPARTURE);
    }
    Touch(state.view.route, state.group);
}

void
Coordinator::Touch(Route route, GroupId group)
{
    for (const LinkId link : route)
    {
        if (!m_isTouched[link.Value()])
        {
            m_isTouched[link.Value()] = 1;
            m_change.links.push_back(link);
        }
    }
    m_change.groups.push_back(group);
    RequestDecision();
}

void
Coordinator::Reconsider(GroupId group, bool isArrival)
{
    if (group.Value() < m_groups.size() && !m_groups[group.Value()].flows.empty())
    {
        m_change.onlyDepartures = m_change.onlyDepartures && !isArrival;
        m_change.groups.push_back(group);
        RequestDecision();
    }
}

void
Coordinator::SetAppliedRate(FlowId flow, BitRate rate)
{
    FlowState& state = m_flows[flow.Value()];
    for (const auto& [link, share] : state.view.route)
    {
        AppliedRate& applied = m_appliedRates[link.Value()];
        applied.rate += (rate - state.appliedRate) * share;
        applied.flows += (rate > 0 ? 1 : 0) - (state.appliedRate > 0 ? 1 : 0);
        if (!applied.isChanged)
        {
            applied.isChanged = true;
            m_changedLinks.push_back(link);
        }
    }
    state.appliedRate = rate;
}

void
Coordinator::RecordAppliedRates()
{
    for (const LinkId link : m_changedLinks)
    {
        AppliedRate& applied = m_appliedRates[link.Value()];
        applied.isChanged = false;
        if (applied.flows == 0)
        {
            applied.rate = 0; // not the noise of many additions
        }
        if (!m_topology.IsScaleUp(link))
        {
            m_series.SetRate(link, m_clock.Now(), std::max(0.0, applied.rate));
        }
    }
    m_changedLinks.clear();
}

void
Coordinator::RequestDecision()
{
    if (m_decisionRequested)
    {
        return;
    }
    m_decisionRequested = true;
    const auto decide = [this, epoch = m_epoch] {
        if (epoch == m_epoch)
        {
            m_decisionRequested = false;
            Decide();
        }
    };
    if (!m_isLost && m_clock.Now() < m_nextDecision)
    {
        m_clock.CallAt(m_nextDecision, [this, decide] { m_clock.CallWhenSettled(decide); });
        return;
    }
    m_clock.CallWhenSettled(decide);
}

void
Coordinator::Decide()
{
    m_state.Refresh();
    if (m_isLost)
    {
        ShareLocally();
        return;
    }
    if (m_decideOnAll)
    {
        TouchAllGroups();
    }
    if (m_change.groups.empty())
    {
        return;
    }
    m_nextDecision = m_clock.Now() + m_control.minimumInterval;
    ++m_decisions;
    m_rates.clear();
    if (m_decideOnAll || !m_scheduler.Repair(m_state, m_change, m_rates))
    {
        CollectClosure();
        DecideOnClosure();
    }
    m_decideOnAll = false;
    ForgetChanges();
    m_state.SetRates(m_rates);
    if (m_observer)
    {
        m_observer->OnDecision(m_rates.size());
    }
    if (m_control.controlDelay == Time())
    {
        Apply(m_rates);
        return;
    }
    m_clock.CallAt(m_clock.Now() + m_control.controlDelay,
                   [this, epoch = m_epoch, rates = m_rates] {
                       if (epoch == m_epoch)
                       {
                           Apply(rates);
                       }
                   });
}

void
Coordinator::ForgetChanges()
{
    for (const LinkId link : m_change.links)
    {
        m_isTouched[link.Value()] = 0;
    }
    m_change.links.clear();
    m_change.onlyDepartures = true;
    m_change.groups.clear();
}

void
Coordinator::DecideOnClosure()
{
    if (m_closure.empty())
    {
        return;
    }
    BuildView();
    const Allocation& allocation = m_scheduler.Allocate(m_view);
    for (std::size_t i = 0; i < m_closure.size(); ++i)
    {
        const bool isRuled = m_flows[m_closure[i].Value()].isRuled;
        const bool isRanked = !allocation.priorities.empty();
        if (allocation.rates[i] != m_state.RateOf(m_closure[i]) || !isRuled || isRanked)
        {
            m_rates.push_back({m_closure[i],
                               allocation.rates[i],
                               isRanked ? allocation.priorities[i] : std::uint8_t{0}});
        }
    }
    // A flow that has left without its report stands still for the scheduler: what it foresees
    // would come again and again. The report brings a decision anyway.
    const bool isUpToDate = std::none_of(m_closure.begin(), m_closure.end(), [this](FlowId flow) {
        return m_flows[flow.Value()].isSent;
    });
    if (allocation.validUntil && isUpToDate)
    {
        DecideAgainAt(*allocation.validUntil);
    }
}

void
Coordinator::DecideAgainAt(Time time)
{
    m_clock.CallAt(time, [this, mark = m_mark, groups = m_closureGroups] {
        for (const GroupId group : groups)
        {
            const GroupState& state = m_groups[group.Value()];
            if (state.mark == mark && !state.flows.empty())
            {
                m_change.onlyDepartures = false;
                m_change.groups.push_back(group);
            }
        }
        if (!m_change.groups.empty())
        {
            RequestDecision();
        }
    });
}

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
        const FlowState& state = m_flows[m_closure[next].Value()];
        for (const LinkId link : state.view.route)
        {
            Visit(link);
        }
        Visit(state.group);
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
            if (m_flows[flow.Value()].mark == m_mark)
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
    for (const FlowId flow : m_state.FlowsOn(link))
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
    for (const FlowId flow : m_closure)
    {
        FlowState& state = m_flows[flow.Value()];
        // One bit for a flow that has left, but of whose departure no report has come.
        state.view.remainingBits = state.isSent ? 1 : m_fabric.RemainingBits(flow);
        state.view.group = m_groups[state.group.Value()].viewIndex;
        m_view.groups[state.view.group].sentBits += state.view.sizeBits - state.view.remainingBits;
        m_view.flows.push_back(state.view);
    }
}

void
Coordinator::Apply(const std::vector<FlowRate>& rates)
{
    m_changes.clear();
    for (const FlowRate& rate : rates)
    {
        FlowState& state = m_flows[rate.flow.Value()];
        if (!state.isSent) // it may have ended since the decision
        {
            if (m_log && rate.rate != state.appliedRate)
            {
                m_log->SetRate(rate.flow, m_clock.Now(), rate.rate);
            }
            SetAppliedRate(rate.flow, rate.rate);
            state.isRuled = true;
            m_changes.push_back({rate.flow, rate.rate, rate.priority});
        }
    }
    RecordAppliedRates();
    if (m_queues)
    {
        AssignQueues();
        m_fabric.SetQueueWeights(m_queues->ChangedWeights());
    }
    if (m_observer)
    {
        m_observer->OnRates(m_changes);
    }
    m_fabric.SetRates(m_changes);
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
        const FlowState& state = m_flows[flow.Value()];
        if (state.isRuled && !state.isSent)
        {
            m_entries.push_back(
                {flow, state.view.route, state.view.multiplicity, state.appliedRate, 0});
        }
    }
    m_ascending.resize(kept);
    m_queues->Assign(m_entries);
    m_changes.clear();
    for (const QueueAssignment::Entry& entry : m_entries)
    {
        FlowState& state = m_flows[entry.flow.Value()];
        if (!state.isQueued || state.queue != entry.queue)
        {
            state.isQueued = true;
            state.queue = entry.queue;
            m_changes.push_back({entry.flow, entry.rate, entry.queue});
        }
    }
}

ControlCounts
Coordinator::Counts() const
{
    ControlCounts counts;
    counts.decisions = m_decisions;
    counts.reports = m_reports.Sent();
    counts.reportsLost = m_reports.Lost();
    return counts;
}

} // namespace echelon
