// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/emulation.h"

#include "base/contracts.h"
#include "control/starvation-guard.h"
#include "emulation/flow-routes.h"
#include "emulation/forecast.h"
#include "emulation/open-groups.h"
#include "emulation/path-steps.h"
#include "emulation/rate-control.h"
#include "emulation/run-failure.h"
#include "emulation/run-recorder.h"
#include "taskgraph/dag-executor.h"

#include <memory>
#include <utility>
#include <vector>

namespace echelon
{

namespace
{

/// Joins executor, rate control and fabric, and tells the recorder what happens.
class Emulation : private ExecutionEnvironment, private FabricObserver
{
  public:
    Emulation(const EmulationInput& input, Scheduler& scheduler, Fabric& fabric)
        : m_input(input),
          m_fabric(fabric),
          m_clock(fabric.GetClock()),
          m_recorder(input, m_flows, fabric),
          m_control({input.topology,
                     scheduler,
                     fabric,
                     m_flows,
                     m_recorder,
                     input.control,
                     input.observer}),
          m_executor(input.jobs, m_clock, *this),
          m_routes(input.topology, input.jobs, input.seed, input.router),
          m_groups(input, m_clock, m_recorder),
          m_idealRuns(input.idealRuns
                          ? input.idealRuns
                          : std::make_shared<const IdealRuns>(input.jobs, input.topology))
    {
        for (const Job& job : input.jobs)
        {
            m_computeTimes.emplace_back(job.variation, input.seed, job.name);
        }
        m_lastFlows.resize(input.jobs.size());
        m_recorder.SetIdealIterations(m_idealRuns->Lengths());
        scheduler.Prepare(ForecastOf(input, fabric.GoodputFactor(), m_idealRuns, RunEmulation));
    }

    RunRecord Run()
    {
        m_fabric.SetObserver(this);
        for (const LinkEvent& event : m_input.events)
        {
            m_clock.CallAt(event.at, [this, &event] { m_control.ChangeCapacity(event); });
        }
        m_executor.Start();
        RunInTime(m_clock, m_input.jobs, m_recorder.Iterations());
        m_fabric.SetObserver(nullptr);
        const auto jobOf = [this](FlowId flow) -> const Job& {
            return m_input.jobs[m_origins[m_flows.SlotOf(flow)].first.Value()];
        };
        RequireNoSlowFlow(m_flows, m_fabric, jobOf);
        RequireNoStandingFlow(m_flows, m_fabric, m_input.topology, jobOf);
        ECHELON_ENSURE(m_executor.Done() && m_control.ActiveFlows() == 0,
                       "every flow is given the rate to finish, and every job ends");
        return m_recorder.Finish(m_control.Counts());
    }

  private:
    const Task& TaskOf(JobId job, TaskId task) const
    {
        return m_input.jobs[job.Value()].graph.Tasks()[task.Value()];
    }

    Time ComputeTime(JobId job, std::uint32_t iteration, TaskId task) override
    {
        const Task& wanted = TaskOf(job, task);
        return m_computeTimes[job.Value()].Real(wanted.duration, wanted.device, iteration, task);
    }

    void StartFlow(JobId job, std::uint32_t iteration, TaskId task) override
    {
        const FlowTemplate& wanted = TaskOf(job, task).flow;
        if (wanted.source == wanted.destination)
        {
            m_clock.CallAt(m_clock.Now(), [this, job, task] {
                m_executor.OnFlowSent(job, task);
                m_executor.OnFlowFinished(job, task);
            });
            return;
        }
        OpenGroup& group = m_groups.Of(job, iteration, wanted.group);
        Flow flow = m_routes.FlowOf(job, wanted);
        flow.id = FlowId(m_started++);
        flow.group = group.id;
        m_flows.Add(
            flow,
            {m_clock.Now(),
             group.reference + group.arrangement->Offset(flow.position),
             m_executor.IterationStart(job) + (*m_idealRuns)[job].latestFinish[task.Value()]});
        m_origins.resize(m_flows.Slots());
        m_origins[m_flows.SlotOf(flow.id)] = {job, task};
        std::vector<LastFlow>& lastFlows = m_lastFlows[job.Value()];
        if (lastFlows.empty())
        {
            lastFlows.resize(m_input.jobs[job.Value()].graph.Tasks().size());
        }
        lastFlows[task.Value()].flow = flow.id;
        m_recorder.OnFlowStarted(flow.id, task);
        m_fabric.StartFlow(flow);
        m_control.Add(flow.id,
                      group,
                      {job, m_input.jobs[job.Value()].weight, m_executor.IterationStart(job)});
    }

