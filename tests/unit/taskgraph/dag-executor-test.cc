// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/dag-executor.h"

#include "base/parameters.h"
#include "sim/event-clock.h"

#include <gtest/gtest.h>
#include <sstream>

namespace echelon
{
namespace
{

const Time SECOND = Time::FromSeconds(1);

/// A flow of n bytes takes n seconds, and leaves its source half a second
/// before it arrives.
class SimpleEnvironment : public ExecutionEnvironment
{
  public:
    explicit SimpleEnvironment(const std::vector<Job>& jobs)
        : m_jobs(jobs),
          m_executor(jobs, m_clock, *this)
    {
    }

    std::vector<std::string> Run()
    {
        m_executor.Start();
        m_clock.Run();
        EXPECT_TRUE(m_executor.Done());
        return log;
    }

    Time ComputeTime(JobId job, std::uint32_t iteration, TaskId task) override
    {
        return m_jobs[job.Value()].graph.Tasks()[task.Value()].duration + iteration * slower;
    }

    void StartFlow(JobId job, std::uint32_t, TaskId task) override
    {
        const Bytes bytes = m_jobs[job.Value()].graph.Tasks()[task.Value()].flow.bytes;
        const Time arrival = m_clock.Now() + bytes * SECOND;
        if (m_executor.IsFollowedWhenSent(job, task))
        {
            m_clock.CallAt(arrival - Time::FromSeconds(0.5),
                           [this, job, task] { m_executor.OnFlowSent(job, task); });
        }
        m_clock.CallAt(arrival, [this, job, task] { m_executor.OnFlowFinished(job, task); });
    }

    void OnComputeDone(JobId job, std::uint32_t, TaskId task, Time start) override
    {
        const TaskGraph& graph = m_jobs[job.Value()].graph;
        log.push_back(graph.Labels()[graph.Tasks()[task.Value()].label] + " " + FormatTime(start) +
                      "-" + FormatTime(m_clock.Now()));
    }

    void OnIterationDone(JobId,
                         std::uint32_t iteration,
                         Time start,
                         const std::vector<ChainStep>& chain) override
    {
        log.push_back("iteration " + std::to_string(iteration) + " " + FormatTime(start) + "-" +
                      FormatTime(m_clock.Now()));
        chains.push_back(chain);
    }

    std::vector<std::string> log;
    std::vector<std::vector<ChainStep>> chains; ///< in order of the iterations' ends
    Time slower; ///< computations take this much longer in each next iteration

