// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/emulation.h"

#include "base/contracts.h"
#include "base/id-window.h"
#include "base/tolerances.h"
#include "control/coordinator.h"
#include "control/host-sharing.h"
#include "control/starvation-guard.h"
#include "emulation/flow-routes.h"
#include "emulation/forecast.h"
#include "emulation/run-too-long.h"
#include "metrics/critical-path.h"
#include "metrics/queue-waits.h"
#include "metrics/rate-log.h"
#include "metrics/waits.h"
#include "taskgraph/dag-executor.h"
#include "taskgraph/ideal-run.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <tuple>

namespace echelon
{

namespace
{

/// Joins executor, coordinator and fabric, and writes down what happens.
class Emulation : private ExecutionEnvironment, private FabricObserver
{
  public:
    Emulation(const EmulationInput& input, Scheduler& scheduler, Fabric& fabric)
        : m_input(input),
          m_fabric(fabric),
          m_clock(fabric.GetClock()),
          m_coordinator(input.topology, scheduler, fabric, input.control, input.observer),
          m_hosts(input.topology, m_coordinator.Capacity(), fabric),
          m_executor(input.jobs, m_clock, *this),
          m_routes(input.topology, input.jobs, input.seed)
    {
        m_record.totals.computeTimes.resize(input.jobs.size());
        m_record.totals.pathTimes.resize(input.jobs.size());
        m_record.linkBits.assign(input.topology.Links().size(), 0.0);
        for (const Job& job : input.jobs)
        {
            m_record.jobNames.push_back(job.name);
            m_record.jobArrivals.push_back(job.arrival);
            m_record.labels.push_back(job.graph.Labels());
            std::vector<DeviceId> computing;
            for (const Task& task : job.graph.Tasks())
            {
                if (task.kind == TaskKind::COMPUTE)
                {
                    computing.push_back(task.device);
                }
            }
            std::sort(computing.begin(), computing.end());
            const auto last = std::unique(computing.begin(), computing.end());
            m_record.jobDevices.push_back(static_cast<std::uint32_t>(last - computing.begin()));

            m_idealRuns.push_back(IdealRunOf(job, input.topology));
            m_record.jobIdealIterations.push_back(m_idealRuns.back().length);
            m_computeTimes.emplace_back(job.variation, input.seed, job.name);
            m_openGroups.emplace_back(job.graph.Groups().size());
            m_flowOf.emplace_back(job.graph.Tasks().size());
            m_iterationsInAll += job.iterations;
        }
        scheduler.Prepare(
            ForecastOf(input, fabric.GoodputFactor(), m_record.jobIdealIterations, RunEmulation));
    }

    RunRecord Run()
    {
        m_fabric.SetObserver(this);
        if (m_input.keepsSeries && m_fabric.EnforcedBy() != Enforcement::NONE)
        {
            m_coordinator.LogRates(m_log);
            m_hosts.LogRates(m_log);
        }
        m_executor.Start();
        try
        {
            m_clock.Run();
        }
        catch (const TimeOverflow& overflow)
        {
            FailTooLong(overflow.Seconds());
        }
        m_fabric.SetObserver(nullptr);
        if (!m_executor.Done())
        {
            RequireNoSlowFlow();
        }
        ECHELON_ENSURE(m_executor.Done() && m_coordinator.ActiveFlows() == 0,
                       "every flow is given the rate to finish, and every job ends");
        Finish();
        return std::move(m_record);
    }

  private:
    /// A flow of an iteration that has not ended.
    struct OpenFlow
    {
        FlowRecord record;
        JobId job;
        Time leaves;                   ///< its last bit, the source
        std::size_t place = 0;         ///< in the totals' flow times
        std::uint32_t placeInHost = 0; ///< of one that HostSharing serves
        Route route;
    };

    /// The group that a template stands for in one iteration of its job.
    struct OpenGroup
    {
        std::uint32_t iteration = 0;
        bool open = false;
        bool isCoordinated = false; ///< the coordinator has it
        GroupId id;
    };

    static IdealRun IdealRunOf(const Job& job, const Topology& topology)
    {
        try
        {
            return RunIdeally(job.graph, topology);
        }
        catch (const TimeOverflow& overflow)
        {
            throw RunTooLong("an iteration of job \"" + job.name + "\"", overflow.Seconds());
        }
    }

