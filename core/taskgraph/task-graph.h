// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One training iteration as a directed acyclic graph of tasks: compute, flow, delay, barrier.
 *
 *     TaskGraph graph;
 *     GroupIndex g = graph.AddGroup({"pp forward 0->1", "pp", Arrangement::Pipeline(8, T), 1.0});
 *     TaskId produce = graph.AddCompute(DeviceId(0), T, "F0");
 *     TaskId send = graph.AddFlow({g, DeviceId(0), DeviceId(1), 25000000, 0});
 *     graph.AddDependency(produce, send);
 *
 * A task starts when all its predecessors are done. A compute task also waits for its stream, which
 * serves ready tasks one at a time in order of (time ready, job, task id). A flow is done when its
 * last byte has arrived; a task that only needs the flow's port may start when the last byte has
 * left the source (Milestone::SENT). The graph is one iteration; taskgraph/dag-executor.h repeats
 * it. Collectives (collective/collectives.h) and paradigms (workload/paradigms.h) add tasks here.
 * Copies of a graph share its data until one of them is changed, so jobs that run the same graph do
 * not each have one. Memory: 52 bytes a task and 4 bytes a dependency (8 while it is built).
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "flow/arrangement.h"
#include "taskgraph/compute-variation.h"
#include "taskgraph/dependency-lists.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace echelon
{

/// Index of a group declared in one task graph.
using GroupIndex = std::uint32_t;

/// What a task does.
enum class TaskKind : std::uint8_t
{
    COMPUTE, ///< occupies one stream of a device for its duration
    FLOW,    ///< moves bytes between devices
    DELAY,   ///< lasts its duration and occupies nothing (latency terms, release times)
    BARRIER, ///< lasts no time; joins dependencies
};

/// An EchelonFlow declared by the workload; becomes one group (GroupId) per iteration.
struct GroupTemplate
{
    std::string name;       ///< unique in the graph
    std::string connection; ///< flows with equal (connection, source, destination) take one path,
                            ///< in every iteration
    Arrangement arrangement = Arrangement::Coflow();
    double weight = 1.0;
};

/// A flow to be declared. Between equal devices it is done at once.
struct FlowTemplate
{
    static constexpr std::uint32_t BY_HASH = std::numeric_limits<std::uint32_t>::max();

    FlowTemplate() = default;

    FlowTemplate(GroupIndex group,
                 DeviceId source,
                 DeviceId destination,
                 Bytes bytes,
                 std::uint32_t position,
                 std::uint32_t multiplicity = 1)
        : group(group),
          source(source),
          destination(destination),
          bytes(bytes),
          position(position),
          multiplicity(multiplicity)
    {
    }

    GroupIndex group = 0;
    DeviceId source;
    DeviceId destination;
    std::uint32_t spine = BY_HASH; ///< to cross between leaves
    Bytes bytes = 0;               ///< > 0
    std::uint32_t position = 0;
    std::uint32_t multiplicity = 1;
};

/// A task; which fields count depends on the kind.
struct Task
{
    Task()
        : duration()
    {
    }

    explicit Task(const FlowTemplate& flow)
        : kind(TaskKind::FLOW),
          flow(flow)
    {
    }

    TaskKind kind = TaskKind::BARRIER;
    std::uint16_t stream = 0; ///< COMPUTE: stream of the device; streams run side by side
    std::uint32_t label = 0;  ///< index into TaskGraph::Labels()
    DeviceId device;          ///< COMPUTE

    union {
        Time duration;     ///< COMPUTE, DELAY; nothing for a BARRIER
        FlowTemplate flow; ///< FLOW; only there is it set
    };
};

static_assert(sizeof(Task) == 48, "millions of tasks have to fit into memory");

/// Tasks, dependencies and groups of one iteration of one job.
class TaskGraph
{
  public:
    GroupIndex AddGroup(GroupTemplate group);
    /// Replaces the arrangement with which the group was declared.
    void SetArrangement(GroupIndex group, Arrangement arrangement);

    TaskId AddCompute(DeviceId device,
                      Time duration,
                      std::string_view label,
                      std::uint16_t stream = 0);
    TaskId AddFlow(const FlowTemplate& flow);
    TaskId AddDelay(Time duration);
    TaskId AddBarrier();

    /// `after` starts only when `before` is done, or sent. Repeated pairs count once each and are
    /// harmless.
    void AddDependency(TaskId before, TaskId after, Milestone milestone = Milestone::DONE);

    /// So many tasks and dependencies follow; only saves time and memory.
    void Reserve(std::size_t tasks, std::size_t dependencies);

    const std::vector<Task>& Tasks() const
    {
        return m_data->tasks;
    }

    const std::vector<GroupTemplate>& Groups() const
    {
        return m_data->groups;
    }

    /// By the task that is waited for; those of one task in the order in which they were added.
    const DependencyLists& Dependencies() const
    {
        return m_data->dependencies;
    }

    const std::vector<std::string>& Labels() const
    {
        return m_data->labels;
    }

    /// Graphs of one identity are equal. Copies keep it until they are changed.
    const void* Identity() const
    {
        return m_data.get();
    }

    /// The devices that compute or communicate, ascending.
    std::vector<DeviceId> Devices() const;

    /// By task: how many dependencies it waits for.
    std::vector<std::uint32_t> WaitingCounts() const;

    /// The tasks, each after all that it waits for; without those that wait for themselves, and
    /// what waits for them. O(tasks + dependencies).
    std::vector<TaskId> TopologicalOrder() const;

    /// The least task that waits for itself, or for one that does. O(tasks + dependencies).
    std::optional<TaskId> FirstStuck() const;

    /// @throws ParameterError when the dependencies have a cycle (names a task on it). O(tasks +
    /// dependencies).
    void CheckAcyclic() const;

  private:
    struct Data
    {
        std::vector<Task> tasks;
        std::vector<GroupTemplate> groups;
        DependencyLists dependencies;
        std::vector<std::string> labels{""};
        std::unordered_map<std::string, std::uint32_t> labelIndex;
    };

    /// The data, to be changed by this graph alone.
    Data& Own();
    TaskId Add(const Task& task);

    std::shared_ptr<Data> m_data = std::make_shared<Data>();
};

/// The model of a job: its name, and how many values it trains.
struct TrainedModel
{
    std::string name;
    std::int64_t parameters = 0;
};

/// A job: its graph, run `iterations` times in a row from `arrival` on.
struct Job
{
    std::string name;
    TaskGraph graph;
    std::uint32_t iterations = 1;
    Time arrival;
    double weight = 1.0;
    std::optional<JobId> after{}; ///< starts when that job has ended, not before its own arrival
    ComputeVariation variation{};
    std::optional<TrainedModel> model{}; ///< for people; none where the workload trains none
};

} // namespace echelon
