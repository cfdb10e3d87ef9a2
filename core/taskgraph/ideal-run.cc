// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/ideal-run.h"

#include "sim/event-clock.h"
#include "taskgraph/dag-executor.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace echelon
{

namespace
{

/// Lets the executor run one iteration, and notes what follows what on the streams and how long
/// flows inside hosts take. All times follow from these.
class IdealExecution : private ExecutionEnvironment
{
  public:
    IdealExecution(const TaskGraph& graph, const Topology& topology)
        : m_topology(topology),
          m_tasks(graph.Tasks()),
          m_order(graph.Dependencies()),
          m_durations(m_tasks.size()),
          m_bits(topology.Links().size(), 0.0),
          m_jobs(1)
    {
        m_jobs[0].graph = graph;
    }

    IdealRun Run()
    {
        DagExecutor executor(m_jobs, m_clock, *this);
        m_executor = &executor;
        executor.Start();
        m_clock.Run();
        m_run.length = m_clock.Now();
        const std::vector<TaskId> order = TopologicalOrder();
        FindTimes(order);
        FindLatestFinishes(order);
        return std::move(m_run);
    }

  private:
    using StreamKey = std::pair<DeviceId, std::uint16_t>;

    static constexpr JobId JOB{0};

    /// @pre the flow stays inside its host, where there is one path.
    Path PathOf(TaskId flow) const
    {
        const FlowTemplate& made = m_tasks[flow.Value()].flow;
        return m_topology.Route(made.source, made.destination, 0);
    }

    bool IsInsideHost(TaskId task) const
    {
        const Task& made = m_tasks[task.Value()];
        return made.kind == TaskKind::FLOW && made.flow.source != made.flow.destination &&
               m_topology.HostOf(made.flow.source) == m_topology.HostOf(made.flow.destination);
    }

    /// How long after being sent a task is done.
    Time PropagationOf(TaskId task) const
    {
        return IsInsideHost(task) ? m_topology.Delay(PathOf(task)) : Time();
    }

    Time ComputeTime(JobId /*job*/, std::uint32_t /*iteration*/, TaskId task) override
    {
        const Task& started = m_tasks[task.Value()];
        const auto [last, isFirst] =
            m_lastOnStream.try_emplace(StreamKey{started.device, started.stream}, task);
        if (!isFirst)
        {
            m_order.Add({last->second, task, Milestone::DONE});
            last->second = task;
        }
        return started.duration;
    }

    void StartFlow(JobId /*job*/, std::uint32_t /*iteration*/, TaskId task) override
    {
        if (!IsInsideHost(task))
        {
            Finish(task, Time(), Time());
            return;
        }
        if (m_toSend.empty())
        {
            m_clock.CallWhenSettled([this] { SendInsideHosts(); });
        }
        m_toSend.push_back(task);
    }

    void OnComputeDone(JobId, std::uint32_t, TaskId, Time) override
    {
    }

    void OnIterationDone(JobId, std::uint32_t, Time, const std::vector<ChainStep>&) override
    {
    }

    /// The flow starts now.
    void Finish(TaskId flow, Time transmission, Time propagation)
    {
        m_durations[flow.Value()] = transmission + propagation;
        const Time sent = m_clock.Now() + transmission;
        if (m_executor->IsFollowedWhenSent(JOB, flow))
        {
            m_clock.CallAt(sent, [this, flow] { m_executor->OnFlowSent(JOB, flow); });
        }
        m_clock.CallAt(sent + propagation, [this, flow] { m_executor->OnFlowFinished(JOB, flow); });
    }

    /// The flows that start now inside hosts: those of one group, position and host together.
    void SendInsideHosts()
    {
        const auto batchOf = [this](TaskId task) {
            const FlowTemplate& flow = m_tasks[task.Value()].flow;
            return std::make_tuple(flow.group, flow.position, m_topology.HostOf(flow.source));
        };
        std::sort(m_toSend.begin(), m_toSend.end(), [&batchOf](TaskId a, TaskId b) {
            return std::make_tuple(batchOf(a), a) < std::make_tuple(batchOf(b), b);
        });
        for (auto begin = m_toSend.begin(); begin != m_toSend.end();)
        {
            const auto end = std::find_if(begin, m_toSend.end(), [&](TaskId task) {
                return batchOf(task) != batchOf(*begin);
            });
            SendTogether(begin, end);
            begin = end;
        }
        m_toSend.clear();
    }

    void SendTogether(std::vector<TaskId>::const_iterator begin,
                      std::vector<TaskId>::const_iterator end)
    {
        Time longest;
        for (auto task = begin; task != end; ++task)
        {
            const FlowTemplate& flow = m_tasks[task->Value()].flow;
            for (const LinkId link : PathOf(*task))
            {
                double& bits = m_bits[link.Value()];
                bits += 8.0 * static_cast<double>(flow.bytes) * flow.multiplicity;
                longest = std::max(longest, TransmissionTime(bits, m_topology.GetLink(link).rate));
            }
        }
        for (auto task = begin; task != end; ++task)
        {
            for (const LinkId link : PathOf(*task))
            {
                m_bits[link.Value()] = 0;
            }
            Finish(*task, longest, PropagationOf(*task));
        }
    }

    std::vector<TaskId> TopologicalOrder() const
    {
        std::vector<std::uint32_t> waiting(m_tasks.size(), 0);
        for (const Dependency& dependency : m_order)
        {
            ++waiting[dependency.after.Value()];
        }
        std::vector<TaskId> order;
        order.reserve(m_tasks.size());
        for (std::uint32_t t = 0; t < m_tasks.size(); ++t)
        {
            if (waiting[t] == 0)
            {
                order.emplace_back(t);
            }
        }
        for (std::size_t next = 0; next < order.size(); ++next)
        {
            for (const Successor& successor : m_order.After(order[next]))
            {
                if (--waiting[successor.Task().Value()] == 0)
                {
                    order.push_back(successor.Task());
                }
            }
        }
        return order;
    }

    void FindTimes(const std::vector<TaskId>& order)
    {
        m_run.start.resize(m_tasks.size());
        m_run.finish.resize(m_tasks.size());
        for (const TaskId task : order)
        {
            const Task& made = m_tasks[task.Value()];
            Time& duration = m_durations[task.Value()];
            const bool isGiven = made.kind == TaskKind::COMPUTE || made.kind == TaskKind::DELAY;
            duration = isGiven ? made.duration : duration;
            const Time finish = m_run.start[task.Value()] + duration;
            m_run.finish[task.Value()] = finish;
            for (const Successor& next : m_order.After(task))
            {
                Time& start = m_run.start[next.Task().Value()];
                const bool isSent = next.Awaited() == Milestone::SENT;
                start = std::max(start, isSent ? finish - PropagationOf(task) : finish);
            }
        }
    }

    void FindLatestFinishes(const std::vector<TaskId>& order)
    {
        m_run.latestFinish.resize(m_tasks.size());
        for (auto task = order.rbegin(); task != order.rend(); ++task)
        {
            Time latest = m_run.length;
            for (const Successor& next : m_order.After(*task))
            {
                const Time start =
                    m_run.latestFinish[next.Task().Value()] - m_durations[next.Task().Value()];
                const bool isSent = next.Awaited() == Milestone::SENT;
                latest = std::min(latest, isSent ? start + PropagationOf(*task) : start);
            }
            m_run.latestFinish[task->Value()] = latest;
        }
    }

    const Topology& m_topology;
    const std::vector<Task>& m_tasks;
    DependencyLists m_order; ///< the graph's, and of each task on the one before on its stream
    std::vector<Time> m_durations; ///< by task
    std::map<StreamKey, TaskId> m_lastOnStream;
    std::vector<TaskId> m_toSend; ///< flows inside hosts that start at the present instant
    std::vector<double>
        m_bits; ///< by link, of the flows that are sent together; otherwise all zero
    EventClock m_clock;
    std::vector<Job> m_jobs; ///< one
    DagExecutor* m_executor = nullptr;
    IdealRun m_run;
};

} // namespace

IdealRun
RunIdeally(const TaskGraph& graph, const Topology& topology)
{
    return graph.Tasks().empty() ? IdealRun() : IdealExecution(graph, topology).Run();
}

} // namespace echelon