    Time ComputeTime(JobId job, std::uint32_t iteration, TaskId task) override
    {
        const Task& wanted = m_input.jobs[job.Value()].graph.Tasks()[task.Value()];
        return m_computeTimes[job.Value()].Real(wanted.duration, wanted.device, iteration, task);
    }

    void StartFlow(JobId job, std::uint32_t iteration, TaskId task) override
    {
        const TaskGraph& graph = m_input.jobs[job.Value()].graph;
        const FlowTemplate& wanted = graph.Tasks()[task.Value()].flow;
        if (wanted.source == wanted.destination)
        {
            m_clock.CallAt(m_clock.Now(), [this, job, task] {
                m_executor.OnFlowSent(job, task);
                m_executor.OnFlowFinished(job, task);
            });
            return;
        }
        const FlowId id(m_flows++);
        const Route route = m_routes.RouteOf(job, wanted);
        const Flow flow = MakeFlow(id, job, task, GroupOf(job, iteration, wanted.group), route);
        GroupRecord& group = m_record.groups[flow.group.Value()];

        FlowRecord record;
        record.id = flow.id;
        record.group = flow.group;
        record.source = flow.source;
        record.destination = flow.destination;
        record.bytes = flow.bytes;
        record.multiplicity = flow.multiplicity;
        record.position = flow.position;
        record.scaleUp = m_input.topology.IsScaleUp(flow.route[0]);
        record.start = m_clock.Now();
        record.idealFinish =
            group.reference + graph.Groups()[wanted.group].arrangement.Offset(flow.position);
        record.task = task;
        m_open.Add(id.Value()) = {record, job, Time(), CountFlow(record), 0, route};
        m_flowOf[job.Value()][task.Value()] = flow.id;

        group.flows += flow.multiplicity;
        group.bytes += flow.Bits() / 8;
        group.scaleUp = group.scaleUp && record.scaleUp;
        for (const LinkShare& hop : flow.route)
        {
            m_record.linkBits[hop.link.Value()] += flow.Bits() * hop.share;
        }
        if (m_input.keepsSeries)
        {
            m_log.Start(flow.id, flow.route);
        }
        m_fabric.StartFlow(flow);
        if (m_fabric.EnforcedBy() == Enforcement::NONE)
        {
            return;
        }
        if (IsSharedInHost(record))
        {
            m_open[id.Value()].placeInHost = m_hosts.Add(flow);
            m_coordinator.Reconsider(record.group, true);
            return;
        }
        Coordinate(m_openGroups[job.Value()][wanted.group]);
        m_coordinator.AddFlow(flow,
                              record.idealFinish,
                              m_executor.IterationStart(job) +
                                  m_idealRuns[job.Value()].latestFinish[task.Value()]);
    }

    /// Queues are weighted by the decisions of the coordinator, which gives rates to all flows
    /// then.
    bool IsSharedInHost(const FlowRecord& flow) const
    {
        return flow.scaleUp && m_fabric.EnforcedBy() != Enforcement::QUEUES;
    }

    /// The coordinator has the group from now on.
    void Coordinate(OpenGroup& open)
    {
        if (open.isCoordinated)
        {
            return;
        }
        open.isCoordinated = true;
        const GroupRecord& group = m_record.groups[open.id.Value()];
        m_coordinator.SetJob({group.job,
                              m_input.jobs[group.job.Value()].weight,
                              m_executor.IterationStart(group.job)});
        m_coordinator.AddGroup(group.id, group.job, group.weight, group.reference);
    }

    /// @returns its place among the flow times of the totals.
    std::size_t CountFlow(const FlowRecord& flow)
    {
        RunTotals& totals = m_record.totals;
        if (m_input.keepsRows)
        {
            m_record.flows.emplace_back();
        }
        else if (flow.scaleUp)
        {
            totals.scaleUpFlows += flow.multiplicity;
        }
        else
        {
            totals.flowBytes += static_cast<double>(flow.bytes) * flow.multiplicity;
            totals.flowTimes.push_back({Time(), flow.multiplicity});
        }
        return totals.flowTimes.size() - 1;
    }

