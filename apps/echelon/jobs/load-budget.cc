// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/load-budget.h"

#include "base/units.h"
#include "support/table-text.h"

namespace echelon
{

namespace
{

// Bytes, measured with echelon run on graphs of 10^6 tasks, and rounded up.
constexpr double BYTES_PER_GRAPH_TASK = 200;
constexpr double BYTES_PER_FLOW_TASK = 400; // beside, while the flow goes on
constexpr double BYTES_PER_DEPENDENCY = 24;
constexpr double BYTES_PER_GROUP_TEMPLATE = 300;

} // namespace

GraphSize
SizeOfGraph(const TaskGraph& graph)
{
    GraphSize size;
    for (const Task& task : graph.Tasks())
    {
        size.flows += task.kind == TaskKind::FLOW ? 1 : 0;
        size.computes += task.kind == TaskKind::COMPUTE ? 1 : 0;
    }
    size.bytes = BYTES_PER_GRAPH_TASK * static_cast<double>(graph.Tasks().size()) +
                 BYTES_PER_FLOW_TASK * size.flows +
                 BYTES_PER_DEPENDENCY * static_cast<double>(graph.Dependencies().size()) +
                 BYTES_PER_GROUP_TEMPLATE * static_cast<double>(graph.Groups().size());
    return size;
}

void
LoadBudget::AddJobs(const JsonNode& job,
                    const TaskGraph& graph,
                    std::uint32_t iterations,
                    std::size_t jobs)
{
    const auto count = static_cast<double>(jobs);
    const auto tasks = static_cast<double>(graph.Tasks().size());
    m_tasks += tasks * iterations * count;
    if (m_tasks > MAX_RECORDS)
    {
        job.FailAt("iterations",
                   "the scenario would run " + CountText(m_tasks) + " tasks: here " +
                       CountText(tasks) + ", " + CountText(iterations * count) + " times",
                   "at most " + CountText(MAX_RECORDS) + "; use fewer iterations or jobs");
    }
    m_bytes += SizeOfGraph(graph).bytes * count;
    if (m_bytes > m_memory)
    {
        job.FailAt("arrivals",
                   "the jobs' task graphs would take " + FormatBytes(m_bytes) +
                       " of memory: here " + CountText(count) +
                       (jobs == 1 ? " job of " : " jobs of ") + CountText(tasks) + " tasks",
                   "the limit is " + FormatBytes(m_memory) + ", --memory sets another");
    }
}

void
LoadBudget::AddPlaces(const JsonNode& job, std::size_t places, std::size_t devices)
{
    m_steps += static_cast<double>(places) * static_cast<double>(devices);
    if (m_steps > MAX_PLACEMENT_STEPS)
    {
        job.FailAt("arrivals",
                   "placing so many jobs on so many GPUs would take " + CountText(m_steps) +
                       " steps: here " + CountText(static_cast<double>(places)) + " places among " +
                       CountText(static_cast<double>(devices)) + " GPUs",
                   "at most " + CountText(MAX_PLACEMENT_STEPS) +
                       "; give \"arrivals\" fewer \"places\", or take a smaller fabric");
    }
}

} // namespace echelon
