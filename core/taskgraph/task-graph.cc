// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/task-graph.h"

#include "base/contracts.h"
#include "base/parameters.h"

#include <algorithm>

namespace echelon
{

GroupIndex
TaskGraph::AddGroup(GroupTemplate group)
{
    ECHELON_REQUIRE(group.weight > 0, "a group has a positive weight");
    m_groups.push_back(std::move(group));
    return static_cast<GroupIndex>(m_groups.size() - 1);
}

void
TaskGraph::SetArrangement(GroupIndex group, Arrangement arrangement)
{
    ECHELON_REQUIRE(group < m_groups.size(), "an arrangement belongs to a group of the graph");
    m_groups[group].arrangement = std::move(arrangement);
}

TaskId
TaskGraph::Add(const Task& task)
{
    m_tasks.push_back(task);
    return TaskId(m_tasks.size() - 1);
}

TaskId
TaskGraph::AddCompute(DeviceId device, Time duration, std::string_view label, std::uint16_t stream)
{
    ECHELON_REQUIRE(duration >= Time(), "a computation does not end before it starts");
    const auto [it, isNew] =
        m_labelIndex.try_emplace(std::string(label), static_cast<std::uint32_t>(m_labels.size()));
    if (isNew)
    {
        m_labels.emplace_back(label);
    }
    Task task;
    task.kind = TaskKind::COMPUTE;
    task.device = device;
    task.duration = duration;
    task.stream = stream;
    task.label = it->second;
    return Add(task);
}

TaskId
TaskGraph::AddFlow(const FlowTemplate& flow)
{
    ECHELON_REQUIRE(flow.bytes > 0 && flow.multiplicity > 0, "a flow moves at least one byte");
    ECHELON_REQUIRE(flow.group < m_groups.size(), "the group of a flow is declared first");
    Task task;
    task.kind = TaskKind::FLOW;
    task.flow = flow;
    return Add(task);
}

TaskId
TaskGraph::AddDelay(Time duration)
{
    ECHELON_REQUIRE(duration >= Time(), "a delay is not negative");
    Task task;
    task.kind = TaskKind::DELAY;
    task.duration = duration;
    return Add(task);
}

TaskId
TaskGraph::AddBarrier()
{
    return Add(Task());
}

void
TaskGraph::AddDependency(TaskId before, TaskId after, Milestone milestone)
{
    ECHELON_REQUIRE(before.Value() < m_tasks.size() && after.Value() < m_tasks.size(),
                    "a dependency joins tasks of the graph");
    const bool isFlow = m_tasks[before.Value()].kind == TaskKind::FLOW;
    m_dependencies.push_back({before, after, isFlow ? milestone : Milestone::DONE});
}

std::vector<DeviceId>
TaskGraph::Devices() const
{
    std::vector<DeviceId> devices;
    for (const Task& task : m_tasks)
    {
        if (task.kind == TaskKind::COMPUTE)
        {
            devices.push_back(task.device);
        }
        else if (task.kind == TaskKind::FLOW)
        {
            devices.push_back(task.flow.source);
            devices.push_back(task.flow.destination);
        }
    }
    std::sort(devices.begin(), devices.end());
    devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
    return devices;
}

void
TaskGraph::CheckAcyclic() const
{
    std::vector<std::uint32_t> waiting(m_tasks.size(), 0);
    std::vector<std::vector<TaskId>> successors(m_tasks.size());
    for (const auto& [before, after, milestone] : m_dependencies)
    {
        successors[before.Value()].push_back(after);
        ++waiting[after.Value()];
    }
    std::vector<TaskId> done;
    for (std::size_t t = 0; t < m_tasks.size(); ++t)
    {
        if (waiting[t] == 0)
        {
            done.emplace_back(t);
        }
    }
    for (std::size_t next = 0; next < done.size(); ++next)
    {
        for (const TaskId successor : successors[done[next].Value()])
        {
            if (--waiting[successor.Value()] == 0)
            {
                done.push_back(successor);
            }
        }
    }
    if (done.size() == m_tasks.size())
    {
        return;
    }
    const auto stuck = std::find_if(waiting.begin(), waiting.end(), [](auto n) { return n > 0; });
    throw ParameterError("tasks",
                         "task " + std::to_string(stuck - waiting.begin()) +
                             " waits for itself through its dependencies",
                         "remove one dependency of the cycle");
}

} // namespace echelon
