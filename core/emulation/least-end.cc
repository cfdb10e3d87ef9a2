// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/least-end.h"

#include "emulation/flow-routes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace echelon
{

namespace
{

double
BitsOf(const FlowTemplate& flow)
{
    return 8.0 * static_cast<double>(flow.bytes) * flow.multiplicity;
}

/// How long something is busy at least, in seconds.
struct Use
{
    double start = std::numeric_limits<double>::infinity(); ///< of the first job that uses it
    double seconds = 0;
    double largest = 0; ///< of one task, over all iterations
    JobId job;          ///< whose task that is

    void Add(JobId id, const Job& of, double task)
    {
        const double all = task * of.iterations;
        start = std::min(start, of.arrival.Seconds());
        seconds += all;
        if (all > largest)
        {
            largest = all;
            job = id;
        }
    }
};

class Bound
{
  public:
    Bound(const Topology& topology,
          const std::vector<Job>& jobs,
          std::uint64_t seed,
          const std::string& router)
        : m_topology(topology),
          m_jobs(jobs),
          m_routes(topology, jobs, seed, router),
          m_links(topology.Links().size())
    {
    }

    LeastEnd Find()
    {
        for (std::size_t j = 0; j < m_jobs.size(); ++j)
        {
            m_lengths.push_back(Iteration(JobId(j)) * m_jobs[j].iterations);
        }
        ConsiderJobs();
        for (std::size_t link = 0; link < m_links.size(); ++link)
        {
            const Use& use = m_links[link];
            Consider({use.start + use.seconds, use.job, LinkId(link), {}});
        }
        for (const auto& [stream, use] : m_streams)
        {
            Consider({use.start + use.seconds, use.job, {}, stream.first});
        }
        return m_end;
    }

  private:
    /// What a task takes, in seconds.
    struct Span
    {
        double sent = 0; ///< until Milestone::SENT
        double done = 0;
    };

    void Consider(const LeastEnd& end)
    {
        // What nothing uses starts at infinity.
        if (std::isfinite(end.seconds) && end.seconds > m_end.seconds)
        {
            m_end = end;
        }
    }

    /// Seconds of the longest chain of the job's tasks. Counts what they use on the way.
    double Iteration(JobId id)
    {
        const TaskGraph& graph = m_jobs[id.Value()].graph;
        std::vector<std::uint32_t> waitingFor = graph.WaitingCounts();
        std::vector<double> start(graph.Tasks().size(), 0.0);
        std::vector<TaskId> ready;
        for (std::size_t t = 0; t < waitingFor.size(); ++t)
        {
            if (waitingFor[t] == 0)
            {
                ready.emplace_back(t);
            }
        }
        double end = 0;
        while (!ready.empty())
        {
            const std::size_t task = ready.back().Value();
            ready.pop_back();
            const Span span = SpanOf(id, graph.Tasks()[task]);
            end = std::max(end, start[task] + span.done);
            for (const Successor& next : graph.Dependencies().After(TaskId(task)))
            {
                const std::size_t after = next.Task().Value();
                const bool isSent = next.Awaited() == Milestone::SENT;
                start[after] =
                    std::max(start[after], start[task] + (isSent ? span.sent : span.done));
                if (--waitingFor[after] == 0)
                {
                    ready.emplace_back(after);
                }
            }
        }
        return end;
    }

    Span SpanOf(JobId id, const Task& task)
    {
        const Job& job = m_jobs[id.Value()];
        switch (task.kind)
        {
        case TaskKind::BARRIER:
            return {};
        case TaskKind::DELAY:
            return {task.duration.Seconds(), task.duration.Seconds()};
        case TaskKind::COMPUTE:
            if (job.variation.sigma > 0)
            {
                return {};
            }
            m_streams[{task.device, task.stream}].Add(id, job, task.duration.Seconds());
            return {task.duration.Seconds(), task.duration.Seconds()};
        case TaskKind::FLOW:
            return task.flow.source == task.flow.destination ? Span() : SpanOfFlow(id, task.flow);
        }
        return {};
    }

    Span SpanOfFlow(JobId id, const FlowTemplate& flow)
    {
        const double bits = BitsOf(flow);
        Span span;
        const Route route = m_routes.RouteOf(id, flow);
        for (const auto& [link, share] : route)
        {
            const double seconds = bits * share / m_topology.GetLink(link).rate;
            m_links[link.Value()].Add(id, m_jobs[id.Value()], seconds);
            span.sent = std::max(span.sent, seconds);
        }
        span.done = span.sent + route.Delay().Seconds();
        return span;
    }

    /// A job after another one starts at its end. @pre no job waits for itself.
    void ConsiderJobs()
    {
        std::vector<std::optional<double>> ends(m_jobs.size());
        std::vector<std::size_t> chain;
        for (std::size_t j = 0; j < m_jobs.size(); ++j)
        {
            chain.assign(1, j);
            while (!ends[chain.back()] && m_jobs[chain.back()].after)
            {
                chain.push_back(m_jobs[chain.back()].after->Value());
            }
            double before = 0;
            for (auto job = chain.rbegin(); job != chain.rend(); ++job)
            {
                if (!ends[*job])
                {
                    ends[*job] = std::max(before, m_jobs[*job].arrival.Seconds()) + m_lengths[*job];
                }
                before = *ends[*job];
                Consider({before, JobId(*job), {}, {}});
            }
        }
    }

    const Topology& m_topology;
    const std::vector<Job>& m_jobs;
    FlowRoutes m_routes;
    std::vector<Use> m_links; ///< by LinkId
    std::map<std::pair<DeviceId, std::uint16_t>, Use> m_streams;
    std::vector<double> m_lengths; ///< of all iterations in seconds, by JobId
    LeastEnd m_end;
};

} // namespace

LeastEnd
LeastEndOf(const Topology& topology,
           const std::vector<Job>& jobs,
           std::uint64_t seed,
           const std::string& router)
{
    return Bound(topology, jobs, seed, router).Find();
}

double
MostSeconds(const Topology& topology, const std::vector<Job>& jobs)
{
    BitRate slowest = std::numeric_limits<double>::infinity();
    double delay = 0;
    for (const Link& link : topology.Links())
    {
        slowest = std::min(slowest, link.rate);
        delay = std::max(delay, link.delay.Seconds());
    }
    delay *= topology.MostHops();
    double last = 0;
    double seconds = 0;
    for (const Job& job : jobs)
    {
        last = std::max(last, job.arrival.Seconds());
        double iteration = 0;
        for (const Task& task : job.graph.Tasks())
        {
            iteration += task.kind == TaskKind::FLOW ? BitsOf(task.flow) / slowest + delay
                                                     : task.duration.Seconds();
        }
        seconds += iteration * job.iterations;
    }
    return last + seconds;
}

} // namespace echelon