    Flow MakeFlow(FlowId id, JobId job, TaskId task, GroupId group, Route route) const
    {
        const FlowTemplate& made = m_input.jobs[job.Value()].graph.Tasks()[task.Value()].flow;
        Flow flow;
        flow.id = id;
        flow.group = group;
        flow.source = made.source;
        flow.destination = made.destination;
        flow.bytes = made.bytes;
        flow.multiplicity = made.multiplicity;
        flow.position = made.position;
        flow.route = route;
        return flow;
    }

    GroupId GroupOf(JobId job, std::uint32_t iteration, GroupIndex index)
    {
        OpenGroup& open = m_openGroups[job.Value()][index];
        if (open.open && open.iteration == iteration)
        {
            return open.id;
        }
        const GroupTemplate& made = m_input.jobs[job.Value()].graph.Groups()[index];
        GroupRecord group;
        group.id = GroupId(m_record.groups.size());
        group.job = job;
        group.iteration = iteration;
        group.name = m_input.keepsRows ? made.name : std::string();
        group.shape = made.arrangement.GetShape();
        group.weight = made.weight * m_input.jobs[job.Value()].weight;
        group.scaleUp = true;
        group.reference = m_clock.Now();
        open = {iteration, true, false, group.id};
        m_record.groups.push_back(std::move(group));
        return open.id;
    }

    void OnFlowSent(FlowId flow) override
    {
        OpenFlow& open = m_open[flow.Value()];
        if (m_fabric.EnforcedBy() == Enforcement::NONE)
        {
            if (m_input.keepsSeries)
            {
                m_log.Depart(flow, m_clock.Now());
            }
        }
        else if (IsSharedInHost(open.record))
        {
            m_hosts.Remove(open.placeInHost);
            m_coordinator.Reconsider(open.record.group, false);
        }
        else
        {
            m_coordinator.RemoveFlow(flow);
        }
        const Time leaves = m_fabric.LeavesAt(flow);
        open.leaves = leaves;
        const JobId job = open.job;
        const TaskId task = open.record.task;
        if (!m_executor.IsFollowedWhenSent(job, task))
        {
            return;
        }
        if (leaves == m_clock.Now())
        {
            m_executor.OnFlowSent(job, task);
            return;
        }
        m_clock.CallAt(leaves, [this, job, task] { m_executor.OnFlowSent(job, task); });
    }

    void OnLinkRate(LinkId link, BitRate rate) override
    {
        m_coordinator.Series().SetRate(link, m_clock.Now(), rate);
    }

    bool WantsFlowRates() const override
    {
        return m_input.keepsSeries && !m_log.IsFull();
    }

    void OnFlowJoins(FlowId flow, std::uint32_t lane) override
    {
        m_log.Join(flow, m_clock.Now(), lane);
    }

    void OnLaneRate(std::uint32_t lane, BitRate rate) override
    {
        m_log.SetLaneRate(lane, m_clock.Now(), rate);
    }

    void OnFlowFinished(FlowId flow) override
    {
        OpenFlow& open = m_open[flow.Value()];
        FlowRecord& record = open.record;
        record.finish = m_clock.Now();
        GroupRecord& group = m_record.groups[record.group.Value()];
        const Time tardiness = record.finish - record.idealFinish;
        const bool isFirst = group.finish == Time();
        group.tardiness = isFirst ? tardiness : std::max(group.tardiness, tardiness);
        group.finish = record.finish;
        if (m_input.keepsRows)
        {
            m_record.flows[flow.Value()] = record;
        }
        else if (!record.scaleUp)
        {
            m_record.totals.flowTimes[open.place].duration = record.finish - record.start;
        }
        m_executor.OnFlowFinished(open.job, record.task); // `open` may be over then
    }

    void OnComputeDone(JobId job, std::uint32_t iteration, TaskId task, Time start) override
    {
        const Task& done = m_input.jobs[job.Value()].graph.Tasks()[task.Value()];
        if (!m_input.keepsRows)
        {
            m_record.totals.computeTimes[job.Value()] += m_clock.Now() - start;
            return;
        }
        m_record.computes.push_back(
            {job, iteration, done.device, done.stream, done.label, start, m_clock.Now(), task});
    }

