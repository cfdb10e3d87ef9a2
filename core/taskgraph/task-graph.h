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
 * it. Collectives (collective/collectives.h) and paradigms (workload/paradigm-*.h) add tasks here.
 * Memory: about 70 bytes a task and 12 bytes a dependency.
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "flow/arrangement.h"
#include "taskgraph/compute-variation.h"

#include <cstdint>
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
    GroupIndex group = 0;
    DeviceId source;
    DeviceId destination;
    Bytes bytes = 0; ///< > 0
    std::uint32_t position = 0;
    std::uint32_t multiplicity = 1;
    std::optional<std::uint32_t> spine{}; ///< to cross between leaves; none: by hash
};

/// A task; which fields count depends on the kind.
struct Task
{
    TaskKind kind = TaskKind::BARRIER;
    std::uint16_t stream = 0; ///< COMPUTE: stream of the device; streams run side by side
    std::uint32_t label = 0;  ///< index into TaskGraph::Labels()
    DeviceId device;          ///< COMPUTE
    Time duration;            ///< COMPUTE, DELAY
    FlowTemplate flow;        ///< FLOW
};

/// What a successor waits for.
enum class Milestone : std::uint8_t
{
    DONE,
    SENT, ///< of a flow: its last byte has left the source; of any other task: it is done
};

/// `after` starts only when `before` has come to the milestone.
struct Dependency
{
    TaskId before;
    TaskId after;
    Milestone milestone = Milestone::DONE;
};

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

    const std::vector<Task>& Tasks() const
    {
        return m_tasks;
    }

    const std::vector<GroupTemplate>& Groups() const
    {
        return m_groups;
    }

    const std::vector<Dependency>& Dependencies() const
    {
        return m_dependencies;
    }

    const std::vector<std::string>& Labels() const
    {
        return m_labels;
    }

    /// The devices that compute or communicate, ascending.
    std::vector<DeviceId> Devices() const;

    /// @throws ParameterError when the dependencies have a cycle (names a task on it). O(tasks +
    /// dependencies).
    void CheckAcyclic() const;

  private:
    TaskId Add(const Task& task);

    std::vector<Task> m_tasks;
    std::vector<GroupTemplate> m_groups;
    std::vector<Dependency> m_dependencies;
    std::vector<std::string> m_labels{""};
    std::unordered_map<std::string, std::uint32_t> m_labelIndex;
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
