// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How large a run is, known before it starts: memory, tasks, packets. What is too large is refused
 * at once with its size, instead of ending without memory hours later.
 *
 *     LoadBudget budget(limit);                        // while the jobs are loaded
 *     budget.AddJobs(node, graph, iterations, jobs);
 *     RequireMemory(scenario, ResultFiles::ALL, limit);
 *
 * Counts of tasks, flows and groups are exact; bytes are these counts times constants that were
 * measured (docs/reference/scenario.md, "Limits") and rounded up, since vectors double when they
 * grow. O(tasks + dependencies) of the graphs. Errors: InputError.
 */
#pragma once

#include "input/json-document.h"
#include "run/result-files.h"
#include "scenario/scenario.h"
#include "taskgraph/task-graph.h"

namespace echelon
{

/// Memory that a run may take unless the command line allows more.
inline constexpr double DEFAULT_MEMORY = 16e9;
/// Tasks times iterations of all jobs: some minutes of emulation for each scheduler.
inline constexpr double MAX_RECORDS = 1e8;
/// Segments times links: an hour of emulation for each scheduler.
inline constexpr double MAX_PACKET_HOPS = 1e11;
/// Places times GPUs of the fabric: each place is looked for among all of them.
inline constexpr double MAX_PLACEMENT_STEPS = 1e9;

/// Adds up jobs while they are loaded, before their graphs are all built.
class LoadBudget
{
  public:
    /// @param memory bytes that the whole may take.
    explicit LoadBudget(double memory)
        : m_memory(memory)
    {
    }

    /// As many jobs with such a graph each. @throws InputError at the job.
    void AddJobs(const JsonNode& job,
                 const TaskGraph& graph,
                 std::uint32_t iterations,
                 std::size_t jobs);

    /// Jobs that are placed one after the other. @throws InputError at the job.
    void AddPlaces(const JsonNode& job, std::size_t places, std::size_t devices);

  private:
    double m_memory;
    double m_bytes = 0;
    double m_tasks = 0;
    double m_steps = 0;
};

/// Bytes that a run of one scheduler takes, and the job that takes most.
struct RunSize
{
    double graphs = 0;  ///< task graphs, and where each job stands
    double records = 0; ///< what all iterations leave
    double fabric = 0;
    double flows = 0; ///< of all iterations
    std::size_t largest = 0;

    double Sum() const
    {
        return graphs + records + fabric;
    }
};

RunSize SizeOfRun(const Scenario& scenario, ResultFiles files);

/// @param limit in bytes. @throws InputError when a run would take more.
void RequireMemory(const Scenario& scenario, ResultFiles files, double limit);

/// @param root of the scenario. @throws InputError when its packets are more than MAX_PACKET_HOPS.
void RequirePackets(const JsonNode& root, const Scenario& scenario);

} // namespace echelon
