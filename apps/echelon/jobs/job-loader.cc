// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/job-loader.h"

#include "emulation/least-end.h"
#include "emulation/run-failure.h"
#include "jobs/compute-variation-loader.h"
#include "jobs/job-places.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace echelon
{

/// Refuses jobs that no scheduler and no fabric could bring to an end within simulated time.
static void
RequireTime(const JsonNode& node,
            const Topology& topology,
            const std::vector<Job>& jobs,
            std::uint64_t seed,
            const std::string& routing)
{
    const double limit = Time::Max().Seconds();
    if (MostSeconds(topology, jobs) <= limit)
    {
        return;
    }
    const LeastEnd end = LeastEndOf(topology, jobs, seed, routing);
    if (end.seconds <= limit)
    {
        return;
    }
    const std::string job = "job \"" + jobs[end.job.Value()].name + "\"";
    const std::string what =
        end.link ? "what crosses " + topology.GetLink(*end.link).name +
                       " (its largest flow is one of " + job + ")"
        : end.device ? fmt::format("what device {} computes (its longest task is one of {})",
                                   end.device->Value(),
                                   job)
                     : job;
    node.Fail(RunTooLong(what, end.seconds).what(), SHORTER);
}

/// Sums of bytes are integers.
static void
RequireBytes(const JsonNode& node, const std::vector<Job>& jobs)
{
    double bytes = 0;
    for (const Job& job : jobs)
    {
        double iteration = 0;
        for (const Task& task : job.graph.Tasks())
        {
            iteration += task.kind == TaskKind::FLOW
                             ? static_cast<double>(task.flow.bytes) * task.flow.multiplicity
                             : 0;
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
static void
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
static void
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
static void
Resolve(const Draft& draft)
{
    draft.node.FillIn();
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
        draft.node.Mutable()["placement"] = std::move(devices);
    }
    if (draft.arrivals)
    {
        ResolveArrivals(draft.node, *draft.arrivals, draft.places.size());
    }
}

std::vector<Job>
LoadJobs(const JsonNode& node,
         const Topology& topology,
         std::uint64_t seed,
         double memory,
         std::vector<std::string>& warnings,
         const std::string& routing)
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
                              fmt::format("the scenario has more than {} jobs", MAX_JOBS),
                              "let fewer arrive");
        }
        MakeJobs(draft, topology, all, seed, jobs, after);
        Resolve(draft);
    }
    SortJobs(node, jobs, after);
    RequireBytes(node, jobs);
    RequireTime(node, topology, jobs, seed, routing);
    return jobs;
}

} // namespace echelon