    void OnIterationDone(JobId job,
                         std::uint32_t iteration,
                         Time start,
                         const std::vector<ChainStep>& chain) override
    {
        m_record.iterations.push_back({job, iteration, start, m_clock.Now()});
        for (std::size_t s = 0; s < chain.size(); ++s)
        {
            PathStepRecord step = StepOf(job, chain[s]);
            step.iteration = iteration;
            step.step = static_cast<std::uint32_t>(s);
            KeepStep(step);
        }
        ReleaseFlows(job);
        if (m_input.progress)
        {
            m_input.progress(m_record.iterations.size(), m_iterationsInAll);
        }
    }

    void KeepStep(const PathStepRecord& step)
    {
        if (m_input.keepsRows)
        {
            m_record.criticalPath.push_back(step);
            return;
        }
        m_record.totals.pathTimes[step.job.Value()] += TimesOf(step);
    }

    /// Of the iteration that has just ended.
    void ReleaseFlows(JobId job)
    {
        const std::vector<Task>& tasks = m_input.jobs[job.Value()].graph.Tasks();
        for (std::size_t t = 0; t < tasks.size(); ++t)
        {
            if (tasks[t].kind == TaskKind::FLOW &&
                tasks[t].flow.source != tasks[t].flow.destination)
            {
                m_open.Release(m_flowOf[job.Value()][t].Value());
            }
        }
    }

    /// @pre the task belongs to the iteration that has just ended.
    PathStepRecord StepOf(JobId job, const ChainStep& chained) const
    {
        const Task& task = m_input.jobs[job.Value()].graph.Tasks()[chained.task.Value()];
        PathStepRecord step;
        step.job = job;
        step.start = chained.start;
        step.end = chained.end;
        if (task.kind == TaskKind::COMPUTE)
        {
            step.kind =
                chained.isHeld ? PathStepRecord::Kind::DEVICE : PathStepRecord::Kind::COMPUTE;
            step.label = task.label;
            step.device = task.device;
        }
        else if (task.kind == TaskKind::FLOW)
        {
            step.kind = PathStepRecord::Kind::FLOW;
            step.isSent = chained.isSent;
            step.flow = m_flowOf[job.Value()][chained.task.Value()];
            step.device = task.flow.source;
            step.to = task.flow.destination;
            const OpenFlow& open = m_open[step.flow->Value()];
            const GroupId group = open.record.group;
            const SoloTimes alone = m_fabric.UncontendedTimes(
                MakeFlow(*step.flow, job, chained.task, group, open.route));
            step.waiting = WithoutRounding(step.end - step.start -
                                           (chained.isSent ? alone.sent : alone.finished));
            if (!chained.isSent)
            {
                const Time queued = step.end - open.leaves - (alone.finished - alone.sent);
                step.queued = std::min(WithoutRounding(queued), step.waiting);
            }
        }
        else
        {
            step.kind = PathStepRecord::Kind::DELAY;
        }
        return step;
    }

    /// What was to happen next would happen after `seconds`, beyond the range of Time.
    [[noreturn]] void FailTooLong(double seconds) const
    {
        std::vector<std::uint32_t> done(m_input.jobs.size(), 0);
        for (const IterationRecord& iteration : m_record.iterations)
        {
            ++done[iteration.job.Value()];
        }
        std::string running;
        for (std::size_t j = 0; j < done.size(); ++j)
        {
            const Job& job = m_input.jobs[j];
            if (done[j] < job.iterations && running.empty())
            {
                running = "iteration " + std::to_string(done[j] + 1) + " of " +
                          std::to_string(job.iterations) + " of job \"" + job.name + "\"";
            }
        }
        throw RunTooLong(running, seconds);
    }

    /// When nothing is left to do: a flow that still sends would end beyond the range of Time.
    /// Names the one that would end first, as no rate changes until then.
    void RequireNoSlowFlow() const
    {
        const Task* first = nullptr;
        JobId of;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t j = 0; j < m_flowOf.size(); ++j)
        {
            const std::vector<Task>& tasks = m_input.jobs[j].graph.Tasks();
            for (std::size_t t = 0; t < tasks.size(); ++t)
            {
                const FlowId flow = m_flowOf[j][t];
                const bool isFlow = tasks[t].kind == TaskKind::FLOW && flow.Value() < m_flows;
                const BitRate rate = isFlow ? m_fabric.RateOf(flow) : 0;
                if (rate > 0 && m_fabric.RemainingBits(flow) / rate < least)
                {
                    least = m_fabric.RemainingBits(flow) / rate;
                    first = &tasks[t];
                    of = JobId(j);
                }
            }
        }
        if (first != nullptr)
        {
            throw RunTooLong("the flow of job \"" + m_input.jobs[of.Value()].name +
                                 "\" from device " + std::to_string(first->flow.source.Value()) +
                                 " to device " + std::to_string(first->flow.destination.Value()),
                             m_clock.Now().Seconds() + least);
        }
    }

