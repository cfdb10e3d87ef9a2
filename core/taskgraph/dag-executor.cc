// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/dag-executor.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <set>

namespace echelon
{

/// Whether a task is over as soon as it starts: no step of a critical path, whatever rounding makes
/// of it.
static bool
TakesNoTime(const Task& task)
{
    switch (task.kind)
    {
    case TaskKind::BARRIER:
        return true;
    case TaskKind::FLOW:
        return task.flow.source == task.flow.destination;
    case TaskKind::DELAY:
        return task.duration == Time();
    case TaskKind::COMPUTE:
        break;
    }
    return false;
}

DagExecutor::DagExecutor(const std::vector<Job>& jobs,
                         Clock& clock,
                         ExecutionEnvironment& environment)
    : m_jobs(jobs),
      m_clock(clock),
      m_environment(environment),
      m_progress(jobs.size()),
      m_jobsLeft(jobs.size())
{
    std::set<const void*> checked;
    for (std::size_t j = 0; j < jobs.size(); ++j)
    {
        if (checked.insert(jobs[j].graph.Identity()).second)
        {
            jobs[j].graph.CheckAcyclic();
        }
        if (jobs[j].after)
        {
            ECHELON_REQUIRE(jobs[j].after->Value() < jobs.size(), "a job waits for one that is");
            m_progress[jobs[j].after->Value()].nextJobs.emplace_back(j);
        }
        ECHELON_REQUIRE(jobs[j].iterations > 0, "a job runs at least one iteration");
    }
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
    const Time start = std::max(m_jobs[job.Value()].arrival, m_clock.Now());
    m_clock.CallAt(start, [this, job] {
        StartIteration(job);
        Advance();
    });
}

void
DagExecutor::StartIteration(JobId job)
{
    Progress& progress = m_progress[job.Value()];
    const TaskGraph& graph = m_jobs[job.Value()].graph;
    progress.tasks.assign(graph.Tasks().size(), {});
    for (const Dependency& dependency : graph.Dependencies())
    {
        ++progress.tasks[dependency.after.Value()].waitingFor;
    }
    progress.tasksLeft = progress.tasks.size();
    progress.iterationStart = m_clock.Now();
    progress.heldSince.clear();
    progress.lastEnd = progress.iterationStart;
    progress.last = TaskId(progress.tasks.size());
    ECHELON_REQUIRE(progress.tasksLeft > 0, "a job has tasks");
    for (std::size_t t = 0; t < progress.tasks.size(); ++t)
    {
        if (progress.tasks[t].waitingFor == 0)
        {
            m_ready.PushBack({job, TaskId(t)});
        }
    }
}

bool
DagExecutor::IsFollowedWhenSent(JobId job, TaskId task) const
{
    const auto after = m_jobs[job.Value()].graph.Dependencies().After(task);
    return std::any_of(after.begin(), after.end(), [](const Successor& next) {
        return next.Awaited() == Milestone::SENT;
    });
}

void
DagExecutor::OnFlowSent(JobId job, TaskId task)
{
    Release(job, task, Milestone::SENT);
    Advance();
}

void
DagExecutor::OnFlowFinished(JobId job, TaskId task)
{
    Complete(job, task);
    Advance();
}

void
DagExecutor::Release(JobId job, TaskId task, Milestone milestone)
{
    Progress& progress = m_progress[job.Value()];
    const Time now = m_clock.Now();
    for (const Successor& next : m_jobs[job.Value()].graph.Dependencies().After(task))
    {
        if (next.Awaited() != milestone)
        {
            continue;
        }
        TaskState& state = progress.tasks[next.Task().Value()];
        // Where there is no cause yet, any task is less than none.
        if (now > state.start || task.Value() < state.before)
        {
            state.start = now;
            state.before = task.Value();
            state.isSent = milestone == Milestone::SENT ? 1 : 0;
        }
        if (--state.waitingFor == 0)
        {
            m_ready.PushBack({job, next.Task()});
        }
    }
}

void
DagExecutor::Complete(JobId job, TaskId task)
{
    Progress& progress = m_progress[job.Value()];
    const Time now = m_clock.Now();
    progress.last = now > progress.lastEnd ? task : std::min(progress.last, task);
    progress.lastEnd = now;
    Release(job, task, Milestone::DONE);
    if (--progress.tasksLeft > 0)
    {
        return;
    }
    TraceBack(job);
    m_environment.OnIterationDone(job, progress.iteration, progress.iterationStart, m_chain);
    ++progress.iteration;
    if (progress.iteration < m_jobs[job.Value()].iterations)
    {
        StartIteration(job);
    }
    else
    {
        --m_jobsLeft;
        progress.tasks = std::vector<TaskState>();
        for (const JobId next : progress.nextJobs)
        {
            StartJob(next);
        }
    }
}

void
DagExecutor::TraceBack(JobId job)
{
    const Progress& progress = m_progress[job.Value()];
    const std::vector<Task>& tasks = m_jobs[job.Value()].graph.Tasks();
    m_chain.clear();
    TaskId task = progress.last;
    TaskId computed = task; // the first computation of the chain
    bool isSent = false;
    Time start; // of the task
    Time end = progress.lastEnd;
    for (;;)
    {
        const TaskState& cause = progress.tasks[task.Value()];
        start = cause.start;
        if (!TakesNoTime(tasks[task.Value()]))
        {
            AddStep({task, false, isSent, start, end});
            end = start;
        }
        if (const auto held = progress.heldSince.find(task); held != progress.heldSince.end())
        {
            start = held->second;
            AddStep({task, true, false, start, end});
            end = start;
        }
        computed = tasks[task.Value()].kind == TaskKind::COMPUTE ? task : computed;
        if (cause.before == TaskState::NONE)
        {
            break;
        }
        task = TaskId(cause.before);
        isSent = cause.isSent != 0;
    }
    ECHELON_ENSURE((start - progress.iterationStart).Picoseconds() <= WAIT_ROUNDING_PS,
                   "a critical path starts with its iteration");
    if (m_chain.empty())
    {
        AddStep({computed, false, false, progress.iterationStart, end});
    }
    else
    {
        m_chain.back().start = progress.iterationStart; // what was rounding
    }
    std::reverse(m_chain.begin(), m_chain.end());
}

void
DagExecutor::AddStep(const ChainStep& step)
{
    if (step.start < step.end)
    {
        m_chain.push_back(step);
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
    while (!m_ready.IsEmpty())
    {
        const Pending pending = m_ready.Front();
        m_ready.PopFront();
        Launch(pending);
    }
    m_advancing = false;
}

void
DagExecutor::Launch(const Pending& pending)
{
    const Task& task = m_jobs[pending.job.Value()].graph.Tasks()[pending.task.Value()];
    m_progress[pending.job.Value()].tasks[pending.task.Value()].start = m_clock.Now();
    switch (task.kind)
    {
    case TaskKind::BARRIER:
        Complete(pending.job, pending.task);
        return;
    case TaskKind::DELAY:
        m_clock.CallAt(m_clock.Now() + task.duration, [this, pending] {
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
        StreamOf(task).arrivals.push_back(pending);
        RequestService(task);
        return;
    }
}

DagExecutor::Stream&
DagExecutor::StreamOf(const Task& task)
{
    if (m_streams.size() <= task.device.Value())
    {
        m_streams.resize(task.device.Value() + 1U);
    }
    return m_streams[task.device.Value()][task.stream];
}

void
DagExecutor::RequestService(const Task& task)
{
    if (m_streamsToServe.empty())
    {
        m_clock.CallWhenSettled([this] { ServeStreams(); });
    }
    m_streamsToServe.emplace_back(task.device, task.stream);
}

void
DagExecutor::ServeStreams()
{
    std::vector<StreamKey>& keys = m_streamsToServe;
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (const auto& [device, stream] : keys)
    {
        Serve(m_streams[device.Value()][stream]);
    }
    keys.clear();
}

void
DagExecutor::Serve(Stream& stream)
{
    std::sort(stream.arrivals.begin(),
              stream.arrivals.end(),
              [](const Pending& a, const Pending& b) {
                  return a.job != b.job ? a.job < b.job : a.task < b.task;
              });
    for (const Pending& arrival : stream.arrivals)
    {
        stream.ready.PushBack(arrival);
    }
    stream.arrivals.clear();
    if (stream.busy || stream.ready.IsEmpty())
    {
        return;
    }
    const Pending pending = stream.ready.Front();
    stream.ready.PopFront();
    stream.busy = true;
    NoteWait(stream, pending);
    const std::uint32_t iteration = m_progress[pending.job.Value()].iteration;
    const Time duration = m_environment.ComputeTime(pending.job, iteration, pending.task);
    m_clock.CallAt(m_clock.Now() + duration, [this, pending] { OnComputeDone(pending); });
}

void
DagExecutor::OnComputeDone(const Pending& pending)
{
    const Task& done = m_jobs[pending.job.Value()].graph.Tasks()[pending.task.Value()];
    Stream& freed = StreamOf(done);
    freed.busy = false;
    freed.lastUses[pending.job] = {pending.task, m_clock.Now()};
    RequestService(done);
    const Progress& progress = m_progress[pending.job.Value()];
    const Time start = progress.tasks[pending.task.Value()].start;
    m_environment.OnComputeDone(pending.job, progress.iteration, pending.task, start);
    Complete(pending.job, pending.task);
    Advance();
}

void
DagExecutor::NoteWait(const Stream& stream, const Pending& pending)
{
    Progress& progress = m_progress[pending.job.Value()];
    TaskState& cause = progress.tasks[pending.task.Value()];
    const Time ready = cause.start;
    const Time now = m_clock.Now();
    cause.start = now;
    if ((now - ready).Picoseconds() <= WAIT_ROUNDING_PS)
    {
        return; // what it waited for last came just when the stream was free
    }
    // The stream has been busy since the task was ready. It did a task of the same iteration
    // meanwhile if it did one of the job.
    const auto own = stream.lastUses.find(pending.job);
    const bool hasOwn = own != stream.lastUses.end() && own->second.end > ready;
    const Time freed = hasOwn ? own->second.end : ready;
    if (hasOwn)
    {
        cause.before = own->second.task.Value();
        cause.isSent = 0;
    }
    if (freed < now)
    {
        progress.heldSince[pending.task] = freed;
    }
}

} // namespace echelon
