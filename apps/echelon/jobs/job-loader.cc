// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/job-loader.h"

#include "base/random.h"
#include "emulation/least-end.h"
#include "emulation/run-too-long.h"
#include "input/index-list.h"
#include "input/input-error.h"
#include "input/parameter-loader.h"
#include "jobs/arrival-loader.h"
#include "jobs/compute-variation-loader.h"
#include "jobs/explicit-workload.h"
#include "jobs/load-budget.h"
#include "jobs/model-loader.h"
#include "taskgraph/derived-arrangement.h"
#include "workload/placement.h"
#include "workload/workload-registry.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace echelon
{

namespace
{

/// What helps when simulated time does not last.
constexpr const char* SHORTER = "use fewer iterations, less data, shorter times or faster links";

/// A job, or with "arrivals" several alike, on the way from JSON to task graphs.
struct Draft
{
    JsonNode node;
    JsonNode workload;
    std::optional<WorkloadSpec> spec; ///< empty for explicit workloads
    RankLayout layout;
    std::optional<Arrivals> arrivals;
    std::vector<std::vector<DeviceId>>
        places;                     ///< the jobs take turns on them; one without arrivals
    bool shared = false;            ///< the jobs need not wait for their place
    bool derived = false;           ///< arrangements from the dependencies
    std::optional<TaskGraph> first; ///< on the first of the places
    Job job;                        ///< without its graph

    std::size_t Jobs() const
    {
        return arrivals ? arrivals->times.size() : 1;
    }

    bool IsListed() const
    {
        const auto placement = node.Find("placement");
        return placement && placement->IsArray();
    }
};

std::vector<std::string>
WorkloadKinds(bool ofModels)
{
    std::vector<std::string> names;
    for (const WorkloadEntry& entry : WorkloadEntries())
    {
        if ((entry.model != ModelNeed::NONE) == ofModels)
        {
            names.push_back(entry.name);
        }
    }
    if (!ofModels)
    {
        names.insert(names.begin(), "model");
    }
    return names;
}

/// An error of the core names a parameter, or the model or placement of the job.
[[noreturn]] void
FailJob(const Draft& draft, const ParameterError& error)
{
    const std::string& parameter = error.Parameter();
    if (parameter == "order")
    {
        FailJob(draft, ParameterError("all_to_all", error.what(), error.Hint()));
    }
    const auto parallelism = draft.node.Find("parallelism");
    if (parameter == "placement")
    {
        draft.node.FailAt("placement", error.what(), error.Hint());
    }
    if (parallelism && parameter != "model")
    {
        parallelism->Object().FailParameter(error);
    }
    if (parameter == "model" || (parallelism && !parallelism->IsObject()))
    {
        draft.node.FailAt("workload", error.what(), error.Hint());
    }
    draft.workload.FailParameter(error);
}

/// A workload of the registry: a model with "parallelism", or parameters beside "kind".
WorkloadSpec
LoadSpec(const Draft& draft, std::uint64_t seed)
{
    const JsonNode& workload = draft.workload;
    const std::string kind = workload.At("kind").Choice(WorkloadKinds(false));
    WorkloadSpec spec;
    spec.seed = Mix64(seed ^ HashText(draft.job.name));
    if (kind != "model")
    {
        for (const char* key : {"parallelism", "model"})
        {
            if (draft.node.Has(key))
            {
                draft.node.FailAt(key,
                                  "a workload of kind \"" + kind + "\" takes no \"" + key + "\"",
                                  "leave it out");
            }
        }
        spec.kind = kind;
        spec.parameters = LoadParameters(workload,
                                         WorkloadEntryOf(kind).parameters,
                                         {"schema", "description", "kind"},
                                         ParametersElsewhere(WorkloadEntries()));
        return spec;
    }
    const auto changes = draft.node.Find("model");
    spec.model = LoadModel(workload, changes ? std::optional(changes->Object()) : std::nullopt);
    spec.kind = DefaultWorkload(*spec.model);
    const auto given = draft.node.Find("parallelism");
    if (!given)
    {
        draft.node.At("parallelism");
    }
    const JsonNode parallelism = given->Object();
    if (const auto named = parallelism.Find("kind"))
    {
        spec.kind = named->Choice(WorkloadKinds(true));
    }
    spec.parameters = LoadParameters(parallelism,
                                     WorkloadEntryOf(spec.kind).parameters,
                                     {"kind"},
                                     ParametersElsewhere(WorkloadEntries()));
    // The resolved scenario spells the defaults out.
    Json resolved = ParametersToJson(spec.parameters);
    resolved["kind"] = spec.kind;
    parallelism.Mutable() = std::move(resolved);
    return spec;
}

/// The part of a job that does not depend on other jobs.
Draft
LoadDraft(const JsonNode& node, std::uint64_t seed)
{
    node.AllowKeys({"name",
                    "description",
                    "workload",
                    "placement",
                    "iterations",
                    "arrival",
                    "weight",
                    "parallelism",
                    "model",
                    "arrangements",
                    "arrivals",
                    "compute_noise",
                    "stragglers"});
    Draft draft{node, node.At("workload").Object(), {}, {}, {}, {}, false, false, {}, {}};
    draft.job.name = node.At("name").Name(100);
    if (const auto iterations = node.Find("iterations"))
    {
        draft.job.iterations = static_cast<std::uint32_t>(iterations->Integer(1, MAX_ITERATIONS));
    }
    if (const auto arrival = node.Find("arrival"))
    {
        draft.job.arrival = arrival->Duration();
    }
    draft.arrivals = LoadArrivals(node, draft.job.name, draft.job.arrival, seed);
    if (const auto weight = node.Find("weight"))
    {
        draft.job.weight = weight->Number(1e-9, 1e9);
    }
    if (const auto arrangements = node.Find("arrangements"))
    {
        draft.derived = arrangements->Choice({"declared", "derived"}) == "derived";
    }
    if (const auto schema = draft.workload.Find("schema"))
    {
        schema->Choice({"echelon/workload/1"});
    }
    if (IsExplicitWorkload(draft.workload))
    {
        draft.layout.ranks = static_cast<std::uint32_t>(RanksOf(draft.workload));
        return draft;
    }
    try
    {
        draft.spec = LoadSpec(draft, seed);
        if (draft.spec->model)
        {
            const ModelProfile& model = *draft.spec->model;
            draft.job.model = TrainedModel{model.name, ParameterCount(model)};
        }
        draft.layout = LayoutOf(*draft.spec);
    }
    catch (const ParameterError& error)
    {
        FailJob(draft, error);
    }
    return draft;
}

/// The devices that the job lists, place after place.
std::vector<DeviceId>
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
        list.Fail("the job has " + std::to_string(ranks) + " ranks, the list has " +
                      std::to_string(devices.size()) + " devices",
                  draft.arrivals ? "list one device for each rank, for one or more places"
                                 : "list one device for each rank");
    }
    return devices;
}

