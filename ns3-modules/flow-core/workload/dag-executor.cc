// SPDX-License-Identifier: GPL-2.0-only
#include "workload/dag-executor.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

DagExecutor::DagExecutor(const std::vector<Job>& jobs, ExecutionEnvironment& environment)
    : m_jobs(jobs),
      m_environment(environment),
      m_progress(jobs.size()),
      m_jobsLeft(jobs.size())
{
    for (std::size_t j = 0; j < jobs.size(); ++j)
    {
        const TaskGraph& graph = jobs[j].graph;
        graph.CheckAcyclic();
        if (jobs[j].after)
        {
            ECHELON_REQUIRE(jobs[j].after->Value() < jobs.size(), "a job waits for one that is");
            m_progress[jobs[j].after->Value()].nextJobs.emplace_back(j);
        }
        ECHELON_REQUIRE(jobs[j].iterations > 0, "a job runs at least one iteration");
        Progress& progress = m_progress[j];
        const std::size_t tasks = graph.Tasks().size();
        progress.predecessors.assign(tasks, 0);
        for (const Dependency& dependency : graph.Dependencies())
        {
            ++progress.predecessors[dependency.after.Value()];
        }
        progress.afterDone = SuccessorsOf(graph, Milestone::DONE);
        progress.afterSent = SuccessorsOf(graph, Milestone::SENT);
    }
}

DagExecutor::Successors
DagExecutor::SuccessorsOf(const TaskGraph& graph, Milestone wanted)
{
    Successors successors;
    successors.first.assign(graph.Tasks().size() + 1, 0);
    for (const auto& [before, after, milestone] : graph.Dependencies())
    {
        successors.first[before.Value() + 1] += milestone == wanted ? 1 : 0;
    }
    for (std::size_t t = 1; t < successors.first.size(); ++t)
    {
        successors.first[t] += successors.first[t - 1];
    }
    successors.tasks.resize(successors.first.back());
    if (successors.tasks.empty())
    {
        return {};
    }
    std::vector<std::uint32_t> next(successors.first);
    for (const auto& [before, after, milestone] : graph.Dependencies())
    {
        if (milestone == wanted)
        {
            successors.tasks[next[before.Value()]++] = after;
        }
    }
    return successors;
}

void
DagExecutor::Start()
{
    for (std::size_t j = 0; j < m_jobs.size(); ++j)
    {
        if (!m_jobs[j].after)
        {
            StartJob(JobId(j));
        }
    }
}

void
DagExecutor::StartJob(JobId job)
{
    const Time start = std::max(m_jobs[job.Value()].arrival, m_environment.Now());
    m_environment.CallAt(start, [this, job] {
        StartIteration(job);
        Advance();
    });
}

void
DagExecutor::StartIteration(JobId job)
{
    Progress& progress = m_progress[job.Value()];
    progress.waitingFor = progress.predecessors;
    progress.tasksLeft = progress.predecessors.size();
    progress.iterationStart = m_environment.Now();
    ECHELON_REQUIRE(progress.tasksLeft > 0, "a job has tasks");
    for (std::size_t t = 0; t < progress.waitingFor.size(); ++t)
    {
        if (progress.waitingFor[t] == 0)
        {
            m_ready.push_back({job, TaskId(t)});
        }
    }
}

bool
DagExecutor::IsFollowedWhenSent(JobId job, TaskId task) const
{
    const Successors& successors = m_progress[job.Value()].afterSent;
    return !successors.tasks.empty() &&
           successors.first[task.Value()] < successors.first[task.Value() + 1];
}

void
DagExecutor::OnFlowSent(JobId job, TaskId task)
{
    Release(job, task, m_progress[job.Value()].afterSent);
    Advance();
}

void
DagExecutor::OnFlowFinished(JobId job, TaskId task)
{
    Complete(job, task);
    Advance();
}

