// SPDX-License-Identifier: GPL-2.0-only
#include "run-one.h"

#include "fabric-registry.h"

#include "emulation/emulation.h"
#include "sched/scheduler-registry.h"

#include <chrono>
#include <sys/resource.h>

namespace echelon
{

using OrderedJson = nlohmann::ordered_json;

RunOutcome
RunOne(const Scenario& scenario, const SchedulerChoice& choice, const ProgressCallback& progress)
{
    const auto before = std::chrono::steady_clock::now();
    const auto scheduler = SchedulerEntryOf(choice.name).make(choice.parameters);
    const auto fabric =
        FabricEntryOf(scenario.fabric.kind)->make(scenario.topology, scenario.fabric.parameters);
    RunOutcome outcome;
    outcome.record = RunEmulation(
        {scenario.topology, scenario.jobs, scenario.seed, choice.controlDelay, progress},
        *scheduler,
        *fabric);
    outcome.summary = Summarise(outcome.record, scenario.topology);
    outcome.fabric = fabric->Counts();
    outcome.scheduler = scheduler->Counts();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - before;
    outcome.wallSeconds = wall.count();
    return outcome;
}

OrderedJson
SummaryToJson(const RunSummary& summary, const Scenario& scenario, const SchedulerChoice& choice)
{
    OrderedJson jobs = OrderedJson::array();
    for (const JobSummary& job : summary.jobs)
    {
        jobs.push_back({{"name", job.name},
                        {"completion_time_s", job.completionTime},
                        {"iteration_times_s", job.iterationTimes},
                        {"compute_utilisation", job.computeUtilisation}});
    }
    return {{"scheduler", choice.label},
            {"fabric", scenario.fabric.kind},
            {"seed", scenario.seed},
            {"makespan_s", summary.makespan},
            {"jobs", std::move(jobs)},
            {"groups",
             {{"count", summary.groups.count},
              {"tardiness_sum_s", summary.groups.tardinessSum},
              {"tardiness_max_s", summary.groups.tardinessMax},
              {"cct_mean_s", summary.groups.cctMean},
              {"cct_p95_s", summary.groups.cctP95}}},
            {"flows",
             {{"count", summary.flows.count},
              {"bytes", summary.flows.bytes},
              {"fct_mean_s", summary.flows.fctMean},
              {"fct_p99_s", summary.flows.fctP99},
              {"scale_up_count", summary.flows.scaleUpCount}}},
            {"links",
             {{"utilisation_mean", summary.links.utilisationMean},
              {"utilisation_max", summary.links.utilisationMax}}}};
}

OrderedJson
EngineToJson(const RunOutcome& outcome, const SchedulerChoice& choice)
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return {{"scheduler", choice.label},
            {"wall_s", outcome.wallSeconds},
            {"events", outcome.fabric.events},
            {"packet_hops", outcome.fabric.packetHops},
            {"packets", outcome.fabric.packets},
            {"drops", outcome.fabric.drops},
            {"scheduler_calls", outcome.scheduler.calls},
            {"scheduler_s", outcome.scheduler.seconds},
            {"peak_rss_bytes", static_cast<std::uint64_t>(usage.ru_maxrss) * 1024}};
}

} // namespace echelon
