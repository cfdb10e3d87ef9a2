// SPDX-License-Identifier: GPL-2.0-only
#include "workload/coflow-trace.h"

#include "base/contracts.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace echelon
{

static void
AddCoflow(TaskGraph& graph,
          const TracedCoflow& coflow,
          std::optional<TaskId> release,
          const std::vector<DeviceId>& devices)
{
    const std::string name = "coflow " + std::to_string(coflow.id);
    std::optional<GroupIndex> group;
    const auto mappers = static_cast<Bytes>(coflow.mappers.size());
    for (const CoflowReducer& reducer : coflow.reducers)
    {
        for (Bytes m = 0; m < mappers; ++m)
        {
            const std::uint32_t source = coflow.mappers[static_cast<std::size_t>(m)];
            const Bytes bytes = reducer.bytes / mappers + (m < reducer.bytes % mappers ? 1 : 0);
            if (source == reducer.place || bytes == 0)
            {
                continue;
            }
            if (!group)
            {
                group = graph.AddGroup({name, name, Arrangement::Coflow(), 1.0});
            }
            const TaskId flow =
                graph.AddFlow({*group, devices[source], devices[reducer.place], bytes, 0, 1});
            if (release)
            {
                graph.AddDependency(*release, flow);
            }
        }
    }
}

double
PairsOf(const CoflowTrace& trace)
{
    double pairs = 0;
    for (const TracedCoflow& coflow : trace.coflows)
    {
        pairs += static_cast<double>(coflow.mappers.size()) *
                 static_cast<double>(coflow.reducers.size());
    }
    return pairs;
}

TaskGraph
BuildCoflowGraph(const CoflowTrace& trace, const std::vector<DeviceId>& devices)
{
    std::vector<const TracedCoflow*> order;
    for (const TracedCoflow& coflow : trace.coflows)
    {
        const auto isKnown = [&](std::uint32_t place) { return place < devices.size(); };
        ECHELON_REQUIRE(std::all_of(coflow.mappers.begin(), coflow.mappers.end(), isKnown) &&
                            std::all_of(coflow.reducers.begin(),
                                        coflow.reducers.end(),
                                        [&](const auto& r) { return isKnown(r.place); }),
                        "every place of a trace has a device");
        order.push_back(&coflow);
    }
    std::sort(order.begin(), order.end(), [](const TracedCoflow* a, const TracedCoflow* b) {
        return std::tie(a->arrival, a->id) < std::tie(b->arrival, b->id);
    });
    TaskGraph graph;
    std::optional<TaskId> release;
    Time released;
    for (const TracedCoflow* coflow : order)
    {
        if (coflow->arrival > released || (!release && coflow->arrival > Time()))
        {
            release = graph.AddDelay(coflow->arrival);
            released = coflow->arrival;
        }
        AddCoflow(graph, *coflow, release, devices);
    }
    if (graph.Tasks().empty())
    {
        graph.AddBarrier(); // nothing to send is done at once
    }
    return graph;
}

} // namespace echelon
