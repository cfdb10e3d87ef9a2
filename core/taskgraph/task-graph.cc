// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/task-graph.h"

#include "base/contracts.h"
#include "base/parameters.h"

#include <algorithm>

namespace echelon
{

TaskGraph::Data&
TaskGraph::Own()
{
    if (m_data.use_count() > 1)
    {
        m_data = std::make_shared<Data>(*m_data);
    }
    return *m_data;
}

GroupIndex
TaskGraph::AddGroup(GroupTemplate group)
{
    ECHELON_REQUIRE(group.weight > 0, "a group has a positive weight");
    Data& data = Own();
    data.groups.push_back(std::move(group));
    return static_cast<GroupIndex>(data.groups.size() - 1);
}

void
TaskGraph::SetArrangement(GroupIndex group, Arrangement arrangement)
{
    ECHELON_REQUIRE(group < Groups().size(), "an arrangement belongs to a group of the graph");
    Own().groups[group].arrangement = std::move(arrangement);
}

TaskId
TaskGraph::Add(const Task& task)
{
    Data& data = Own();
    data.tasks.push_back(task);
    data.dependencies.AddTask();
    return TaskId(data.tasks.size() - 1);
}

TaskId
TaskGraph::AddCompute(DeviceId device, Time duration, std::string_view label, std::uint16_t stream)
{
    ECHELON_REQUIRE(duration >= Time(), "a computation does not end before it starts");
    Data& data = Own();
    const auto [it, isNew] =
        data.labelIndex.try_emplace(std::string(label),
                                    static_cast<std::uint32_t>(data.labels.size()));
    if (isNew)
    {
        data.labels.emplace_back(label);
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
    ECHELON_REQUIRE(flow.group < Groups().size(), "the group of a flow is declared first");
    return Add(Task(flow));
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
    ECHELON_REQUIRE(before.Value() < Tasks().size() && after.Value() < Tasks().size(),
                    "a dependency joins tasks of the graph");
    const bool isFlow = Tasks()[before.Value()].kind == TaskKind::FLOW;
    Own().dependencies.Add({before, after, isFlow ? milestone : Milestone::DONE});
}

void
TaskGraph::Reserve(std::size_t tasks, std::size_t dependencies)
{
    Data& data = Own();
    if (data.tasks.capacity() - data.tasks.size() < tasks)
    {
        data.tasks.reserve(std::max(data.tasks.size() + tasks, 2 * data.tasks.capacity()));
    }
    data.dependencies.Reserve(dependencies);
}

std::vector<DeviceId>
TaskGraph::Devices() const
{
    std::vector<DeviceId> devices;
    for (const Task& task : Tasks())
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

std::vector<std::uint32_t>
TaskGraph::WaitingCounts() const
{
    std::vector<std::uint32_t> counts(Tasks().size(), 0);
    for (const Dependency& dependency : Dependencies())
    {
        ++counts[dependency.after.Value()];
    }
    return counts;
}

std::vector<TaskId>
TaskGraph::TopologicalOrder() const
{
    std::vector<std::uint32_t> waiting = WaitingCounts();
    std::vector<TaskId> order;
    order.reserve(waiting.size());
    for (std::size_t t = 0; t < waiting.size(); ++t)
    {
        if (waiting[t] == 0)
        {
            order.emplace_back(t);
        }
    }
    for (std::size_t next = 0; next < order.size(); ++next)
    {
        for (const Successor& successor : Dependencies().After(order[next]))
        {
            if (--waiting[successor.Task().Value()] == 0)
            {
                order.push_back(successor.Task());
            }
        }
    }
    return order;
}

std::optional<TaskId>
TaskGraph::FirstStuck() const
{
    const std::vector<TaskId> order = TopologicalOrder();
    if (order.size() == Tasks().size())
    {
        return std::nullopt;
    }
    std::vector<bool> isFree(Tasks().size(), false);
    for (const TaskId task : order)
    {
        isFree[task.Value()] = true;
    }
    return TaskId(
        static_cast<std::size_t>(std::find(isFree.begin(), isFree.end(), false) - isFree.begin()));
}

void
TaskGraph::CheckAcyclic() const
{
    if (const std::optional<TaskId> stuck = FirstStuck())
    {
        throw ParameterError("tasks",
                             "task " + std::to_string(stuck->Value()) +
                                 " waits for itself through its dependencies",
                             "remove one dependency of the cycle");
    }
}

} // namespace echelon
