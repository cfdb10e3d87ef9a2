// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Runs the task graphs of all jobs: starts what is ready, iteration after iteration.
 *
 *     DagExecutor executor(jobs, clock, environment);
 *     executor.Start();                      // schedules the arrivals of the jobs
 *     executor.OnFlowSent(job, task);        // from the environment: its last byte has left
 *     executor.OnFlowFinished(job, task);    // and has arrived: the flow task is done
 *
 * The environment supplies durations and transfers; the executor knows nothing of fabrics and
 * schedulers. A device's stream runs one compute task at a time, in order of (time ready, job, task
 * id). It is served after the other events of an instant, so the order of simultaneous events,
 * which may depend on rounding, does not matter. The next iteration of a job starts when every task
 * of the last one is done. A job that comes after another one waits until that one has ended.
 *
 * Critical path. For each task the executor records its cause: the predecessor that finished last
 * (ties: the least id), or, if the task then queued for its stream, the previous task of the same
 * job on that stream. Back from the task that ends an iteration (ties: the least id) these causes
 * are a chain of steps without gaps to the iteration's start. What a stream did for other jobs
 * meanwhile is a step of its own. Barriers, and all else that takes no time, are no steps. Waits
 * below WAIT_ROUNDING_PS are added to the preceding step (to the following one at the start of the
 * path).
 *
 * Cost: O(1) per task and dependency (O(log jobs) where jobs share a stream), O(steps) per
 * iteration, and the clock's cost per callback. Memory: 16 bytes a task of the jobs that run.
 */
#pragma once

#include "base/ids.h"
#include "base/ring.h"
#include "base/time.h"
#include "sim/clock.h"
#include "taskgraph/task-graph.h"

#include <boost/container/flat_map.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace echelon
{

/// A step of an iteration's critical path.
struct ChainStep
{
    TaskId task;
    bool isHeld = false; ///< the task waited for a stream that served other jobs
    bool isSent = false; ///< of a flow: what came next waited for Milestone::SENT of it
    Time start;
    Time end; ///< the start of the next step, or the iteration's end
};

/// What the executor needs from its surroundings.
class ExecutionEnvironment
{
  public:
    virtual ~ExecutionEnvironment() = default;
    /// How long a COMPUTE task really takes in this iteration.
    virtual Time ComputeTime(JobId job, std::uint32_t iteration, TaskId task) = 0;
    /// Start the transfer of a FLOW task; answered by DagExecutor::OnFlowSent and OnFlowFinished,
    /// not before this call has returned.
    virtual void StartFlow(JobId job, std::uint32_t iteration, TaskId task) = 0;
    virtual void OnComputeDone(JobId job, std::uint32_t iteration, TaskId task, Time start) = 0;
    /// @param chain the critical path, in order of time; valid during the call.
    virtual void OnIterationDone(JobId job,
                                 std::uint32_t iteration,
                                 Time start,
                                 const std::vector<ChainStep>& chain) = 0;
};

class DagExecutor
{
  public:
    /// @param jobs outlives the executor. @pre no job waits for itself, through others or not.
    /// @throws ParameterError when a graph has a cycle.
    DagExecutor(const std::vector<Job>& jobs, Clock& clock, ExecutionEnvironment& environment);

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
    struct Pending
    {
        JobId job;
        TaskId task;
    };

    /// A task of the running iteration.
    struct TaskState
    {
        static constexpr std::uint32_t NONE = std::numeric_limits<std::uint32_t>::max();

        Time start;                  ///< until it starts: since when it does not wait for `before`
        std::uint32_t before = NONE; ///< the task that is its cause; none: the iteration's start
        std::uint32_t waitingFor : 31; ///< dependencies of which the task is not done or sent
        std::uint32_t isSent : 1;      ///< whether the cause is that by Milestone::SENT

        TaskState()
            : waitingFor(0),
              isSent(0)
        {
        }
    };

    /// Where a job stands.
    struct Progress
    {
        std::vector<JobId> nextJobs;  ///< that wait for this one's end
        std::vector<TaskState> tasks; ///< of the running iteration, by TaskId
        std::size_t tasksLeft = 0;
        std::uint32_t iteration = 0;
        Time iterationStart;
        std::map<TaskId, Time> heldSince; ///< tasks that waited for other jobs on their stream
        TaskId last;                      ///< that ended, the least of those of one time
        Time lastEnd;
    };

    /// The end of a task on a stream.
    struct StreamUse
    {
        TaskId task;
        Time end;
    };

    /// One stream of one device.
    struct Stream
    {
        bool busy = false;
        Ring<Pending> ready;
        std::vector<Pending> arrivals; ///< made ready at the present time
        std::map<JobId, StreamUse> lastUses;
    };

    /// The job starts at its arrival, or now if that has passed.
    void StartJob(JobId job);
    void StartIteration(JobId job);
    /// One predecessor less to wait for.
    void Release(JobId job, TaskId task, Milestone milestone);
    void Complete(JobId job, TaskId task);
    /// Writes m_chain for the iteration that ends now.
    void TraceBack(JobId job);
    void AddStep(const ChainStep& step);
    /// The task starts on the stream now, and has waited for it.
    void NoteWait(const Stream& stream, const Pending& pending);
    /// Start everything that the present event made ready.
    void Advance();
    void Launch(const Pending& pending);
    Stream& StreamOf(const Task& task);
    void RequestService(const Task& task);
    void ServeStreams();
    void Serve(Stream& stream);
    void OnComputeDone(const Pending& pending);

    const std::vector<Job>& m_jobs;
    Clock& m_clock;
    ExecutionEnvironment& m_environment;
    std::vector<Progress> m_progress;                     ///< by JobId
    using StreamKey = std::pair<DeviceId, std::uint16_t>; ///< device, stream of the device

    /// By device, and number of the stream.
    std::vector<boost::container::flat_map<std::uint16_t, Stream>> m_streams;
    Ring<Pending> m_ready;
    std::vector<StreamKey>
        m_streamsToServe; ///< at the end of the present instant, with repetitions
    std::vector<ChainStep> m_chain;
    bool m_advancing = false;
    std::size_t m_jobsLeft = 0;
};

} // namespace echelon