/// Explicit workloads without placement name devices of the fabric, and may share them. Their one
/// place is the whole fabric, and stays empty here: with many jobs, copies would fill the memory.
void
PlaceAsNamed(Draft& draft, const Topology& topology)
{
    if (draft.layout.ranks > topology.Devices())
    {
        draft.node.FailAt("workload",
                          "the workload names device " + std::to_string(draft.layout.ranks - 1) +
                              ", the fabric has " + std::to_string(topology.Devices()),
                          "devices count from 0");
    }
    draft.places = {{}};
    draft.shared = true;
}

/// Places that tear tensor groups over hosts are legal, and slow.
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
        block > perHost
            ? "a group has " + std::to_string(block) + " GPUs, a host " + std::to_string(perHost)
        : draft.IsListed() ? "every " + std::to_string(block) + " ranks in a row are a group"
                           : "jobs are placed in the order of the file: put this one before those "
                             "that take its hosts, or list its GPUs";
    const InputError remark(draft.node.File(),
                            draft.node.Pointer() +
                                (draft.node.Has("placement") ? "/placement" : ""),
                            std::to_string(straddling) + " of " + std::to_string(groups) +
                                " tensor groups straddle hosts",
                            hint);
    warnings.emplace_back(remark.what());
}

void
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

/// The graph of a job on a place.
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

/// The first place is there: how large its graph is tells how large all are, before they are built.
/// @param places that are looked for among the fabric's devices.
void
StartGraphs(Draft& draft,
            const Topology& topology,
            const std::vector<DeviceId>& devices,
            std::size_t places,
            LoadBudget& budget)
{
    draft.first = BuildGraph(draft, topology, devices);
    budget.AddJobs(draft.node, *draft.first, draft.job.iterations, draft.Jobs());
    budget.AddPlaces(draft.node, places, topology.Devices());
}

/// @param all devices of the topology.
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

/// Refuses jobs that no scheduler and no fabric could bring to an end within simulated time.
void
RequireTime(const JsonNode& node,
            const Topology& topology,
            const std::vector<Job>& jobs,
            std::uint64_t seed)
{
    const double limit = Time::Max().Seconds();
    if (MostSeconds(topology, jobs) <= limit)
    {
        return;
    }
    const LeastEnd end = LeastEndOf(topology, jobs, seed);
    if (end.seconds <= limit)
    {
        return;
    }
    const std::string job = "job \"" + jobs[end.job.Value()].name + "\"";
    const std::string what = end.link ? "what crosses " + topology.GetLink(*end.link).name +
                                            " (its largest flow is one of " + job + ")"
                             : end.device ? "what device " + std::to_string(end.device->Value()) +
                                                " computes (its longest task is one of " + job + ")"
                                          : job;
    node.Fail(RunTooLong(what, end.seconds).what(), SHORTER);
}

/// Sums of bytes are integers.
void
RequireBytes(const JsonNode& node, const std::vector<Job>& jobs)
{
    double bytes = 0;
    for (const Job& job : jobs)
    {
        double iteration = 0;
        for (const Task& task : job.graph.Tasks())
        {
            iteration += static_cast<double>(task.flow.bytes) * task.flow.multiplicity;
        }
        bytes += iteration * job.iterations;
    }
    if (bytes > MAX_BYTES)
    {
        node.Fail("the jobs send more than 9,000,000 TB in all",
                  "use fewer iterations, less data or fewer flows");
    }
}