    void OnFlowSent(FlowId flow) override
    {
        m_control.Remove(flow);
        const Time leaves = m_fabric.LeavesAt(flow);
        const auto [job, task] = m_origins[m_flows.SlotOf(flow)];
        m_lastFlows[job.Value()][task.Value()].leaves = leaves;
        const bool isFollowed = m_executor.IsFollowedWhenSent(job, task);
        if (isFollowed && leaves == m_clock.Now())
        {
            m_executor.OnFlowSent(job, task);
        }
        else if (isFollowed)
        {
            m_clock.CallAt(leaves,
                           [this, job = job, task = task] { m_executor.OnFlowSent(job, task); });
        }
    }

    void OnFlowFinished(FlowId flow) override
    {
        m_recorder.OnFlowFinished(flow);
        const auto [job, task] = m_origins[m_flows.SlotOf(flow)];
        m_flows.Drop(flow);
        m_executor.OnFlowFinished(job, task);
    }

    void OnLinkRate(LinkId link, BitRate rate) override
    {
        m_recorder.OnLinkRate(link, rate);
    }

    bool WantsFlowRates() const override
    {
        return m_recorder.WantsRates();
    }

    void OnFlowJoins(FlowId flow, std::uint32_t lane) override
    {
        m_recorder.OnFlowJoins(flow, lane);
    }

    void OnLaneRate(std::uint32_t lane, BitRate rate) override
    {
        m_recorder.OnLaneRate(lane, rate);
    }

    void OnComputeDone(JobId job, std::uint32_t iteration, TaskId task, Time start) override
    {
        const Task& done = TaskOf(job, task);
        m_recorder.OnComputeDone(
            {job, iteration, done.device, done.stream, done.label, start, m_clock.Now(), task});
    }

    void OnIterationDone(JobId job,
                         std::uint32_t iteration,
                         Time start,
                         const std::vector<ChainStep>& chain) override
    {
        const auto alone = [this, job](const FlowTemplate& flow) {
            return m_fabric.UncontendedTimes(m_routes.FlowOf(job, flow));
        };
        m_recorder.OnIterationDone({job, iteration, start, m_clock.Now()},
                                   PathSteps(chain,
                                             m_input.jobs[job.Value()].graph.Tasks(),
                                             m_lastFlows[job.Value()],
                                             alone));
        if (iteration + 1 == m_input.jobs[job.Value()].iterations)
        {
            m_lastFlows[job.Value()] = std::vector<LastFlow>();
        }
    }

    const EmulationInput& m_input;
    Fabric& m_fabric;
    Clock& m_clock;
    FlowTable m_flows;
    RunRecorder m_recorder;
    RateControl m_control;
    DagExecutor m_executor;
    FlowRoutes m_routes;
    OpenGroups m_groups;
    std::vector<std::pair<JobId, TaskId>> m_origins; ///< by the slot of the flow
    std::size_t m_started = 0;                       ///< flows
    std::shared_ptr<const IdealRuns> m_idealRuns;
    std::vector<ComputeTimes> m_computeTimes;       ///< by JobId
    std::vector<std::vector<LastFlow>> m_lastFlows; ///< by JobId and TaskId; none before and after
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
