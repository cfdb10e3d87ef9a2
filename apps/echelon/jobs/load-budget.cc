// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/load-budget.h"

#include "base/units.h"
#include "support/table-text.h"

namespace echelon
{

// Bytes, measured with echelon run on graphs of 10^6 tasks, and rounded up.
constexpr double BYTES_PER_GRAPH_TASK = 80;
constexpr double BYTES_PER_DEPENDENCY = 12; // while dependencies are sorted; then 4
constexpr double BYTES_PER_GROUP_TEMPLATE = 200;
constexpr double BYTES_PER_GROUP_OF_JOB = 100;
constexpr double BYTES_PER_RUNNING_TASK = 60;
constexpr double BYTES_PER_RUNNING_FLOW = 400; // beside, while the flow goes on

GraphSize
SizeOfGraph(const TaskGraph& graph)
{
    GraphSize size;
    for (const Task& task : graph.Tasks())
    {
        size.flows += task.kind == TaskKind::FLOW ? 1 : 0;
        size.computes += task.kind == TaskKind::COMPUTE ? 1 : 0;
    }
    const auto tasks = static_cast<double>(graph.Tasks().size());
    const auto groups = static_cast<double>(graph.Groups().size());
    size.bytes = BYTES_PER_GRAPH_TASK * tasks +
                 BYTES_PER_DEPENDENCY * static_cast<double>(graph.Dependencies().size()) +
                 BYTES_PER_GROUP_TEMPLATE * groups;
    size.bytesOfJob = BYTES_PER_GROUP_OF_JOB * groups;
    size.bytesInRun = BYTES_PER_RUNNING_TASK * tasks + BYTES_PER_RUNNING_FLOW * size.flows;
    return size;
}

void
LoadBudget::AddJobs(const JsonNode& job,
                    const TaskGraph& graph,
                    std::uint32_t iterations,
                    const JobCounts& counts)
{
    const auto count = static_cast<double>(counts.jobs);
    const auto tasks = static_cast<double>(graph.Tasks().size());
    m_tasks += tasks * iterations * count;
    if (m_tasks > MAX_RECORDS)
    {
        job.FailAt("iterations",
                   "the scenario would run " + CountText(m_tasks) + " tasks: here " +
                       CountText(tasks) + ", " + CountText(iterations * count) + " times",
                   "at most " + CountText(MAX_RECORDS) + "; use fewer iterations or jobs");
    }
    const GraphSize size = SizeOfGraph(graph);
    m_bytes += size.bytes * static_cast<double>(counts.graphs) + size.bytesOfJob * count +
               size.bytesInRun * static_cast<double>(counts.atOnce);
    if (m_bytes > m_memory)
    {
        job.FailAt("arrivals",
                   "the jobs' task graphs would take " + FormatBytes(m_bytes) +
                       " of memory: here " + CountText(count) +
                       (counts.jobs == 1 ? " job of " : " jobs of ") + CountText(tasks) + " tasks",
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
