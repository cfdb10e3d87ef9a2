// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/job-places.h"

#include "emulation/run-failure.h"
#include "input/index-list.h"
#include "input/input-error.h"
#include "jobs/explicit-workload.h"
#include "taskgraph/derived-arrangement.h"
#include "workload/placement.h"

#include <algorithm>
#include <fmt/format.h>

namespace echelon
{

/// The devices that the job lists, place after place.
static std::vector<DeviceId>
ListedDevices(const Draft& draft, const Topology& topology)
{
    const JsonNode list = draft.node.At("placement");
    std::vector<DeviceId> devices;
    for (const std::size_t device : LoadIndices(list, topology.Devices(), "device"))
    {
        devices.emplace_back(device);
    }
    const std::size_t ranks = draft.layout.ranks;
    const bool fits =
        draft.arrivals ? !devices.empty() && devices.size() % ranks == 0 : devices.size() == ranks;
    if (!fits)
    {
        list.Fail(
            fmt::format("the job has {} ranks, the list has {} devices", ranks, devices.size()),
            draft.arrivals ? "list one device for each rank, for one or more places"
                           : "list one device for each rank");
    }
    return devices;
}

/// Explicit workloads without placement name devices of the fabric, and may share them. Their one
/// place is the whole fabric, and stays empty here: with many jobs, copies would fill the memory.
static void
PlaceAsNamed(Draft& draft, const Topology& topology)
{
    if (draft.layout.ranks > topology.Devices())
    {
        draft.node.FailAt("workload",
                          fmt::format("the workload names device {}, the fabric has {}",
                                      draft.layout.ranks - 1,
                                      topology.Devices()),
                          "devices count from 0");
    }
    draft.places = {{}};
    draft.shared = true;
}

static void
AddPlace(Draft& draft, PlacementRequest request, const Topology& topology, std::vector<bool>& taken)
{
    request.free.clear();
    for (std::size_t i = 0; i < taken.size(); ++i)
    {
        if (!taken[i])
        {
            request.free.emplace_back(i);
        }
    }
    try
    {
        draft.places.push_back(Place(topology, request));
    }
    catch (const ParameterError& error)
    {
        FailJob(draft, error);
    }
    for (const DeviceId device : draft.places.back())
    {
        taken[device.Value()] = true;
    }
}

/// The first place is there: how large its graph is tells how large all are, before they are built.
/// @param places that are looked for among the fabric's devices.
static void
StartGraphs(Draft& draft,
            const Topology& topology,
            const std::vector<DeviceId>& devices,
            std::size_t places,
            LoadBudget& budget)
{
    draft.first = BuildGraph(draft, topology, devices);
    const std::size_t graphs = std::max<std::size_t>(1, places);
    const JobCounts counts{draft.Jobs(), graphs, draft.shared ? draft.Jobs() : graphs};
    budget.AddJobs(draft.node, *draft.first, draft.job.iterations, counts);
    budget.AddPlaces(draft.node, places, topology.Devices());
}

void
WarnOfStraddlingGroups(const Draft& draft,
                       const Topology& topology,
                       std::vector<std::string>& warnings)
{
    std::size_t groups = 0;
    std::size_t straddling = 0;
    const std::uint32_t block = draft.layout.block;
    for (const std::vector<DeviceId>& place : draft.places)
    {
        groups += block > 1 ? place.size() / block : 0;
        straddling += block > 1 ? StraddlingBlocks(topology, place, block) : 0;
    }
    if (straddling == 0)
    {
        return;
    }
    const std::uint32_t perHost = topology.GetShape().devicesPerHost;
    const std::string hint =
        block > perHost    ? fmt::format("a group has {} GPUs, a host {}", block, perHost)
        : draft.IsListed() ? fmt::format("every {} ranks in a row are a group", block)
                           : "jobs are placed in the order of the file: put this one before those "
                             "that take its hosts, or list its GPUs";
    const InputError remark(
        draft.node.File(),
        draft.node.Pointer() + (draft.node.Has("placement") ? "/placement" : ""),
        fmt::format("{} of {} tensor groups straddle hosts", straddling, groups),
        hint);
    warnings.emplace_back(remark.what());
}

TaskGraph
BuildGraph(const Draft& draft, const Topology& topology, const std::vector<DeviceId>& devices)
{
    TaskGraph graph;
    try
    {
        graph = draft.spec ? BuildTaskGraph(*draft.spec, topology, devices)
                           : LoadExplicitWorkload(draft.workload, devices);
        if (draft.derived)
        {
            UseDerivedArrangements(graph, topology);
        }
    }
    catch (const ParameterError& error)
    {
        FailJob(draft, error);
    }
    catch (const TimeOverflow& overflow)
    {
        draft.node.Fail(
            RunTooLong("an iteration of job \"" + draft.job.name + "\"", overflow.Seconds()).what(),
            SHORTER);
    }
    return graph;
}

void
PlaceJob(Draft& draft,
         const Topology& topology,
         const std::vector<DeviceId>& all,
         std::uint64_t seed,
         std::vector<bool>& taken,
         LoadBudget& budget)
{
    const auto placement = draft.node.Find("placement");
    if (!draft.spec && !placement)
    {
        PlaceAsNamed(draft, topology);
        StartGraphs(draft, topology, all, 0, budget);
        return;
    }
    const std::uint32_t ranks = draft.layout.ranks;
    PlacementRequest request{"packed", ranks, draft.layout.block, {}, seed};
    request.job = draft.job.name;
    const std::size_t wanted =
        draft.arrivals ? std::min(draft.Jobs(), draft.arrivals->places.value_or(draft.Jobs())) : 1;
    const std::size_t most = std::min(wanted, all.size() / ranks);
    if (draft.IsListed())
    {
        request.policy = "explicit";
        const std::vector<DeviceId> devices = ListedDevices(draft, topology);
        for (std::size_t i = 0; i < devices.size() && draft.places.size() < wanted; i += ranks)
        {
            request.devices.assign(devices.begin() + static_cast<std::ptrdiff_t>(i),
                                   devices.begin() + static_cast<std::ptrdiff_t>(i + ranks));
            AddPlace(draft, request, topology, taken);
            if (!draft.first)
            {
                StartGraphs(draft, topology, draft.places.front(), most, budget);
            }
        }
        return;
    }
    if (placement)
    {
        std::vector<std::string> policies;
        for (const PlacementEntry& entry : PlacementEntries())
        {
            if (entry.name != "explicit")
            {
                policies.push_back(entry.name);
            }
        }
        request.policy = placement->Choice(policies);
    }
    do
    {
        if (draft.arrivals)
        {
            request.job = NumberedName(draft.job.name, draft.places.size(), wanted);
        }
        AddPlace(draft, request, topology, taken);
        if (!draft.first)
        {
            StartGraphs(draft, topology, draft.places.front(), most, budget);
        }
    } while (draft.places.size() < wanted &&
             std::count(taken.begin(), taken.end(), false) >= std::ptrdiff_t{ranks});
}

} // namespace echelon
