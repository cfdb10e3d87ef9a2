// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/ideal-run.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>

namespace echelon
{

namespace
{

/// One iteration, instant by instant.
class Execution
{
  public:
    Execution(const TaskGraph& graph, const Topology& topology)
        : m_topology(topology),
          m_tasks(graph.Tasks()),
          m_dependencies(graph.Dependencies()),
          m_waitingFor(graph.WaitingCounts()),
          m_nextOnStream(m_tasks.size(), NONE),
          m_bits(topology.Links().size(), 0.0)
    {
        graph.CheckAcyclic();
        m_run.start.resize(m_tasks.size());
        m_run.finish.resize(m_tasks.size());
        m_run.latestFinish.resize(m_tasks.size());
        m_begun.reserve(m_tasks.size());
    }

    IdealRun Run()
    {
        for (std::uint32_t t = 0; t < m_tasks.size(); ++t)
        {
            if (m_waitingFor[t] == 0)
            {
                Launch(TaskId(t));
            }
        }
        ServeArrivals();
        while (!m_events.empty())
        {
            m_now = m_events.top().time;
            while (!m_events.empty() && m_events.top().time == m_now)
            {
                const Event event = m_events.top();
                m_events.pop();
                Reach(event.task, event.milestone);
            }
            ServeArrivals();
        }
        m_run.length = m_now;
        FindLatestFinishes();
        return std::move(m_run);
    }

  private:
    using StreamKey = std::pair<DeviceId, std::uint16_t>;

    struct Stream
    {
        std::deque<TaskId> ready;
        std::vector<TaskId> arrivals; ///< made ready at the present instant
        std::optional<TaskId> last;   ///< that it has started
        bool busy = false;
    };

    /// What a task has come to at a time.
    struct Event
    {
        Time time;
        TaskId task;
        Milestone milestone;

        bool operator>(const Event& other) const
        {
            return std::tie(time, task, milestone) >
                   std::tie(other.time, other.task, other.milestone);
        }
    };

    /// No task.
    static constexpr std::uint32_t NONE = std::numeric_limits<std::uint32_t>::max();

    static StreamKey KeyOf(const Task& task)
    {
        return {task.device, task.stream};
    }

    bool IsCompute(TaskId task) const
    {
        return m_tasks[task.Value()].kind == TaskKind::COMPUTE;
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

    /// @pre the flow stays inside its host, where there is one path.
    Path PathOf(TaskId flow) const
    {
        const FlowTemplate& made = m_tasks[flow.Value()].flow;
        return m_topology.Route(made.source, made.destination, 0);
    }

    /// Of a task that has begun.
    Time DurationOf(TaskId task) const
    {
        return m_run.finish[task.Value()] - m_run.start[task.Value()];
    }

    void Launch(TaskId task)
    {
        const Task& made = m_tasks[task.Value()];
        if (IsCompute(task))
        {
            const StreamKey key = KeyOf(made);
            m_streams[key].arrivals.push_back(task);
            m_toServe.push_back(key);
        }
        else if (IsInsideHost(task))
        {
            m_toSend.push_back(task);
        }
        else
        {
            Begin(task, made.kind == TaskKind::DELAY ? made.duration : Time());
        }
    }

    void Begin(TaskId task, Time duration)
    {
        m_begun.push_back(task);
        m_run.start[task.Value()] = m_now;
        m_run.finish[task.Value()] = m_now + duration;
        m_events.push({m_now + duration, task, Milestone::DONE});
    }

    /// The task has been sent or is done: what waits for that may go on.
    void Reach(TaskId task, Milestone milestone)
    {
        if (IsCompute(task))
        {
            const StreamKey key = KeyOf(m_tasks[task.Value()]);
            m_streams[key].busy = false;
            m_toServe.push_back(key);
        }
        const bool wasSentBefore = PropagationOf(task) > Time();
        for (const Successor& next : m_dependencies.After(task))
        {
            const bool isTold = !wasSentBefore || next.Awaited() == milestone;
            if (isTold && --m_waitingFor[next.Task().Value()] == 0)
            {
                Launch(next.Task());
            }
        }
    }

    /// After the other events of an instant, as the executor does.
    void ServeArrivals()
    {
        SendInsideHosts();
        ServeStreams();
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
            const Time delay = PropagationOf(*task);
            if (delay > Time())
            {
                m_events.push({m_now + longest, *task, Milestone::SENT});
            }
            Begin(*task, longest + delay);
        }
    }

    void ServeStreams()
    {
        for (const StreamKey& key : m_toServe)
        {
            Stream& stream = m_streams[key];
            std::sort(stream.arrivals.begin(), stream.arrivals.end());
            stream.ready.insert(stream.ready.end(), stream.arrivals.begin(), stream.arrivals.end());
            stream.arrivals.clear();
            if (stream.busy || stream.ready.empty())
            {
                continue;
            }
            const TaskId task = stream.ready.front();
            stream.ready.pop_front();
            stream.busy = true;
            if (stream.last)
            {
                m_nextOnStream[stream.last->Value()] = task.Value();
            }
            stream.last = task;
            Begin(task, m_tasks[task.Value()].duration);
        }
        m_toServe.clear();
    }

    void FindLatestFinishes()
    {
        for (auto begun = m_begun.rbegin(); begun != m_begun.rend(); ++begun)
        {
            Time latest = m_run.length;
            const Time propagation = PropagationOf(*begun);
            for (const Successor& next : m_dependencies.After(*begun))
            {
                Time start = m_run.latestFinish[next.Task().Value()] - DurationOf(next.Task());
                if (next.Awaited() == Milestone::SENT)
                {
                    start += propagation;
                }
                latest = std::min(latest, start);
            }
            if (const std::uint32_t next = m_nextOnStream[begun->Value()]; next != NONE)
            {
                latest = std::min(latest, m_run.latestFinish[next] - DurationOf(TaskId(next)));
            }
            m_run.latestFinish[begun->Value()] = latest;
        }
    }

    const Topology& m_topology;
    const std::vector<Task>& m_tasks;
    const DependencyLists& m_dependencies;
    std::vector<std::uint32_t> m_waitingFor;
    std::vector<std::uint32_t> m_nextOnStream; ///< by task: the one after it, or NONE
    std::map<StreamKey, Stream> m_streams;
    std::vector<StreamKey> m_toServe;
    std::vector<TaskId> m_toSend; ///< flows inside hosts that start at the present instant
    std::vector<double>
        m_bits; ///< by link, of the flows that are sent together; otherwise all zero
    std::priority_queue<Event, std::vector<Event>, std::greater<>> m_events;
    std::vector<TaskId> m_begun; ///< in order of their starts, a topological order
    Time m_now;
    IdealRun m_run;
};

} // namespace

IdealRun
RunIdeally(const TaskGraph& graph, const Topology& topology)
{
    return Execution(graph, topology).Run();
}

} // namespace echelon
