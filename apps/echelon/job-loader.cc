// SPDX-License-Identifier: GPL-2.0-only
#include "job-loader.h"

#include "explicit-workload.h"
#include "model-loader.h"
#include "parameter-loader.h"

#include "base/random.h"
#include "workload/derived-arrangement.h"
#include "workload/placement.h"
#include "workload/workload-registry.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace echelon
{

namespace
{

/// A job on its way from JSON to a task graph.
struct Draft
{
    JsonNode node;
    JsonNode workload;
    std::optional<WorkloadSpec> spec; ///< empty for explicit workloads
    RankLayout layout;
    std::vector<DeviceId> devices;
    bool derived = false; ///< arrangements from the dependencies
    Job job;
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
                                         {"schema", "description", "kind"});
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
    spec.parameters = LoadParameters(parallelism, WorkloadEntryOf(spec.kind).parameters, {"kind"});
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
                    "arrangements"});
    Draft draft{node, node.At("workload").Object(), std::nullopt, {}, {}, false, {}};
    draft.job.name = node.At("name").Name(100);
    if (const auto iterations = node.Find("iterations"))
    {
        draft.job.iterations = static_cast<std::uint32_t>(iterations->Integer(1, MAX_ITERATIONS));
    }
    if (const auto arrival = node.Find("arrival"))
    {
        draft.job.arrival = arrival->Duration();
    }
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
        draft.layout = LayoutOf(*draft.spec);
    }
    catch (const ParameterError& error)
    {
        FailJob(draft, error);
    }
    return draft;
}

/// An entry of a placement: a device, or "first-last".
std::pair<std::int64_t, std::int64_t>
LoadDeviceRange(const JsonNode& node, std::int64_t devices)
{
    if (!node.IsText())
    {
        const std::int64_t device = node.Integer(0, devices - 1);
        return {device, device};
    }
    const std::string& text = node.Text();
    const char* const end = text.data() + text.size();
    std::int64_t first = 0;
    std::int64_t last = 0;
    const auto [dash, error] = std::from_chars(text.data(), end, first);
    const bool hasDash = error == std::errc() && dash != end && *dash == '-';
    const auto [rest, error2] = std::from_chars(hasDash ? dash + 1 : end, end, last);
    if (!hasDash || error2 != std::errc() || rest != end || first < 0 || last < first)
    {
        node.Fail("\"" + text + "\" is not a range of devices", R"(write for example "0-7")");
    }
    if (last >= devices)
    {
        node.Fail("\"" + text + "\" leads past the last device",
                  "the fabric has the devices 0 to " + std::to_string(devices - 1));
    }
    return {first, last};
}

/// The devices of a job whose placement lists them.
void
PlaceAsListed(Draft& draft, const Topology& topology)
{
    const JsonNode list = draft.node.At("placement");
    std::vector<bool> listed(topology.Devices(), false);
    for (const JsonNode& item : list.Items(topology.Devices()))
    {
        const auto [first, last] = LoadDeviceRange(item, topology.Devices());
        for (std::int64_t device = first; device <= last; ++device)
        {
            if (listed[static_cast<std::size_t>(device)])
            {
                item.Fail("device " + std::to_string(device) + " is listed twice",
                          "a device serves one rank");
            }
            listed[static_cast<std::size_t>(device)] = true;
            draft.devices.emplace_back(static_cast<std::size_t>(device));
        }
    }
    if (draft.devices.size() != draft.layout.ranks)
    {
        list.Fail("the job has " + std::to_string(draft.layout.ranks) + " ranks, the list has " +
                      std::to_string(draft.devices.size()) + " devices",
                  "list one device for each rank");
    }
}