    /// A wait of more than rounding, or none.
    static Time WithoutRounding(Time wait)
    {
        return wait.Picoseconds() > WAIT_ROUNDING_PS ? wait : Time();
    }

    void Finish()
    {
        for (const IterationRecord& iteration : m_record.iterations)
        {
            m_record.makespan = std::max(m_record.makespan, iteration.end);
        }
        const auto byStart = [](const ComputeRecord& a, const ComputeRecord& b) {
            return std::make_tuple(a.start, a.device, a.stream, a.end) <
                   std::make_tuple(b.start,
                                   b.device,
                                   b.stream,
                                   b.end); // then in order of completion
        };
        std::stable_sort(m_record.computes.begin(), m_record.computes.end(), byStart);
        const auto byJob = [](const IterationRecord& a, const IterationRecord& b) {
            return std::make_tuple(a.job, a.iteration) < std::make_tuple(b.job, b.iteration);
        };
        std::sort(m_record.iterations.begin(), m_record.iterations.end(), byJob);
        const auto byStep = [](const PathStepRecord& a, const PathStepRecord& b) {
            return std::make_tuple(a.job, a.iteration, a.step) <
                   std::make_tuple(b.job, b.iteration, b.step);
        };
        std::sort(m_record.criticalPath.begin(), m_record.criticalPath.end(), byStep);
        if (m_input.keepsSeries)
        {
            m_record.waits = AttributeWaits(m_record, m_log, m_coordinator.Capacity());
            BlameQueues(m_record);
            m_record.rateChanges = m_log.Changes().size();
            m_record.rateLogFull = m_log.IsFull();
        }
        m_record.control = m_coordinator.Counts();
        if (m_input.keepsSeries)
        {
            m_record.linkRates = m_coordinator.Series().Records(m_record.makespan);
            SetLinkLoads();
        }
    }

    void SetLinkLoads()
    {
        const Time end = m_record.makespan;
        const Time width = LinkSeries::LoadWidth(end);
        for (const LinkLoad& load : m_fabric.MeasuredLoads(width))
        {
            const Time start =
                Time::FromPicoseconds(static_cast<std::int64_t>(load.bin) * width.Picoseconds());
            const Time duration = std::min(width, end - start);
            m_record.linkLoads.push_back(
                {load.link, start, duration, load.bits / duration.Seconds(), load.queue});
        }
        if (m_record.linkLoads.empty())
        {
            m_record.linkLoads = m_coordinator.Series().Loads(end);
        }
    }

    const EmulationInput& m_input;
    Fabric& m_fabric;
    Clock& m_clock;
    Coordinator m_coordinator;
    HostSharing m_hosts;
    DagExecutor m_executor;
    FlowRoutes m_routes;
    RunRecord m_record;
    RateLog m_log;                                    ///< when the record keeps series
    IdWindow<OpenFlow> m_open;                        ///< by FlowId, until their iterations end
    std::size_t m_flows = 0;                          ///< that have started
    std::vector<IdealRun> m_idealRuns;                ///< by JobId
    std::vector<ComputeTimes> m_computeTimes;         ///< by JobId
    std::vector<std::vector<OpenGroup>> m_openGroups; ///< by JobId and GroupIndex
    std::vector<std::vector<FlowId>> m_flowOf;        ///< by JobId and TaskId: the last one
    std::uint64_t m_iterationsInAll = 0;
};

} // namespace

RunRecord
RunEmulation(const EmulationInput& input, Scheduler& scheduler, Fabric& fabric)
{
    ECHELON_REQUIRE(!input.jobs.empty(), "a run has jobs");
    if (input.control.fairShare == 0)
    {
        return Emulation(input, scheduler, fabric).Run();
    }
    StarvationGuard guard(scheduler, input.control.fairShare);
    return Emulation(input, guard, fabric).Run();
}

} // namespace echelon