  private:
    const std::vector<Job>& m_jobs;
    EventClock m_clock;
    DagExecutor m_executor;
};

using Strings = std::vector<std::string>;

TEST(DagExecutor, FollowsAFlowThatIsSentOrDone)
{
    // A flow of 3 s from 0 s on: sent at 2.5 s, done at 3 s. What follows it as sent runs 2.5-3.5;
    // as done 3-4; through a barrier that joins it as sent with a computation that ends at 1
    // s: 2.5; a computation is done when it is sent, at 1 s. Again from 4 s on.
    Job job;
    job.name = "a";
    job.iterations = 2;
    const GroupIndex group = job.graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    const TaskId flow = job.graph.AddFlow({group, DeviceId(0), DeviceId(1), 3, 0, 1});
    const TaskId first = job.graph.AddCompute(DeviceId(0), SECOND, "first");
    const TaskId joined = job.graph.AddBarrier();
    job.graph.AddDependency(flow, joined, Milestone::SENT);
    job.graph.AddDependency(first, joined, Milestone::SENT);
    const auto follow = [&job](TaskId before, const char* label, Milestone milestone) {
        const DeviceId device(job.graph.Tasks().size());
        job.graph.AddDependency(before, job.graph.AddCompute(device, SECOND, label), milestone);
    };
    follow(flow, "as sent", Milestone::SENT);
    follow(flow, "as done", Milestone::DONE);
    follow(joined, "joined", Milestone::SENT);
    follow(first, "second", Milestone::SENT);
    const std::vector<Job> jobs{job};
    EXPECT_EQ(SimpleEnvironment(jobs).Run(),
              (Strings{"first 0.00 s-1.00 s",
                       "second 1.00 s-2.00 s",
                       "as sent 2.50 s-3.50 s",
                       "joined 2.50 s-3.50 s",
                       "as done 3.00 s-4.00 s",
                       "iteration 0 0.00 s-4.00 s",
                       "first 4.00 s-5.00 s",
                       "second 5.00 s-6.00 s",
                       "as sent 6.50 s-7.50 s",
                       "joined 6.50 s-7.50 s",
                       "as done 7.00 s-8.00 s",
                       "iteration 1 4.00 s-8.00 s"}));
}

TEST(DagExecutor, RepeatsAnIterationWithItsDependencies)
{
    // produce (2 s) -> flow (3 s) -> consume (1 s); arrives at 1 s: 1-3, 3-6, 6-7; again 7-9, 9-12,
    // 12-13.
    Job job;
    job.name = "a";
    job.iterations = 2;
    job.arrival = SECOND;
    const GroupIndex group = job.graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    const TaskId produce = job.graph.AddCompute(DeviceId(0), 2 * SECOND, "produce");
    const TaskId flow = job.graph.AddFlow({group, DeviceId(0), DeviceId(1), 3, 0, 1});
    const TaskId consume = job.graph.AddCompute(DeviceId(1), SECOND, "consume");
    job.graph.AddDependency(produce, flow);
    job.graph.AddDependency(flow, consume);
    const std::vector<Job> jobs{job};
    EXPECT_EQ(SimpleEnvironment(jobs).Run(),
              (Strings{"produce 1.00 s-3.00 s",
                       "consume 6.00 s-7.00 s",
                       "iteration 0 1.00 s-7.00 s",
                       "produce 7.00 s-9.00 s",
                       "consume 12.0 s-13.0 s",
                       "iteration 1 7.00 s-13.0 s"}));
}

TEST(DagExecutor, AStreamRunsOneTaskAtATimeAndStreamsRunSideBySide)
{
    // Device 0: x and y on stream 0, z on stream 1, 1 s each: x 0-1, z 0-1, y 1-2.
    Job job;
    job.name = "a";
    job.graph.AddCompute(DeviceId(0), SECOND, "x", 0);
    job.graph.AddCompute(DeviceId(0), SECOND, "y", 0);
    job.graph.AddCompute(DeviceId(0), SECOND, "z", 1);
    const std::vector<Job> jobs{job};
    EXPECT_EQ(SimpleEnvironment(jobs).Run(),
              (Strings{"x 0.00 s-1.00 s",
                       "z 0.00 s-1.00 s",
                       "y 1.00 s-2.00 s",
                       "iteration 0 0.00 s-2.00 s"}));
}

TEST(DagExecutor, BarriersAndDelaysTakeTheirTime)
{
    // delay 2 s -> barrier -> barrier -> compute 1 s
    Job job;
    job.name = "a";
    const TaskId delay = job.graph.AddDelay(2 * SECOND);
    const TaskId first = job.graph.AddBarrier();
    const TaskId second = job.graph.AddBarrier();
    const TaskId compute = job.graph.AddCompute(DeviceId(0), SECOND, "c");
    job.graph.AddDependency(delay, first);
    job.graph.AddDependency(first, second);
    job.graph.AddDependency(second, compute);
    const std::vector<Job> jobs{job};
    EXPECT_EQ(SimpleEnvironment(jobs).Run().front(), "c 2.00 s-3.00 s");
}

TEST(DagExecutor, SimultaneousEventsStartTasksByTaskId)
{
    // Two flows of 2 s end at the same time, in the order of their start: that of the task declared
    // last comes first. Its computation has the larger task id, so it runs second.
    Job job;
    job.name = "a";
    const GroupIndex group = job.graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    const TaskId low = job.graph.AddCompute(DeviceId(1), SECOND, "low");
    const TaskId high = job.graph.AddCompute(DeviceId(1), SECOND, "high");
    const TaskId first = job.graph.AddFlow({group, DeviceId(0), DeviceId(1), 2, 0, 1});
    const TaskId second = job.graph.AddFlow({group, DeviceId(0), DeviceId(1), 2, 0, 1});
    job.graph.AddDependency(first, high);
    job.graph.AddDependency(second, low);
    const std::vector<Job> jobs{job};
    EXPECT_EQ(SimpleEnvironment(jobs).Run(),
              (Strings{"low 2.00 s-3.00 s", "high 3.00 s-4.00 s", "iteration 0 0.00 s-4.00 s"}));
}

/// "flow 0-2.5 sent": the label, or the kind; "held": a device that served other jobs.
Strings
ChainText(const std::vector<ChainStep>& chain, const TaskGraph& graph)
{
    Strings text;
    for (const ChainStep& step : chain)
    {
        const Task& task = graph.Tasks()[step.task.Value()];
        const std::string name = task.kind == TaskKind::COMPUTE ? graph.Labels()[task.label]
                                 : task.kind == TaskKind::FLOW  ? "flow"
                                                                : "delay";
        std::ostringstream line;
        line << name << (step.isHeld ? " held " : " ") << step.start.Seconds() << "-"
             << step.end.Seconds() << (step.isSent ? " sent" : "");
        text.push_back(line.str());
    }
    return text;
}

TEST(CriticalPath, GoesBackFromTheTaskThatEndsLast)
{
    // delay 1 s -> a (2 s, 1-3) -> flow of 3 s (3-6) -> barrier -> b (1 s, 6-7). Beside it c (4 s)
    // on another device, which the barrier waits for as well. Again from 7 s on.
    Job job;
    job.iterations = 2;
    const GroupIndex group = job.graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    const TaskId delay = job.graph.AddDelay(SECOND);
    const TaskId a = job.graph.AddCompute(DeviceId(0), 2 * SECOND, "a");
    const TaskId flow = job.graph.AddFlow({group, DeviceId(0), DeviceId(1), 3, 0, 1});
    const TaskId barrier = job.graph.AddBarrier();
    const TaskId b = job.graph.AddCompute(DeviceId(1), SECOND, "b");
    const TaskId c = job.graph.AddCompute(DeviceId(2), 4 * SECOND, "c");
    job.graph.AddDependency(delay, a);
    job.graph.AddDependency(a, flow);
    job.graph.AddDependency(flow, barrier);
    job.graph.AddDependency(c, barrier);
    job.graph.AddDependency(barrier, b);
    const std::vector<Job> jobs{job};
    SimpleEnvironment environment(jobs);
    environment.Run();
    ASSERT_EQ(environment.chains.size(), 2U);
    EXPECT_EQ(ChainText(environment.chains[0], job.graph),
              (Strings{"delay 0-1", "a 1-3", "flow 3-6", "b 6-7"}));
    EXPECT_EQ(ChainText(environment.chains[1], job.graph),
              (Strings{"delay 7-8", "a 8-10", "flow 10-13", "b 13-14"}));
}

TEST(CriticalPath, AFlowCountsUntilItWasSentWhereThatWasEnough)
{
    // A flow of 3 s is sent at 2.5 s; x (1 s) follows it as sent, 2.5-3.5. y (0.25 s) follows it as
    // done, 3-3.25. x ends last.
    Job job;
    const GroupIndex group = job.graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    const TaskId flow = job.graph.AddFlow({group, DeviceId(0), DeviceId(1), 3, 0, 1});
    const TaskId x = job.graph.AddCompute(DeviceId(0), SECOND, "x");
    const TaskId y = job.graph.AddCompute(DeviceId(1), Time::FromSeconds(0.25), "y");
    job.graph.AddDependency(flow, x, Milestone::SENT);
    job.graph.AddDependency(flow, y);
    const std::vector<Job> jobs{job};
    SimpleEnvironment environment(jobs);
    environment.Run();
    EXPECT_EQ(ChainText(environment.chains.at(0), job.graph),
              (Strings{"flow 0-2.5 sent", "x 2.5-3.5"}));
}

TEST(CriticalPath, OfPredecessorsThatEndAtOnceTheLeastIdCounts)
{
    // p and q (1 s each, on devices of their own) end at once; r (1 s) waits for both.
    Job job;
    const TaskId p = job.graph.AddCompute(DeviceId(0), SECOND, "p");
    const TaskId q = job.graph.AddCompute(DeviceId(1), SECOND, "q");
    const TaskId r = job.graph.AddCompute(DeviceId(2), SECOND, "r");
    job.graph.AddDependency(q, r);
    job.graph.AddDependency(p, r);
    const std::vector<Job> jobs{job};
    SimpleEnvironment environment(jobs);
    environment.Run();
    EXPECT_EQ(ChainText(environment.chains.at(0), job.graph), (Strings{"p 0-1", "r 1-2"}));

    // The same with the computations' ends in the other order, by their arrivals at the streams.
    Job swapped;
    const TaskId late = swapped.graph.AddCompute(DeviceId(0), SECOND, "late");
    const TaskId early = swapped.graph.AddCompute(DeviceId(1), 2 * SECOND, "early");
    const TaskId before = swapped.graph.AddDelay(SECOND);
    const TaskId last = swapped.graph.AddCompute(DeviceId(2), SECOND, "r");
    swapped.graph.AddDependency(before, late);
    swapped.graph.AddDependency(late, last);
    swapped.graph.AddDependency(early, last);
    const std::vector<Job> swappedJobs{swapped};
    SimpleEnvironment swappedEnvironment(swappedJobs);
    swappedEnvironment.Run();
    EXPECT_EQ(ChainText(swappedEnvironment.chains.at(0), swapped.graph),
              (Strings{"delay 0-1", "late 1-2", "r 2-3"}));
}

TEST(CriticalPath, AComputationThatQueuedFollowsTheOneBefore)
{
    // Device 0 computes x (3 s) from 0 on. A flow of 1 s makes y ready at 1 s; it runs 3-4, because
    // of x and not of the flow. z, ready at 4 through a delay of 4 s just when the stream is free,
    // follows the delay: it did not queue.
    Job job;
    const GroupIndex group = job.graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    job.graph.AddCompute(DeviceId(0), 3 * SECOND, "x");
    const TaskId flow = job.graph.AddFlow({group, DeviceId(1), DeviceId(0), 1, 0, 1});
    const TaskId y = job.graph.AddCompute(DeviceId(0), SECOND, "y");
    job.graph.AddDependency(flow, y);
    const std::vector<Job> jobs{job};
    SimpleEnvironment environment(jobs);
    environment.Run();
    EXPECT_EQ(ChainText(environment.chains.at(0), job.graph), (Strings{"x 0-3", "y 3-4"}));

    Job later = job;
    const TaskId delay = later.graph.AddDelay(4 * SECOND);
    later.graph.AddDependency(delay, later.graph.AddCompute(DeviceId(0), SECOND, "z"));
    const std::vector<Job> laterJobs{later};
    SimpleEnvironment laterEnvironment(laterJobs);
    laterEnvironment.Run();
    EXPECT_EQ(ChainText(laterEnvironment.chains.at(0), later.graph),
              (Strings{"delay 0-4", "z 4-5"}));
}

TEST(CriticalPath, ADeviceThatServesAnotherJobIsAStep)
{
    // One device, order of service by (ready, job, task). Job 0: x (2 s), and y (1 s) after a delay
    // of 1 s. Job 1: u (3 s), ready at 0. So x 0-2, u 2-5, y 5-6. y was ready at 1 s: x held the
    // device until 2 s, which is the job's own doing, then job 1 did until 5 s.
    std::vector<Job> jobs(2);
    jobs[0].graph.AddCompute(DeviceId(0), 2 * SECOND, "x");
    const TaskId delay = jobs[0].graph.AddDelay(SECOND);
    jobs[0].graph.AddDependency(delay, jobs[0].graph.AddCompute(DeviceId(0), SECOND, "y"));
    jobs[1].graph.AddCompute(DeviceId(0), 3 * SECOND, "u");
    SimpleEnvironment environment(jobs);
    environment.Run();
    ASSERT_EQ(environment.chains.size(), 2U);
    EXPECT_EQ(ChainText(environment.chains[0], jobs[1].graph), (Strings{"u held 0-2", "u 2-5"}));
    EXPECT_EQ(ChainText(environment.chains[1], jobs[0].graph),
              (Strings{"x 0-2", "y held 2-5", "y 5-6"}));
}

TEST(CriticalPath, OfTasksThatEndTogetherTheFirstDeclaredCounts)
{
    // b and a both end at 2 s, a behind a delay of 1 s.
    Job job;
    const TaskId b = job.graph.AddCompute(DeviceId(1), 2 * SECOND, "b");
    const TaskId delay = job.graph.AddDelay(SECOND);
    const TaskId a = job.graph.AddCompute(DeviceId(0), SECOND, "a");
    job.graph.AddDependency(delay, a);
    ASSERT_LT(b, a);
    const std::vector<Job> jobs{job};
    SimpleEnvironment environment(jobs);
    environment.Run();
    EXPECT_EQ(ChainText(environment.chains.at(0), job.graph), (Strings{"b 0-2"}));
}

TEST(DagExecutor, RefusesCycles)
{
    Job job;
    job.name = "a";
    const TaskId a = job.graph.AddBarrier();
    const TaskId b = job.graph.AddBarrier();
    job.graph.AddDependency(a, b);
    job.graph.AddDependency(b, a);
    const std::vector<Job> jobs{job};
    EXPECT_THROW(SimpleEnvironment{jobs}, ParameterError);
}

TEST(DagExecutor, AJobThatComesAfterAnotherWaitsForItsEndAndItsArrival)
{
    // Job 0 runs [0, 2]; job 1 arrives at 1 and waits until 2; job 2 waits for job 1, which ends at
    // 3, but arrives at 5.
    std::vector<Job> jobs(3);
    for (std::size_t j = 0; j < jobs.size(); ++j)
    {
        jobs[j].graph.AddCompute(DeviceId(0), SECOND, "job " + std::to_string(j));
    }
    jobs[0].iterations = 2;
    jobs[1].arrival = SECOND;
    jobs[1].after = JobId(0);
    jobs[2].arrival = 5 * SECOND;
    jobs[2].after = JobId(1);
    SimpleEnvironment environment(jobs);
    EXPECT_EQ(environment.Run(),
              (std::vector<std::string>{"job 0 0.00 s-1.00 s",
                                        "iteration 0 0.00 s-1.00 s",
                                        "job 0 1.00 s-2.00 s",
                                        "iteration 1 1.00 s-2.00 s",
                                        "job 1 2.00 s-3.00 s",
                                        "iteration 0 2.00 s-3.00 s",
                                        "job 2 5.00 s-6.00 s",
                                        "iteration 0 5.00 s-6.00 s"}));
}

TEST(DagExecutor, AsksForRealComputeTimes)
{
    // 1 s by the graph, and 1 s more in each iteration.
    std::vector<Job> jobs(1);
    jobs[0].graph.AddCompute(DeviceId(0), SECOND, "A");
    jobs[0].iterations = 2;
    SimpleEnvironment environment(jobs);
    environment.slower = SECOND;
    EXPECT_EQ(environment.Run(),
              (std::vector<std::string>{"A 0.00 s-1.00 s",
                                        "iteration 0 0.00 s-1.00 s",
                                        "A 1.00 s-3.00 s",
                                        "iteration 1 1.00 s-3.00 s"}));
}

} // namespace
} // namespace echelon
