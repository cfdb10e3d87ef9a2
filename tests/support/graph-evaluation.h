// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * For tests: when each task of a graph is done if flows do not contend and streams never wait.
 *
 *     std::vector<Time> done = FinishTimes(graph, [&](const FlowTemplate& f) { return time; });
 *     FinishTimes(graph, time, delay);   // a flow's last byte leaves its source `delay` before
 *     Time makespan = Makespan(done);
 *
 * The longest path through the graph: independent of the executor and of every fabric.
 */
#pragma once

#include "network/big-switch.h"
#include "taskgraph/task-graph.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace echelon
{

using FlowTime = std::function<Time(const FlowTemplate&)>;

inline std::vector<Time>
FinishTimes(const TaskGraph& graph, const FlowTime& flowTime, Time delay = Time())
{
    const std::vector<Task>& tasks = graph.Tasks();
    std::vector<std::vector<std::pair<std::size_t, Time>>> successors(tasks.size());
    std::vector<std::size_t> waiting(tasks.size(), 0);
    for (const auto& [before, after, milestone] : graph.Dependencies())
    {
        const Time earlier = milestone == Milestone::SENT ? delay : Time();
        successors[before.Value()].emplace_back(after.Value(), earlier);
        ++waiting[after.Value()];
    }
    std::vector<std::size_t> ready;
    for (std::size_t t = 0; t < tasks.size(); ++t)
    {
        if (waiting[t] == 0)
        {
            ready.push_back(t);
        }
    }
    std::vector<Time> start(tasks.size());
    std::vector<Time> finish(tasks.size());
    std::size_t done = 0;
    for (; done < ready.size(); ++done)
    {
        const std::size_t t = ready[done];
        const bool isFlow = tasks[t].kind == TaskKind::FLOW;
        finish[t] = start[t] + (isFlow ? flowTime(tasks[t].flow) : tasks[t].duration);
        for (const auto& [next, earlier] : successors[t])
        {
            start[next] = std::max(start[next], finish[t] - earlier);
            if (--waiting[next] == 0)
            {
                ready.push_back(next);
            }
        }
    }
    EXPECT_EQ(done, tasks.size()) << "the graph has a cycle";
    return finish;
}

inline Time
Makespan(const std::vector<Time>& finish)
{
    return finish.empty() ? Time() : *std::max_element(finish.begin(), finish.end());
}

/// Communication takes no time.
inline Time
NoTime(const FlowTemplate&)
{
    return Time();
}

/// Bytes per (source, destination) over all flows, or those of one group.
inline std::map<std::pair<std::uint32_t, std::uint32_t>, Bytes>
BytesByPair(const TaskGraph& graph)
{
    std::map<std::pair<std::uint32_t, std::uint32_t>, Bytes> bytes;
    for (const Task& task : graph.Tasks())
    {
        if (task.kind == TaskKind::FLOW)
        {
            bytes[{task.flow.source.Value(), task.flow.destination.Value()}] += task.flow.bytes;
        }
    }
    return bytes;
}

/// Bytes of all flows in groups whose name starts with `prefix`.
inline Bytes
BytesOfGroups(const TaskGraph& graph, const std::string& prefix)
{
    Bytes bytes = 0;
    for (const Task& task : graph.Tasks())
    {
        if (task.kind == TaskKind::FLOW &&
            graph.Groups()[task.flow.group].name.rfind(prefix, 0) == 0)
        {
            bytes += task.flow.bytes;
        }
    }
    return bytes;
}

inline std::size_t
CountTasks(const TaskGraph& graph, TaskKind kind)
{
    return static_cast<std::size_t>(
        std::count_if(graph.Tasks().begin(), graph.Tasks().end(), [&](const Task& task) {
            return task.kind == kind;
        }));
}

inline std::size_t
CountGroups(const TaskGraph& graph, const std::string& prefix)
{
    return static_cast<std::size_t>(
        std::count_if(graph.Groups().begin(), graph.Groups().end(), [&](const auto& group) {
            return group.name.rfind(prefix, 0) == 0;
        }));
}

/// Hosts of one device on one switch: 100 Gb/s, 500 ns per link.
inline Topology
OneSwitch(std::uint32_t hosts)
{
    ServerSpec server;
    server.hostLink = {100e9, Time::FromPicoseconds(500000)};
    return MakeBigSwitch({hosts, server});
}

inline std::vector<DeviceId>
FirstDevices(std::size_t count)
{
    std::vector<DeviceId> devices;
    for (std::size_t i = 0; i < count; ++i)
    {
        devices.emplace_back(i);
    }
    return devices;
}

} // namespace echelon
