// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The size of task graphs, and the budget that jobs are held against while they are loaded. Jobs
 * that are too large are refused with their size before all of their graphs are built.
 *
 *     LoadBudget budget(DEFAULT_MEMORY);
 *     budget.AddJobs(node, graph, iterations, {jobs, graphs, atOnce});
 *
 * Tasks, flows and groups are counted exactly. Bytes are these counts times constants that were
 * measured (docs/reference/scenario.md, "Limits") and rounded up, because vectors double when they
 * grow. O(tasks) of a graph. Errors: InputError.
 */
#pragma once

#include "input/json-document.h"
#include "taskgraph/task-graph.h"

namespace echelon
{

inline constexpr std::size_t MAX_JOBS = 10000;
/// Bytes that a run may take unless the command line allows more.
inline constexpr double DEFAULT_MEMORY = 16e9;
/// Tasks times iterations of all jobs: some minutes of emulation for each scheduler.
inline constexpr double MAX_RECORDS = 1e8;
/// Places times GPUs of the fabric: each place is looked for among all of them.
inline constexpr double MAX_PLACEMENT_STEPS = 1e9;

/// What a graph holds.
struct GraphSize
{
    double flows = 0;
    double computes = 0;
    double bytes = 0;      ///< of the graph, which jobs may share
    double bytesOfJob = 0; ///< beside, for each job that runs it
    double bytesInRun = 0; ///< beside, for each job while it runs
};

GraphSize SizeOfGraph(const TaskGraph& graph);

/// Jobs with equal graphs.
struct JobCounts
{
    std::size_t jobs = 1;
    std::size_t graphs = 1; ///< of their own; the other jobs share them
    std::size_t atOnce = 1; ///< jobs that may run at one time
};

/// Adds up jobs while they are loaded, before their graphs are all built.
class LoadBudget
{
  public:
    /// @param memory bytes that the whole may take.
    explicit LoadBudget(double memory)
        : m_memory(memory)
    {
    }

    /// Jobs with such graphs. @throws InputError at the job.
    void AddJobs(const JsonNode& job,
                 const TaskGraph& graph,
                 std::uint32_t iterations,
                 const JobCounts& counts);

    /// Jobs that are placed one after the other. @throws InputError at the job.
    void AddPlaces(const JsonNode& job, std::size_t places, std::size_t devices);

  private:
    double m_memory;
    double m_bytes = 0;
    double m_tasks = 0;
    double m_steps = 0;
};

} // namespace echelon
