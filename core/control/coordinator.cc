// SPDX-License-Identifier: GPL-2.0-only
#include "control/coordinator.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

Coordinator::Coordinator(const CoordinatorInput& input)
    : m_scheduler(input.scheduler),
      m_fabric(input.fabric),
      m_flows(input.flows),
      m_run(input.run),
      m_clock(input.fabric.GetClock()),
      m_control(input.control),
      m_observer(input.observer),
      m_reports(m_clock, input.control),
      m_state(input.fabric.Condition().Capacity(), input.flows),
      m_isTouched(input.topology.Links().size(), 0),
      m_linkMark(input.topology.Links().size(), 0)
{
    m_view.capacity = &m_state.Capacity();
    if (m_fabric.EnforcedBy() == Enforcement::QUEUES)
    {
        m_queues = std::make_unique<QueueAssignment>(m_state.Capacity(), m_fabric.Queues());
    }
    if (m_control.lostAt)
    {
        m_spare = m_state.Capacity();
        ECHELON_REQUIRE(!m_control.backAt || *m_control.backAt > *m_control.lostAt,
                        "the coordinator is back after it was lost");
        m_clock.CallAt(*m_control.lostAt, [this] { Fail(); });
        if (m_control.backAt)
        {
            m_clock.CallAt(*m_control.backAt, [this] { Restore(); });
        }
    }
}

void
Coordinator::SetJob(const ActiveJob& job)
{
    m_jobs.resize(std::max<std::size_t>(m_jobs.size(), job.id.Value() + 1));
    m_jobs[job.id.Value()].view = job;
}

void
Coordinator::AddGroup(GroupId id, JobId job, double weight, Time reference)
{
    ECHELON_REQUIRE(job.Value() < m_jobs.size(), "the job of a group is known");
    m_groups.resize(std::max<std::size_t>(m_groups.size(), id.Value() + 1));
    m_groups[id.Value()].view = {id, 0, weight, reference, 0, {}};
    m_groups[id.Value()].job = job;
}

void
Coordinator::AddFlow(FlowId flow)
{
    m_flows.Hold(flow);
    m_states.resize(m_flows.Slots());
    StateOf(flow) = {};
    StateOf(flow).isPresent = true;
    ++m_sending;
    if (m_isLost)
    {
        Learn(flow);
        return;
    }
    m_reports.Send([this, flow] { Learn(flow); });
}

void
Coordinator::Learn(FlowId flow)
{
    FlowState& state = StateOf(flow);
    const Flow& known = m_flows.FlowOf(flow);
    state.isKnown = true;
    m_state.Add(flow);
    std::vector<FlowId>& members = m_groups[known.group.Value()].flows;
    state.placeInGroup = static_cast<std::uint32_t>(members.size());
    members.push_back(flow);
    m_ascending.insert(std::upper_bound(m_ascending.begin(), m_ascending.end(), flow), flow);
    m_change.onlyDepartures = false;
    if (m_observer && !m_isLost)
    {
        m_observer->OnReport(flow, ControlObserver::Report::ARRIVAL);
    }
    Touch(known.route, known.group);
}

void
Coordinator::RemoveFlow(FlowId flow)
{
    m_run.OnDeparture(flow);
    m_flows.SetRate(flow, 0);
    FlowState& state = StateOf(flow);
    state.isSent = true;
    state.sentAt = m_clock.Now();
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
    FlowState& state = StateOf(flow);
    const Flow& left = m_flows.FlowOf(flow);
    GroupState& group = m_groups[left.group.Value()];
    const FlowId moved = group.flows.back();
    group.flows[state.placeInGroup] = moved;
    StateOf(moved).placeInGroup = state.placeInGroup;
    group.flows.pop_back();
    group.departedBits += left.Bits();
    const Time tardiness = state.sentAt - m_flows.TimesOf(flow).idealFinish;
    group.view.tardiness = std::max(group.view.tardiness.value_or(tardiness), tardiness);
    m_change.onlyDepartures = m_change.onlyDepartures && !group.flows.empty();
    if (m_observer && !m_isLost)
    {
        m_observer->OnReport(flow, ControlObserver::Report::DEPARTURE);
    }
    Touch(left.route, left.group);
    state.isPresent = false;
    m_flows.Drop(flow);
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
Coordinator::SetRate(FlowId flow, BitRate rate)
{
    if (rate != m_flows.RateOf(flow))
    {
        m_run.OnRate(flow, rate);
        m_flows.SetRate(flow, rate);
    }
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
    SetAsideStanding();
    if (m_closure.empty())
    {
        return;
    }
    BuildView();
    const Allocation& allocation = m_scheduler.Allocate(m_view);
    for (std::size_t i = 0; i < m_closure.size(); ++i)
    {
        const bool isRanked = !allocation.priorities.empty();
        if (allocation.rates[i] != m_state.RateOf(m_closure[i]) || isRanked ||
            !StateOf(m_closure[i]).isDecided)
        {
            m_rates.push_back({m_closure[i],
                               allocation.rates[i],
                               isRanked ? allocation.priorities[i] : std::uint8_t{0}});
        }
    }
    // If a flow has left but its report is still on the way, its remaining size no longer changes.
    // No decision is scheduled from it, or it would come again and again; the report brings one.
    const bool isUpToDate = std::none_of(m_closure.begin(), m_closure.end(), [this](FlowId flow) {
        return StateOf(flow).isSent;
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
            if (m_groups[group.Value()].mark == mark)
            {
                Reconsider(group, true);
            }
        }
    });
}

void
Coordinator::Apply(const std::vector<FlowRate>& rates)
{
    m_changes.clear();
    for (const FlowRate& rate : rates)
    {
        // It may have ended since the decision.
        if (m_flows.Has(rate.flow) && !StateOf(rate.flow).isSent)
        {
            SetRate(rate.flow, rate.rate);
            StateOf(rate.flow).isDecided = true;
            m_changes.push_back({rate.flow, rate.rate, rate.priority});
        }
    }
    m_run.OnRatesInForce();
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

ControlCounts
Coordinator::Counts() const
{
    return {m_decisions, m_reports.Sent(), m_reports.Lost()};
}

} // namespace echelon
