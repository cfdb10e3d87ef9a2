// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/job-arrows.h"

#include <algorithm>

namespace echelon
{

JobArrows::JobArrows(const RecordedRun& run, const Job& job)
    : m_record(run.record),
      m_tasks(job.graph.Tasks()),
      m_graph(job.graph, run.topology),
      m_happened(m_tasks.size()),
      m_last(m_tasks.size()),
      m_next(m_tasks.size())
{
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
    Consumers& next = m_next[relay];
    next.byDevice.clear();
    for (const Neighbour& after : m_graph.After(relay))
    {
        if (m_graph.IsRelay(after.task))
        {
            const std::vector<Consumer>& further = m_next[after.task].byDevice;
            next.byDevice.insert(next.byDevice.end(), further.begin(), further.end());
        }
        else if (m_happened[after.task].index)
        {
            next.byDevice.push_back(ConsumerAt(after.task));
        }
    }
    std::sort(next.byDevice.begin(), next.byDevice.end());
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
    for (const Neighbour& after : m_graph.After(flow))
    {
        if (after.milestone == Milestone::SENT)
        {
            continue; // waits for the port, not for the bytes
        }
        if (!m_graph.IsRelay(after.task))
        {
            if (m_happened[after.task].index)
            {
                offer(ConsumerAt(after.task));
            }
            continue;
        }
        const Consumers& next = m_next[after.task];
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

} // namespace echelon
