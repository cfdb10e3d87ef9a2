// SPDX-License-Identifier: GPL-2.0-only
#include "workload/ideal-run.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <utility>

namespace echelon
{

namespace
{

/// One iteration, instant by instant.
class Execution
{
  public:
    explicit Execution(const TaskGraph& graph)
        : m_tasks(graph.Tasks()),
          m_successors(m_tasks.size()),
          m_waitingFor(m_tasks.size(), 0),
          m_nextOnStream(m_tasks.size())
    {
        graph.CheckAcyclic();
        m_run.start.resize(m_tasks.size());
        m_run.finish.resize(m_tasks.size());
        m_run.latestFinish.resize(m_tasks.size());
        for (const auto& [before, after, milestone] : graph.Dependencies())
        {
            m_successors[before.Value()].push_back(after);
            ++m_waitingFor[after.Value()];
        }
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
        ServeStreams();
        while (!m_running.empty())
        {
            m_now = m_running.top().first;
            while (!m_running.empty() && m_running.top().first == m_now)
            {
                const TaskId task = m_running.top().second;
                m_running.pop();
                End(task);
            }
            ServeStreams();
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

    static StreamKey KeyOf(const Task& task)
    {
        return {task.device, task.stream};
    }

    bool IsCompute(TaskId task) const
    {
        return m_tasks[task.Value()].kind == TaskKind::COMPUTE;
    }

    Time DurationOf(TaskId task) const
    {
        const Task& made = m_tasks[task.Value()];
        const bool lasts = made.kind == TaskKind::COMPUTE || made.kind == TaskKind::DELAY;
        return lasts ? made.duration : Time();
    }

    void Launch(TaskId task)
    {
        if (IsCompute(task))
        {
            const StreamKey key = KeyOf(m_tasks[task.Value()]);
            m_streams[key].arrivals.push_back(task);
            m_toServe.push_back(key);
            return;
        }
        Begin(task);
    }

    void Begin(TaskId task)
    {
        m_run.start[task.Value()] = m_now;
        m_running.emplace(m_now + DurationOf(task), task);
    }

    void End(TaskId task)
    {
        m_run.finish[task.Value()] = m_now;
        m_ended.push_back(task);
        if (IsCompute(task))
        {
            const StreamKey key = KeyOf(m_tasks[task.Value()]);
            m_streams[key].busy = false;
            m_toServe.push_back(key);
        }
        for (const TaskId next : m_successors[task.Value()])
        {
            if (--m_waitingFor[next.Value()] == 0)
            {
                Launch(next);
            }
        }
    }

    /// After the other events of an instant, as the executor does.
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
                m_nextOnStream[stream.last->Value()] = task;
            }
            stream.last = task;
            Begin(task);
        }
        m_toServe.clear();
    }

    void FindLatestFinishes()
    {
        for (auto ended = m_ended.rbegin(); ended != m_ended.rend(); ++ended)
        {
            Time latest = m_run.length;
            for (const TaskId next : m_successors[ended->Value()])
            {
                latest = std::min(latest, m_run.latestFinish[next.Value()] - DurationOf(next));
            }
            if (const std::optional<TaskId> next = m_nextOnStream[ended->Value()])
            {
                latest = std::min(latest, m_run.latestFinish[next->Value()] - DurationOf(*next));
            }
            m_run.latestFinish[ended->Value()] = latest;
        }
    }

    const std::vector<Task>& m_tasks;
    std::vector<std::vector<TaskId>> m_successors;
    std::vector<std::uint32_t> m_waitingFor;
    std::vector<std::optional<TaskId>> m_nextOnStream;
    std::map<StreamKey, Stream> m_streams;
    std::vector<StreamKey> m_toServe;
    using Running = std::pair<Time, TaskId>;
    std::priority_queue<Running, std::vector<Running>, std::greater<>> m_running;
    std::vector<TaskId> m_ended; ///< in order of their ends, a topological order
    Time m_now;
    IdealRun m_run;
};

} // namespace

IdealRun
RunIdeally(const TaskGraph& graph)
{
    return Execution(graph).Run();
}

} // namespace echelon
