// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Keeps the flows in the fabric, and asks the scheduler again whenever that set changes.
 *
 *     Coordinator coordinator({topology, scheduler, fabric, flows, run, control, nullptr});
 *     coordinator.AddFlow(flow);         // it is in the table of flows; rate 0 until the decision
 *     coordinator.RemoveFlow(flow);      // when its last bit has left the source
 *
 * All changes of one instant are decided together, after the instant's last event. Only the flows
 * that a change can touch are put before the scheduler: the closure of the changed flows' links and
 * groups under "shares a link" and "shares a group". Every scheduler's decision splits over such
 * closures (sched/scheduler.h), so this is exact, and many small jobs cost as little as one. A
 * scheduler with a shortcut (Scheduler::Repair) is asked for that first.
 *
 * With a control delay d, the decision on the arrivals and departures of time t is made from the
 * volumes left at t and is in force from t + d on. Until then a new flow waits, and the rate of a
 * flow that has left stays unused. Reports, losses and outages: control-plane.h. A decision costs
 * O(flows of the closure × hops), besides the scheduler.
 *
 * On a fabric with queues, all flows that have a rate are put into queues again whenever rates come
 * into force (queue-assignment.h).
 */
#pragma once

#include "control/control-plane.h"
#include "control/queue-assignment.h"
#include "control/report-channel.h"
#include "control/run-observer.h"
#include "fabric/fabric.h"
#include "flow/flow-table.h"
#include "metrics/records.h"
#include "network/topology.h"
#include "sched/fair.h"
#include "sched/scheduler.h"
#include "sharing/network-state.h"

#include <memory>
#include <vector>

namespace echelon
{

/// What a coordinator works with; all of it outlives it.
struct CoordinatorInput
{
    const Topology& topology;
    Scheduler& scheduler;
    Fabric& fabric;
    FlowTable& flows;
    RunObserver& run;
    const ControlPlane& control;
    ControlObserver* observer = nullptr; ///< of the control plane; may be null
};

class Coordinator
{
  public:
    explicit Coordinator(const CoordinatorInput& input);

    /// A job's iteration that starts or has started. Ids come in any order.
    void SetJob(const ActiveJob& job);

    /// A group of which a flow is to come. @param reference when its first flow started.
    /// @pre the job is set; the group comes once.
    void AddGroup(GroupId id, JobId job, double weight, Time reference);

    /// A flow that has been started in the fabric and is in the table. Ids come in ascending order.
    void AddFlow(FlowId flow);

    /// A flow whose last bit has left its source.
    void RemoveFlow(FlowId flow);

    /// A flow of the group that needs no rate from here starts (`isArrival`) or has left its
    /// source. If the group has other flows they are decided on again, since the group's place in
    /// the order may depend on the time.
    void Reconsider(GroupId group, bool isArrival);

    /// The fabric's link has another capacity from now on. Agents cut what does not fit at once, in
    /// proportion; decisions on their way are dropped, and all flows are decided on anew.
    void ChangeCapacity(LinkId link);

    /// Flows that have not left their source.
    std::size_t ActiveFlows() const
    {
        return m_sending;
    }

    ControlCounts Counts() const;

  private:
    /// Where a flow stands here.
    struct FlowState
    {
        bool isPresent = false; ///< it came, and the coordinator does not know that it left
        bool isKnown = false;   ///< the coordinator has heard of it
        bool isSent = false;    ///< it has left its source, whether the coordinator knows or not
        bool isDecided = false; ///< a decision on it is in force, be it to wait
        bool isKept = false;    ///< during an outage: it keeps the rate in force
        bool isQueued = false;
        std::uint8_t queue = 0; ///< told to the fabric, when isQueued
        std::uint32_t placeInGroup = 0;
        std::uint32_t mark = 0; ///< the decision that last included it
        Time sentAt;            ///< when it left
    };

    struct JobState
    {
        ActiveJob view;
        std::uint32_t mark = 0;
        std::uint32_t viewIndex = 0; ///< in the view of the decision `mark`
    };

    struct GroupState
    {
        ActiveGroup view;
        JobId job;
        std::vector<FlowId> flows;
        double departedBits = 0;
        std::uint32_t mark = 0;
        std::uint32_t viewIndex = 0; ///< in the view of the decision `mark`
    };

    /// The coordinator hears of an arrival, or of a departure.
    void Learn(FlowId flow);
    void Forget(FlowId flow);
    void Fail();
    void Restore();
    /// The coordinator knows all flows in the fabric from now on, and the rates in force.
    void Resync();
    /// The rates in force count as decided, for all flows that are known.
    void TakeAppliedRates();
    void CutToCapacity(LinkId link);
    void TouchAllGroups();
    void Touch(Route route, GroupId group);

    FlowState& StateOf(FlowId flow)
    {
        return m_states[m_flows.SlotOf(flow)];
    }

    /// Flows that came and of whose departure the coordinator does not know, by id.
    std::vector<FlowId> PresentFlows() const;
    void SetRate(FlowId flow, BitRate rate);
    void RequestDecision();
    void Decide();
    void CollectClosure();
    void DecideOnClosure();
    /// Takes the flows that cross a link that is down out of the closure. They have no rate, and
    /// the scheduler does not see them.
    void SetAsideStanding();
    void KeepGroupsOfClosure();
    /// During an outage: agents share what the kept flows leave.
    void ShareLocally();
    void ForgetChanges();
    /// Decides again at a time on the flows of this decision that no later one has included.
    void DecideAgainAt(Time time);
    void Visit(LinkId link);
    void Visit(GroupId group);
    void Include(FlowId flow, FlowTable::Slot slot);
    void BuildView();
    void Apply(const std::vector<FlowRate>& rates);
    /// Puts all flows with a decision in force into queues, and sorts m_changes.
    void AssignQueues();

    Scheduler& m_scheduler;
    Fabric& m_fabric;
    FlowTable& m_flows;
    RunObserver& m_run;
    Clock& m_clock;
    ControlPlane m_control;
    ControlObserver* m_observer;
    ReportChannel m_reports;
    FairScheduler m_local;      ///< what agents do during an outage
    bool m_isLost = false;      ///< the coordinator
    bool m_decideOnAll = false; ///< the next decision is the first after an outage
    std::uint64_t m_epoch = 0;  ///< decisions and requests of earlier epochs never arrive
    Time m_nextDecision;        ///< not before
    std::uint64_t m_decisions = 0;
    std::size_t m_sending = 0;
    NetworkState m_state;
    std::vector<FlowState> m_states;  ///< by the table's slot
    std::vector<GroupState> m_groups; ///< by GroupId
    std::vector<JobState> m_jobs;     ///< by JobId
    std::vector<FlowId> m_ascending;  ///< active flows by id, with some departed ones among them

    bool m_decisionRequested = false;
    NetworkChange m_change;        ///< since the last decision
    std::vector<char> m_isTouched; ///< by LinkId
    std::uint32_t m_mark = 0;
    std::vector<std::uint32_t> m_linkMark; ///< by LinkId
    std::vector<FlowId> m_closure;
    std::vector<FlowId> m_standing; ///< that SetAsideStanding has taken out of it
    std::vector<GroupId> m_closureGroups;
    std::vector<JobId> m_closureJobs;
    NetworkView m_view;
    std::vector<FlowRate> m_rates;
    std::vector<RateChange> m_changes;
    std::vector<BitRate> m_spare; ///< by LinkId: what kept flows leave
    std::unique_ptr<QueueAssignment> m_queues;
    std::vector<QueueAssignment::Entry> m_entries;
};

} // namespace echelon
