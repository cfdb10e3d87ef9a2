// SPDX-License-Identifier: GPL-2.0-only
#include "workload/derived-arrangement.h"

#include "workload/ideal-run.h"

#include <algorithm>
#include <optional>

namespace echelon
{

namespace
{

/// By TaskId: the start of the first computation after it, or the end of the iteration.
std::vector<Time>
NeedsOf(const TaskGraph& graph)
{
    const IdealRun run = RunIdeally(graph);
    const std::size_t tasks = graph.Tasks().size();
    std::vector<std::vector<TaskId>> predecessors(tasks);
    std::vector<std::uint32_t> successorsLeft(tasks, 0);
    for (const auto& [before, after, milestone] : graph.Dependencies())
    {
        predecessors[after.Value()].push_back(before);
        ++successorsLeft[before.Value()];
    }
    std::vector<Time> needs(tasks, run.length);
    std::vector<TaskId> ready;
    for (std::uint32_t t = 0; t < tasks; ++t)
    {
        if (successorsLeft[t] == 0)
        {
            ready.emplace_back(t);
        }
    }
    while (!ready.empty())
    {
        const std::uint32_t task = ready.back().Value();
        ready.pop_back();
        const bool computes = graph.Tasks()[task].kind == TaskKind::COMPUTE;
        const Time wanted = computes ? run.start[task] : needs[task];
        for (const TaskId before : predecessors[task])
        {
            needs[before.Value()] = std::min(needs[before.Value()], wanted);
            if (--successorsLeft[before.Value()] == 0)
            {
                ready.push_back(before);
            }
        }
    }
    return needs;
}

/// Offsets from the needs of the positions; those without flows follow the next that has some.
Arrangement
ArrangementOf(std::vector<std::optional<Time>> needs, const Arrangement& declared)
{
    for (std::size_t position = needs.size(); position-- > 1;)
    {
        std::optional<Time>& before = needs[position - 1];
        before = before ? std::min(*before, *needs[position]) : needs[position];
    }
    std::vector<Time> offsets;
    bool isCoflow = true;
    bool isAsDeclared = true;
    for (std::size_t position = 0; position < needs.size(); ++position)
    {
        offsets.push_back(*needs[position] - *needs[0]);
        isCoflow = isCoflow && offsets.back() == Time();
        isAsDeclared =
            isAsDeclared && offsets.back() == declared.Offset(static_cast<std::uint32_t>(position));
    }
    if (isAsDeclared)
    {
        return declared;
    }
    return isCoflow ? Arrangement::Coflow() : Arrangement::Explicit(std::move(offsets));
}

} // namespace

std::vector<Arrangement>
DeriveArrangements(const TaskGraph& graph)
{
    const std::vector<Time> needs = NeedsOf(graph);
    std::vector<std::vector<std::optional<Time>>> byPosition(graph.Groups().size());
    for (std::size_t t = 0; t < needs.size(); ++t)
    {
        const Task& task = graph.Tasks()[t];
        if (task.kind != TaskKind::FLOW || task.flow.source == task.flow.destination)
        {
            continue;
        }
        std::vector<std::optional<Time>>& group = byPosition[task.flow.group];
        group.resize(std::max<std::size_t>(group.size(), task.flow.position + 1U));
        std::optional<Time>& need = group[task.flow.position];
        need = need ? std::min(*need, needs[t]) : needs[t];
    }
    std::vector<Arrangement> arrangements;
    for (std::size_t g = 0; g < byPosition.size(); ++g)
    {
        arrangements.push_back(
            ArrangementOf(std::move(byPosition[g]), graph.Groups()[g].arrangement));
    }
    return arrangements;
}

void
UseDerivedArrangements(TaskGraph& graph)
{
    const std::vector<Arrangement> arrangements = DeriveArrangements(graph);
    for (std::size_t g = 0; g < arrangements.size(); ++g)
    {
        graph.SetArrangement(static_cast<GroupIndex>(g), arrangements[g]);
    }
}

} // namespace echelon
