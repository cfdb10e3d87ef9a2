// SPDX-License-Identifier: GPL-2.0-only
#include "taskgraph/derived-arrangement.h"

#include "taskgraph/ideal-run.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace echelon
{

namespace
{

/// By TaskId: the start of the first computation after it, or the end of the iteration.
std::vector<Time>
NeedsOf(const TaskGraph& graph, const IdealRun& run)
{
    std::vector<Time> needs(graph.Tasks().size(), run.length);
    const std::vector<TaskId> order = graph.TopologicalOrder();
    for (auto task = order.rbegin(); task != order.rend(); ++task)
    {
        for (const Successor& successor : graph.Dependencies().After(*task))
        {
            const std::uint32_t next = successor.Task().Value();
            const bool computes = graph.Tasks()[next].kind == TaskKind::COMPUTE;
            needs[task->Value()] =
                std::min(needs[task->Value()], computes ? run.start[next] : needs[next]);
        }
    }
    return needs;
}

/// The flows of a group with one position, in the ideal run.
struct Position
{
    Time start; ///< of the first to start
    Time need;  ///< of the first to be needed
};

/// A group's positions; one without flows has nothing.
using Positions = std::vector<std::optional<Position>>;

/// Non-decreasing offsets. A position without flows is due with the one before it.
std::vector<Time>
OffsetsOf(Positions positions)
{
    for (std::size_t p = positions.size(), later = p; p-- > 0;)
    {
        if (positions[p])
        {
            if (later < positions.size())
            {
                positions[p]->need = std::min(positions[p]->need, positions[later]->need);
            }
            later = p;
        }
    }
    std::optional<Position> head;
    std::vector<Time> offsets;
    for (const std::optional<Position>& position : positions)
    {
        Time offset = offsets.empty() ? Time() : offsets.back();
        if (position)
        {
            head = head ? head : position;
            offset = std::max({offset, position->need - head->need, position->start - head->start});
        }
        offsets.push_back(offset);
    }
    return offsets;
}

/// The declared arrangement if it has these offsets, so that it keeps its shape's name.
Arrangement
ArrangementOf(std::vector<Time> offsets, const Arrangement& declared)
{
    bool isCoflow = true;
    bool isPipeline = offsets.size() > 1;
    bool isAsDeclared = true;
    for (std::uint32_t p = 0; p < offsets.size(); ++p)
    {
        isCoflow = isCoflow && offsets[p] == Time();
        isPipeline = isPipeline && offsets[p] == offsets[1] * p;
        isAsDeclared = isAsDeclared && offsets[p] == declared.Offset(p);
    }
    if (isAsDeclared)
    {
        return declared;
    }
    if (isCoflow)
    {
        return Arrangement::Coflow();
    }
    return isPipeline
               ? Arrangement::Pipeline(static_cast<std::uint32_t>(offsets.size()), offsets[1])
               : Arrangement::Explicit(std::move(offsets));
}

} // namespace

std::vector<Arrangement>
DeriveArrangements(const TaskGraph& graph, const Topology& topology)
{
    const IdealRun run = RunIdeally(graph, topology);
    const std::vector<Time> needs = NeedsOf(graph, run);
    std::vector<Positions> groups(graph.Groups().size());
    for (std::size_t t = 0; t < needs.size(); ++t)
    {
        const Task& task = graph.Tasks()[t];
        if (task.kind != TaskKind::FLOW || task.flow.source == task.flow.destination)
        {
            continue;
        }
        Positions& group = groups[task.flow.group];
        group.resize(std::max<std::size_t>(group.size(), task.flow.position + 1U));
        std::optional<Position>& position = group[task.flow.position];
        position = position ? Position{std::min(position->start, run.start[t]),
                                       std::min(position->need, needs[t])}
                            : Position{run.start[t], needs[t]};
    }
    std::vector<Arrangement> arrangements;
    for (std::size_t g = 0; g < groups.size(); ++g)
    {
        arrangements.push_back(
            ArrangementOf(OffsetsOf(std::move(groups[g])), graph.Groups()[g].arrangement));
    }
    return arrangements;
}

void
UseDerivedArrangements(TaskGraph& graph, const Topology& topology)
{
    std::vector<GroupIndex> all(graph.Groups().size());
    std::iota(all.begin(), all.end(), 0);
    UseDerivedArrangements(graph, topology, all);
}

void
UseDerivedArrangements(TaskGraph& graph,
                       const Topology& topology,
                       const std::vector<GroupIndex>& groups)
{
    const std::vector<Arrangement> arrangements = DeriveArrangements(graph, topology);
    for (const GroupIndex group : groups)
    {
        graph.SetArrangement(group, arrangements[group]);
    }
}

} // namespace echelon