void
PlaceJob(Draft& draft, const Topology& topology, std::uint64_t seed, std::vector<bool>& taken)
{
    const auto placement = draft.node.Find("placement");
    const bool listed = placement && placement->IsArray();
    if (listed)
    {
        PlaceAsListed(draft, topology);
    }
    if (!draft.spec && !placement)
    {
        // Explicit workloads name devices of the fabric, and may share them.
        if (draft.layout.ranks > topology.Devices())
        {
            draft.node.FailAt("workload",
                              "the workload names device " +
                                  std::to_string(draft.layout.ranks - 1) + ", the fabric has " +
                                  std::to_string(topology.Devices()),
                              "devices count from 0");
        }
        draft.devices.resize(topology.Devices());
        for (std::size_t i = 0; i < draft.devices.size(); ++i)
        {
            draft.devices[i] = DeviceId(i);
        }
        return;
    }
    PlacementRequest request{"packed", draft.layout.ranks, draft.layout.block, {}, seed};
    request.job = draft.job.name;
    if (listed)
    {
        request.policy = "explicit";
        request.devices = draft.devices;
    }
    else if (placement)
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
    for (std::size_t i = 0; i < taken.size(); ++i)
    {
        if (!taken[i])
        {
            request.free.emplace_back(i);
        }
    }
    try
    {
        draft.devices = Place(topology, request);
    }
    catch (const ParameterError& error)
    {
        FailJob(draft, error);
    }
    for (const DeviceId device : draft.devices)
    {
        taken[device.Value()] = true;
    }
}

/// A rough upper bound of a job's end, in seconds: its tasks one after another on each device.
double
LongestEnd(const Job& job, const Topology& topology)
{
    BitRate slowest = 1e18;
    for (const Link& link : topology.Links())
    {
        slowest = std::min(slowest, link.rate);
    }
    std::vector<double> busy(topology.Devices(), 0.0);
    double delays = 0;
    for (const Task& task : job.graph.Tasks())
    {
        switch (task.kind)
        {
        case TaskKind::COMPUTE:
            busy[task.device.Value()] += task.duration.Seconds();
            break;
        case TaskKind::FLOW:
            busy[task.flow.source.Value()] +=
                8.0 * static_cast<double>(task.flow.bytes) * task.flow.multiplicity / slowest;
            break;
        default:
            delays = std::max(delays, task.duration.Seconds());
        }
    }
    const double iteration = *std::max_element(busy.begin(), busy.end()) + delays;
    return job.arrival.Seconds() + iteration * job.iterations;
}

void
BuildGraph(Draft& draft, const Topology& topology, double& records)
{
    try
    {
        draft.job.graph = draft.spec ? BuildTaskGraph(*draft.spec, topology, draft.devices)
                                     : LoadExplicitWorkload(draft.workload, draft.devices);
    }
    catch (const ParameterError& error)
    {
        FailJob(draft, error);
    }
    if (draft.derived)
    {
        UseDerivedArrangements(draft.job.graph);
    }
    const double tasks = static_cast<double>(draft.job.graph.Tasks().size());
    records += tasks * draft.job.iterations;
    if (records > MAX_RECORDS)
    {
        draft.node.FailAt("iterations",
                          "the scenario would run more than 1e8 tasks",
                          "use fewer iterations");
    }
    if (LongestEnd(draft.job, topology) > 4 * MAX_SECONDS)
    {
        draft.node.Fail("the job could last longer than 46 days of simulated time",
                        "use fewer iterations, less data or faster links");
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
    if (draft.spec)
    {
        Json devices = Json::array();
        for (const DeviceId device : draft.devices)
        {
            devices.push_back(device.Value());
        }
        job["placement"] = std::move(devices);
    }
}

} // namespace

std::vector<Job>
LoadJobs(const JsonNode& node, const Topology& topology, std::uint64_t seed)
{
    std::vector<Draft> drafts;
    for (const JsonNode& item : node.Items(MAX_JOBS))
    {
        drafts.push_back(LoadDraft(item.Object(), seed));
    }
    if (drafts.empty())
    {
        node.Fail("there are no jobs", "a scenario has at least one");
    }
    std::stable_sort(drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) {
        return a.job.name < b.job.name;
    });
    for (std::size_t i = 1; i < drafts.size(); ++i)
    {
        if (drafts[i - 1].job.name == drafts[i].job.name)
        {
            drafts[i].node.At("name").Fail("there are two jobs \"" + drafts[i].job.name + "\"",
                                           "rename one");
        }
    }
    // Jobs that list their devices come first: the others fill what is left.
    std::vector<bool> taken(topology.Devices(), false);
    for (const bool listed : {true, false})
    {
        for (Draft& draft : drafts)
        {
            const auto placement = draft.node.Find("placement");
            if ((placement && placement->IsArray()) == listed)
            {
                PlaceJob(draft, topology, seed, taken);
            }
        }
    }
    std::vector<Job> jobs;
    double records = 0;
    for (Draft& draft : drafts)
    {
        BuildGraph(draft, topology, records);
        Resolve(draft);
        jobs.push_back(std::move(draft.job));
    }
    return jobs;
}

} // namespace echelon
