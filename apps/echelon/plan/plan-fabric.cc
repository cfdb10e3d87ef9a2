// SPDX-License-Identifier: GPL-2.0-only
#include "plan/plan-fabric.h"

#include "base/contracts.h"
#include "base/units.h"
#include "collective/planned-all-to-all.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "input/file-source.h"
#include "input/json-document.h"
#include "scenario/topology-loader.h"
#include "sched/scheduler-registry.h"
#include "support/exit-codes.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace echelon
{

/// "8x100Gbps": how many, and which rate. Without a count 1.
static std::pair<std::uint32_t, BitRate>
ParseItem(std::string_view item, std::uint32_t gpus)
{
    std::uint32_t count = 1;
    const std::size_t times = item.find('x');
    std::string_view rest = item;
    if (times != std::string_view::npos)
    {
        const auto [end, error] = std::from_chars(item.data(), item.data() + times, count);
        if (error != std::errc() || end != item.data() + times || count < 1 || count > gpus)
        {
            throw UsageError(fmt::format(
                "--bandwidth: \"{}\" starts with no count of {} GPUs (write for example 8x100Gbps)",
                item,
                gpus));
        }
        rest.remove_prefix(times + 1);
    }
    try
    {
        const BitRate rate = ParseRate(rest);
        if (!(rate >= 1 && rate <= 1e18))
        {
            throw UsageError("--bandwidth: \"" + std::string(rest) +
                             "\" is out of range (from 1bps to 1000000Tbps)");
        }
        return {count, rate};
    }
    catch (const UnitError& error)
    {
        throw UsageError(std::string("--bandwidth: ") + error.what());
    }
}

PlanningFabric
FabricOfBandwidth(const std::string& list, std::uint32_t gpus)
{
    std::vector<BitRate> rates;
    std::string_view rest = list;
    bool counted = false;
    while (true)
    {
        const std::size_t comma = rest.find(',');
        const std::string_view item = rest.substr(0, comma);
        const auto [count, rate] = ParseItem(item, gpus);
        counted = counted || item.find('x') != std::string_view::npos;
        rates.insert(rates.end(), count, rate);
        if (comma == std::string_view::npos || rates.size() > gpus)
        {
            break;
        }
        rest.remove_prefix(comma + 1);
    }
    if (rates.size() == 1 && !counted)
    {
        rates.assign(gpus, rates.front());
    }
    if (rates.size() != gpus)
    {
        throw UsageError(
            fmt::format("--bandwidth: {} the {} GPUs (one rate for all, or one for each)",
                        rates.size() > gpus ? "more rates than" : "fewer rates than",
                        gpus));
    }
    return PlanningFabric::BigSwitch(std::move(rates));
}

Topology
TopologyOfFile(const std::string& file)
{
    JsonDocument document(file, DiskFiles());
    const JsonNode root = document.Root();
    if (!root.IsObject())
    {
        root.Fail("expected a JSON object", "a topology: docs/reference/scenario.md");
    }
    return LoadTopology(root);
}

/// Stage, source, destination, bytes. Transmissions that agree in all of these (they differ in
/// spine or target) may change places.
using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, Bytes>;

/// Most transmissions under way to one rank at a time, of those between servers.
static std::uint32_t
LargestFanIn(const TransmissionPlan& plan,
             const PlanningFabric& fabric,
             const std::vector<TransmissionSpan>& spans)
{
    // Ends sort before starts at the same time.
    std::vector<std::vector<std::pair<std::int64_t, int>>> changes(plan.ranks);
    std::size_t number = 0;
    for (const Stage& stage : plan.stages)
    {
        for (const Transmission& one : stage.transmissions)
        {
            const TransmissionSpan& span = spans[number++];
            if (!fabric.SameServer(one.source, one.destination))
            {
                changes[one.destination].emplace_back(span.start.Picoseconds(), 1);
                changes[one.destination].emplace_back(span.end.Picoseconds(), -1);
            }
        }
    }
    int largest = 0;
    for (auto& ofRank : changes)
    {
        std::sort(ofRank.begin(), ofRank.end());
        int current = 0;
        for (const auto& [time, change] : ofRank)
        {
            current += change;
            largest = std::max(largest, current);
        }
    }
    return static_cast<std::uint32_t>(largest);
}

PlanTiming
ExecutePlan(const TransmissionPlan& plan,
            const PlanningFabric& fabric,
            const Topology& topology,
            std::uint64_t seed)
{
    std::vector<DeviceId> ranks;
    for (std::uint32_t rank = 0; rank < plan.ranks; ++rank)
    {
        ranks.emplace_back(rank);
    }
    std::vector<Job> jobs(1);
    jobs[0].name = "all-to-all";
    TaskGraph& graph = jobs[0].graph;
    const GroupIndex group =
        graph.AddGroup({"all-to-all", "all-to-all", Arrangement::Coflow(), 1.0});
    AddPlannedAllToAll(graph, ranks, PlannedOn(plan, fabric), group, {}, 0);
    const SchedulerEntry& fair = SchedulerEntryOf("fair");
    const auto scheduler = fair.make(ParameterSet(fair.parameters));
    FluidFabric fluid(topology);
    EmulationInput input{topology, jobs, seed};
    input.keepsSeries = false;
    const RunRecord record = RunEmulation(input, *scheduler, fluid);

    std::map<Key, std::deque<TransmissionSpan>> spans;
    for (const FlowRecord& flow : record.flows)
    {
        spans[{flow.position, flow.source.Value(), flow.destination.Value(), flow.bytes}].push_back(
            {flow.start, flow.finish});
    }
    PlanTiming timing;
    const bool staged = plan.stages.size() > 1;
    for (std::uint32_t stage = 0; stage < plan.stages.size(); ++stage)
    {
        for (const Transmission& one : plan.stages[stage].transmissions)
        {
            auto& alike = spans[{staged ? stage : 0, one.source, one.destination, one.bytes}];
            ECHELON_ENSURE(!alike.empty(), "every transmission became a flow");
            timing.transmissions.push_back(alike.front());
            timing.makespan = std::max(timing.makespan, alike.front().end);
            alike.pop_front();
        }
    }
    timing.fanIn = LargestFanIn(plan, fabric, timing.transmissions);
    return timing;
}

} // namespace echelon