void
DagExecutor::Release(JobId job, TaskId task, const Successors& successors)
{
    if (successors.tasks.empty())
    {
        return;
    }
    std::vector<std::uint32_t>& waitingFor = m_progress[job.Value()].waitingFor;
    const std::uint32_t end = successors.first[task.Value() + 1];
    for (std::uint32_t s = successors.first[task.Value()]; s < end; ++s)
    {
        const TaskId successor = successors.tasks[s];
        if (--waitingFor[successor.Value()] == 0)
        {
            m_ready.push_back({job, successor});
        }
    }
}

void
DagExecutor::Complete(JobId job, TaskId task)
{
    Progress& progress = m_progress[job.Value()];
    Release(job, task, progress.afterDone);
    if (--progress.tasksLeft > 0)
    {
        return;
    }
    m_environment.OnIterationDone(job, progress.iteration, progress.iterationStart);
    ++progress.iteration;
    if (progress.iteration < m_jobs[job.Value()].iterations)
    {
        StartIteration(job);
    }
    else
    {
        --m_jobsLeft;
        for (const JobId next : progress.nextJobs)
        {
            StartJob(next);
        }
    }
}

void
DagExecutor::Advance()
{
    if (m_advancing)
    {
        return; // the outer call goes on with what this one added
    }
    m_advancing = true;
    while (!m_ready.empty())
    {
        const Pending pending = m_ready.front();
        m_ready.pop_front();
        Launch(pending);
    }
    m_advancing = false;
}

void
DagExecutor::Launch(const Pending& pending)
{
    const Task& task = m_jobs[pending.job.Value()].graph.Tasks()[pending.task.Value()];
    switch (task.kind)
    {
    case TaskKind::BARRIER:
        Complete(pending.job, pending.task);
        return;
    case TaskKind::DELAY:
        m_environment.CallAt(m_environment.Now() + task.duration, [this, pending] {
            Complete(pending.job, pending.task);
            Advance();
        });
        return;
    case TaskKind::FLOW:
        m_environment.StartFlow(pending.job,
                                m_progress[pending.job.Value()].iteration,
                                pending.task);
        return;
    case TaskKind::COMPUTE:
        m_streams[{task.device, task.stream}].arrivals.push_back(pending);
        RequestService(task);
        return;
    }
}

void
DagExecutor::RequestService(const Task& task)
{
    if (m_streamsToServe.empty())
    {
        m_environment.CallWhenSettled([this] { ServeStreams(); });
    }
    m_streamsToServe.emplace_back(task.device, task.stream);
}

void
DagExecutor::ServeStreams()
{
    std::vector<StreamKey> keys;
    keys.swap(m_streamsToServe);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (const StreamKey& key : keys)
    {
        Serve(m_streams[key]);
    }
}

void
DagExecutor::Serve(Stream& stream)
{
    std::sort(stream.arrivals.begin(),
              stream.arrivals.end(),
              [](const Pending& a, const Pending& b) {
                  return a.job != b.job ? a.job < b.job : a.task < b.task;
              });
    stream.ready.insert(stream.ready.end(), stream.arrivals.begin(), stream.arrivals.end());
    stream.arrivals.clear();
    if (stream.busy || stream.ready.empty())
    {
        return;
    }
    const Pending pending = stream.ready.front();
    stream.ready.pop_front();
    stream.busy = true;
    const Time start = m_environment.Now();
    const std::uint32_t iteration = m_progress[pending.job.Value()].iteration;
    const Time duration = m_environment.ComputeTime(pending.job, iteration, pending.task);
    m_environment.CallAt(start + duration, [this, pending, iteration, start] {
        const Task& done = m_jobs[pending.job.Value()].graph.Tasks()[pending.task.Value()];
        m_streams[{done.device, done.stream}].busy = false;
        RequestService(done);
        m_environment.OnComputeDone(pending.job, iteration, pending.task, start);
        Complete(pending.job, pending.task);
        Advance();
    });
}

} // namespace echelon