/// The jobs of a draft. Names of those that they wait for, by name, go to `after`.
void
MakeJobs(Draft& draft,
         const Topology& topology,
         const std::vector<DeviceId>& all,
         std::uint64_t seed,
         std::vector<Job>& jobs,
         std::map<std::string, std::string>& after)
{
    const std::size_t n = draft.Jobs();
    const std::size_t places = draft.places.size();
    std::vector<TaskGraph> graphs;
    graphs.push_back(*std::move(draft.first));
    for (std::size_t p = 1; p < places; ++p)
    {
        graphs.push_back(BuildGraph(draft, topology, draft.places[p]));
    }
    for (std::size_t i = 0; i < n; ++i)
    {
        Job job = draft.job;
        if (draft.arrivals)
        {
            job.name = NumberedName(draft.job.name, i, n);
            job.arrival = draft.arrivals->times[i];
            if (!draft.shared && i >= places)
            {
                after[job.name] = NumberedName(draft.job.name, i - places, n);
            }
        }
        const std::vector<DeviceId>& devices = draft.shared ? all : draft.places[i % places];
        job.variation = LoadComputeVariation(draft.node, job.name, devices, seed);
        job.graph = i + places < n ? graphs[i % places] : std::move(graphs[i % places]);
        jobs.push_back(std::move(job));
    }
}

/// By name; then who waits for whom is known by number.
void
SortJobs(const JsonNode& node,
         std::vector<Job>& jobs,
         const std::map<std::string, std::string>& after)
{
    std::stable_sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
        return a.name < b.name;
    });
    std::map<std::string, JobId> ids;
    for (std::size_t j = 0; j < jobs.size(); ++j)
    {
        if (!ids.emplace(jobs[j].name, JobId(j)).second)
        {
            node.Fail("there are two jobs \"" + jobs[j].name + "\"",
                      "one of them arrives under a numbered name; rename it");
        }
    }
    for (const auto& [job, before] : after)
    {
        jobs[ids.at(job).Value()].after = ids.at(before);
    }
}

/// Defaults and placement, for the resolved scenario.
void
Resolve(const Draft& draft)
{
    Json& job = draft.node.Mutable();
    job["iterations"] = draft.job.iterations;
    job["weight"] = draft.job.weight;
    job["arrangements"] = draft.derived ? "derived" : "declared";
    if (!job.contains("arrival"))
    {
        job["arrival"] = "0s";
    }
    if (draft.spec || draft.node.Has("placement"))
    {
        Json devices = Json::array();
        for (const std::vector<DeviceId>& place : draft.places)
        {
            for (const DeviceId device : place)
            {
                devices.push_back(device.Value());
            }
        }
        job["placement"] = std::move(devices);
    }
    if (draft.arrivals)
    {
        ResolveArrivals(draft.node, *draft.arrivals, draft.places.size());
    }
}

} // namespace

std::vector<Job>
LoadJobs(const JsonNode& node,
         const Topology& topology,
         std::uint64_t seed,
         double memory,
         std::vector<std::string>& warnings)
{
    LoadBudget budget(memory);
    std::vector<DeviceId> all;
    for (std::size_t i = 0; i < topology.Devices(); ++i)
    {
        all.emplace_back(i);
    }
    std::vector<Draft> drafts;
    for (const JsonNode& item : node.Items(MAX_JOBS))
    {
        drafts.push_back(LoadDraft(item.Object(), seed));
    }
    if (drafts.empty())
    {
        node.Fail("there are no jobs", "a scenario has at least one");
    }
    std::set<std::string> names;
    for (const Draft& draft : drafts)
    {
        if (!names.insert(draft.job.name).second)
        {
            draft.node.At("name").Fail("there are two jobs \"" + draft.job.name + "\"",
                                       "rename one");
        }
    }
    // Jobs that list their devices come first: the others fill what is left in the order of the
    // file, those with arrivals last, since they take as much as they find.
    std::vector<bool> taken(topology.Devices(), false);
    for (const int turn : {0, 1, 2})
    {
        for (Draft& draft : drafts)
        {
            if ((draft.IsListed() ? 0 : draft.arrivals ? 2 : 1) == turn)
            {
                PlaceJob(draft, topology, all, seed, taken, budget);
                WarnOfStraddlingGroups(draft, topology, warnings);
            }
        }
    }
    std::vector<Job> jobs;
    std::map<std::string, std::string> after;
    for (Draft& draft : drafts)
    {
        if (jobs.size() + draft.Jobs() > MAX_JOBS)
        {
            draft.node.FailAt("arrivals",
                              "the scenario has more than " + std::to_string(MAX_JOBS) + " jobs",
                              "let fewer arrive");
        }
        MakeJobs(draft, topology, all, seed, jobs, after);
        Resolve(draft);
    }
    SortJobs(node, jobs, after);
    RequireBytes(node, jobs);
    RequireTime(node, topology, jobs, seed);
    return jobs;
}

} // namespace echelon
