// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/arrows.h"

#include "timeline/relays.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace echelon
{

namespace
{

/// The records of the tasks of one iteration of one job.
struct IterationRecords
{
    std::vector<std::uint32_t> computes; ///< indices into the run's record
    std::vector<std::uint32_t> flows;
};

/// The arrows of one job, iteration by iteration. What a task waited for last is passed on along
/// the tasks without a slice in their order; what takes bytes on first is passed against it.
class JobArrows
{
  public:
    JobArrows(const RecordedRun& run, const Job& job);

    /// Appends the arrows of one iteration.
    void Find(const IterationRecords& records, std::vector<TimelineArrow>& arrows);

  private:
    /// What a task did in this iteration.
    struct Happened
    {
        std::optional<std::uint32_t> index; ///< into the record's computes or flows
        Time start;
        Time end;
    };

    /// Until when something waited, and for which task with a slice it did last.
    struct Cause
    {
        Time until;
        std::optional<std::uint32_t> task;
    };

    /// The first task with a slice to start at a device.
    struct Consumer
    {
        std::uint32_t device;
        Time start;
        std::uint32_t task;

        bool operator<(const Consumer& other) const
        {
            return std::tuple(device, start, task) <
                   std::tuple(other.device, other.start, other.task);
        }
    };

    /// What comes after a relay.
    struct Consumers
    {
        std::vector<Consumer> byDevice; ///< the first of each device
        std::optional<Consumer> first;
    };

    void Fill(const IterationRecords& records);
    /// Where the task computes, or sends from.
    std::uint32_t DeviceOf(std::uint32_t task) const;
    /// Whether the flow starts from where the task computed, or brought its bytes.
    bool LeavesItsBytesAt(std::uint32_t task, std::uint32_t flow) const;
    /// What a task waited for last; of simultaneous ones one that left its bytes where a flow
    /// starts, then the first.
    Cause CauseOf(std::uint32_t task) const;
    void PassForwards(std::uint32_t relay);
    Consumer ConsumerAt(std::uint32_t task) const;
    void PassBackwards(std::uint32_t relay);
    /// The task that takes on the bytes of a network flow.
    std::optional<std::uint32_t> ConsumerOf(std::uint32_t flow) const;

    /// @pre the relay is one of FromFlows().
    const Consumers& Next(std::uint32_t relay) const
    {
        return m_next[m_places[relay]];
    }

    ArrowEnd EndAt(std::uint32_t task) const;
    void AddArrowsOf(std::uint32_t flow, std::vector<TimelineArrow>& arrows);

    const RunRecord& m_record;
    const std::vector<Task>& m_tasks;
    RelayGraph m_graph;
    std::vector<Happened> m_happened;    ///< by task
    std::vector<Cause> m_last;           ///< by relay
    std::vector<std::uint32_t> m_places; ///< by relay: in FromFlows()
    std::vector<Consumers> m_next;       ///< of each of FromFlows()
};

JobArrows::JobArrows(const RecordedRun& run, const Job& job)
    : m_record(run.record),
      m_tasks(job.graph.Tasks()),
      m_graph(job.graph, run.topology),
      m_happened(m_tasks.size()),
      m_last(m_tasks.size()),
      m_places(m_tasks.size()),
      m_next(m_graph.FromFlows().size())
{
    for (std::uint32_t place = 0; place < m_next.size(); ++place)
    {
        m_places[m_graph.FromFlows()[place]] = place;
    }
}

void
JobArrows::Find(const IterationRecords& records, std::vector<TimelineArrow>& arrows)
{
    Fill(records);
    for (const std::uint32_t relay : m_graph.ToFlows())
    {
        PassForwards(relay);
    }
    const std::vector<std::uint32_t>& behind = m_graph.FromFlows();
    for (auto relay = behind.rbegin(); relay != behind.rend(); ++relay)
    {
        PassBackwards(*relay);
    }
    for (std::uint32_t task = 0; task < m_tasks.size(); ++task)
    {
        if (m_graph.IsNetworkFlow(task) && m_happened[task].index)
        {
            AddArrowsOf(task, arrows);
        }
    }
}

void
JobArrows::Fill(const IterationRecords& records)
{
    for (const std::uint32_t i : records.computes)
    {
        const ComputeRecord& compute = m_record.computes[i];
        m_happened[compute.task.Value()] = {i, compute.start, compute.end};
    }
    for (const std::uint32_t i : records.flows)
    {
        const FlowRecord& flow = m_record.flows[i];
        m_happened[flow.task.Value()] = {i, flow.start, flow.finish};
    }
}

std::uint32_t
JobArrows::DeviceOf(std::uint32_t task) const
{
    const Task& at = m_tasks[task];
    return (at.kind == TaskKind::COMPUTE ? at.device : at.flow.source).Value();
}

bool
JobArrows::LeavesItsBytesAt(std::uint32_t task, std::uint32_t flow) const
{
    const Task& from = m_tasks[task];
    const DeviceId at = from.kind == TaskKind::COMPUTE ? from.device : from.flow.destination;
    return m_tasks[flow].kind == TaskKind::FLOW && at == m_tasks[flow].flow.source;
}

JobArrows::Cause
JobArrows::CauseOf(std::uint32_t task) const
{
    Cause cause;
    Time latest; // with a slice behind it
    bool isLocal = false;
    for (const Neighbour& before : m_graph.Before(task))
    {
        const bool isRelay = m_graph.IsRelay(before.task);
        const std::optional<std::uint32_t> source =
            isRelay ? m_last[before.task].task : std::optional(before.task);
        Time until = isRelay ? m_last[before.task].until : m_happened[before.task].end;
        if (before.milestone == Milestone::SENT && m_happened[task].index)
        {
            until = std::min(until, m_happened[task].start); // the last byte was still under way
        }
        cause.until = std::max(cause.until, until);
        if (!source)
        {
            continue;
        }
        const bool wouldBeLocal = LeavesItsBytesAt(*source, task);
        if (!cause.task || std::tuple(latest, isLocal) < std::tuple(until, wouldBeLocal))
        {
            cause.task = source;
            latest = until;
            isLocal = wouldBeLocal;
        }
    }
    return cause;
}

void
JobArrows::PassForwards(std::uint32_t relay)
{
    Cause cause = CauseOf(relay);
    if (m_tasks[relay].kind == TaskKind::DELAY)
    {
        cause.until += m_tasks[relay].duration;
    }
    else if (m_happened[relay].index) // a flow inside a host
    {
        cause.until = m_happened[relay].end;
    }
    m_last[relay] = cause;
}

JobArrows::Consumer
JobArrows::ConsumerAt(std::uint32_t task) const
{
    return {DeviceOf(task), m_happened[task].start, task};
}

void
JobArrows::PassBackwards(std::uint32_t relay)
{
    Consumers& next = m_next[m_places[relay]];
    next.byDevice.clear();
    for (const Successor& after : m_graph.After(relay))
    {
        const std::uint32_t task = after.Task().Value();
        if (m_graph.IsRelay(task))
        {
            const std::vector<Consumer>& further = Next(task).byDevice;
            next.byDevice.insert(next.byDevice.end(), further.begin(), further.end());
        }
        else if (m_happened[task].index)
        {
            next.byDevice.push_back(ConsumerAt(task));
        }
    }
    if (!std::is_sorted(next.byDevice.begin(), next.byDevice.end()))
    {
        std::sort(next.byDevice.begin(), next.byDevice.end());
    }
    const auto areAtOne = [](const Consumer& a, const Consumer& b) { return a.device == b.device; };
    next.byDevice.erase(std::unique(next.byDevice.begin(), next.byDevice.end(), areAtOne),
                        next.byDevice.end());
    const auto first =
        std::min_element(next.byDevice.begin(),
                         next.byDevice.end(),
                         [](const Consumer& a, const Consumer& b) {
                             return std::tuple(a.start, a.task) < std::tuple(b.start, b.task);
                         });
    next.first = first == next.byDevice.end() ? std::nullopt : std::optional(*first);
}

std::optional<std::uint32_t>
JobArrows::ConsumerOf(std::uint32_t flow) const
{
    const std::uint32_t destination = m_tasks[flow].flow.destination.Value();
    std::optional<Consumer> best;
    const auto offer = [&](const Consumer& other) {
        if (!best || std::tuple(other.device != destination, other.start, other.task) <
                         std::tuple(best->device != destination, best->start, best->task))
        {
            best = other;
        }
    };
    for (const Successor& after : m_graph.After(flow))
    {
        const std::uint32_t task = after.Task().Value();
        if (after.Awaited() == Milestone::SENT)
        {
            continue; // waits for the port, not for the bytes
        }
        if (!m_graph.IsRelay(task))
        {
            if (m_happened[task].index)
            {
                offer(ConsumerAt(task));
            }
            continue;
        }
        const Consumers& next = Next(task);
        const auto local = std::lower_bound(
            next.byDevice.begin(),
            next.byDevice.end(),
            destination,
            [](const Consumer& a, std::uint32_t device) { return a.device < device; });
        if (local != next.byDevice.end() && local->device == destination)
        {
            offer(*local);
        }
        else if (next.first)
        {
            offer(*next.first);
        }
    }
    return best ? std::optional(best->task) : std::nullopt;
}

ArrowEnd
JobArrows::EndAt(std::uint32_t task) const
{
    return {m_tasks[task].kind == TaskKind::FLOW, *m_happened[task].index};
}

void
JobArrows::AddArrowsOf(std::uint32_t flow, std::vector<TimelineArrow>& arrows)
{
    const std::optional<std::uint32_t> producer = CauseOf(flow).task;
    if (producer && m_happened[*producer].index)
    {
        arrows.push_back({EndAt(*producer), EndAt(flow)});
    }
    const std::optional<std::uint32_t> consumer = ConsumerOf(flow);
    // An arrow to a flow that waited for this one last is that flow's.
    if (consumer && !(m_graph.IsNetworkFlow(*consumer) && CauseOf(*consumer).task == flow))
    {
        arrows.push_back({EndAt(flow), EndAt(*consumer)});
    }
}

/// By job and iteration.
std::vector<std::vector<IterationRecords>>
GroupByIteration(const RecordedRun& run)
{
    std::vector<std::vector<IterationRecords>> all;
    for (const Job& job : run.jobs)
    {
        all.emplace_back(job.iterations);
    }
    for (std::uint32_t i = 0; i < run.record.computes.size(); ++i)
    {
        const ComputeRecord& compute = run.record.computes[i];
        all[compute.job.Value()][compute.iteration].computes.push_back(i);
    }
    for (std::uint32_t i = 0; i < run.record.flows.size(); ++i)
    {
        const GroupRecord& group = run.record.groups[run.record.flows[i].group.Value()];
        all[group.job.Value()][group.iteration].flows.push_back(i);
    }
    return all;
}

} // namespace

std::vector<TimelineArrow>
FindArrows(const RecordedRun& run)
{
    std::vector<TimelineArrow> arrows;
    if (run.jobs.empty()) // a record by hand
    {
        return arrows;
    }
    const std::vector<std::vector<IterationRecords>> records = GroupByIteration(run);
    for (std::size_t job = 0; job < run.jobs.size(); ++job)
    {
        JobArrows finder(run, run.jobs[job]);
        for (const IterationRecords& iteration : records[job])
        {
            if (!iteration.flows.empty())
            {
                finder.Find(iteration, arrows);
            }
        }
    }
    return arrows;
}

} // namespace echelon
