// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Runs the task graphs of all jobs: starts what is ready, iteration after iteration.
 *
 *     DagExecutor executor(jobs, environment);
 *     executor.Start();                      // schedules the arrivals of the jobs
 *     executor.OnFlowSent(job, task);        // from the environment: its last byte has left
 *     executor.OnFlowFinished(job, task);    // and has arrived: the flow task is done
 *
 * The environment supplies time, callbacks and transfers; the executor knows nothing of fabrics and
 * schedulers. A device's stream runs one compute task at a time, in order of (time ready, job, task
 * id). It is served after the other events of an instant, so that the order of simultaneous events,
 * which may hang on rounding, does not matter. The next iteration of a job starts when every task
 * of the last one is done. A job that comes after another one waits for its end. Cost: O(1) per
 * task and dependency, and the environment's cost per callback.
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "workload/task-graph.h"

#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace echelon
{

/// What the executor needs from its surroundings.
class ExecutionEnvironment
{
  public:
    virtual ~ExecutionEnvironment() = default;
    virtual Time Now() const = 0;
    virtual void CallAt(Time time, std::function<void()> callback) = 0;
    /// Call back at the present time, after the other events of the present time.
    virtual void CallWhenSettled(std::function<void()> callback) = 0;
    /// How long a COMPUTE task really takes in this iteration.
    virtual Time ComputeTime(JobId job, std::uint32_t iteration, TaskId task) = 0;
    /// Start the transfer of a FLOW task; answered by DagExecutor::OnFlowSent and OnFlowFinished,
    /// not before this call has returned.
    virtual void StartFlow(JobId job, std::uint32_t iteration, TaskId task) = 0;
    virtual void OnComputeDone(JobId job, std::uint32_t iteration, TaskId task, Time start) = 0;
    virtual void OnIterationDone(JobId job, std::uint32_t iteration, Time start) = 0;
};

class DagExecutor
{
  public:
    /// @param jobs outlives the executor. @pre no job waits for itself, through others or not.
    /// @throws ParameterError when a graph has a cycle.
    DagExecutor(const std::vector<Job>& jobs, ExecutionEnvironment& environment);

    void Start();
    /// Must be told of every flow for which IsFollowedWhenSent.
    void OnFlowSent(JobId job, TaskId task);
    void OnFlowFinished(JobId job, TaskId task);

    /// Whether a task follows this one by Milestone::SENT.
    bool IsFollowedWhenSent(JobId job, TaskId task) const;

    /// Start of the job's iteration that is running. @pre the job has started.
    Time IterationStart(JobId job) const
    {
        return m_progress[job.Value()].iterationStart;
    }

    /// Whether every iteration of every job is done.
    bool Done() const
    {
        return m_jobsLeft == 0;
    }

  private:
    /// What follows each task of a graph by one milestone.
    struct Successors
    {
        std::vector<std::uint32_t> first; ///< by task: into `tasks`, one more entry than tasks;
                                          ///< empty when nothing follows by the milestone
        std::vector<TaskId> tasks;
    };

    /// Where a job stands.
    struct Progress
    {
        Successors afterDone;
        Successors afterSent;
        std::vector<JobId> nextJobs;             ///< that wait for this one's end
        std::vector<std::uint32_t> predecessors; ///< by task: how many
        std::vector<std::uint32_t> waitingFor; ///< by task: how many are not done in this iteration
        std::size_t tasksLeft = 0;
        std::uint32_t iteration = 0;
        Time iterationStart;
    };

    struct Pending
    {
        JobId job;
        TaskId task;
    };

    /// One stream of one device.
    struct Stream
    {
        bool busy = false;
        std::deque<Pending> ready;
        std::vector<Pending> arrivals; ///< made ready at the present time
    };

    /// The job starts at its arrival, or now if that has passed.
    void StartJob(JobId job);
    void StartIteration(JobId job);
    static Successors SuccessorsOf(const TaskGraph& graph, Milestone milestone);
    /// One predecessor less to wait for.
    void Release(JobId job, TaskId task, const Successors& successors);
    void Complete(JobId job, TaskId task);
    /// Start everything that the present event made ready.
    void Advance();
    void Launch(const Pending& pending);
    void RequestService(const Task& task);
    void ServeStreams();
    void Serve(Stream& stream);

    const std::vector<Job>& m_jobs;
    ExecutionEnvironment& m_environment;
    std::vector<Progress> m_progress;                     ///< by JobId
    using StreamKey = std::pair<DeviceId, std::uint16_t>; ///< device, stream of the device

    std::map<StreamKey, Stream> m_streams;
    std::deque<Pending> m_ready;
    std::vector<StreamKey>
        m_streamsToServe; ///< at the end of the present instant, with repetitions
    bool m_advancing = false;
    std::size_t m_jobsLeft = 0;
};

} // namespace echelon
