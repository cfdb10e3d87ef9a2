// SPDX-License-Identifier: GPL-2.0-only
#include "results/summary-document.h"

#include <sys/resource.h>

namespace echelon
{

OrderedJson
SummaryToJson(const RunSummary& summary, const Scenario& scenario, const SchedulerChoice& choice)
{
    OrderedJson jobs = OrderedJson::array();
    for (std::size_t j = 0; j < summary.jobs.size(); ++j)
    {
        const JobSummary& job = summary.jobs[j];
        jobs.push_back({{"name", job.name},
                        {"completion_time_s", job.completionTime},
                        {"iteration_times_s", job.iterationTimes},
                        {"ideal_time_s", job.idealTime},
                        {"slowdown", job.slowdown},
                        {"compute_utilisation", job.computeUtilisation},
                        {"critical_path",
                         {{"compute_s", job.criticalPath.compute.Seconds()},
                          {"transmission_s", job.criticalPath.transmission.Seconds()},
                          {"waiting_s", job.criticalPath.waiting.Seconds()},
                          {"delay_s", job.criticalPath.delay.Seconds()}}}});
        if (const auto& model = scenario.jobs[j].model)
        {
            jobs.back()["model"] = model->name;
            jobs.back()["parameters"] = model->parameters;
        }
    }
    return {{"scheduler", choice.label},
            {"fabric", scenario.fabric.kind},
            {"seed", scenario.seed},
            {"makespan_s", summary.makespan},
            {"jobs", std::move(jobs)},
            {"all_jobs",
             {{"completion_mean_s", summary.allJobs.completionMean},
              {"completion_p95_s", summary.allJobs.completionP95},
              {"slowdown_mean", summary.allJobs.slowdownMean},
              {"slowdown_max", summary.allJobs.slowdownMax},
              {"fairness", summary.allJobs.fairness}}},
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
    OrderedJson engine{{"scheduler", choice.label},
                       {"wall_s", outcome.wallSeconds},
                       {"events", outcome.fabric.events},
                       {"packet_hops", outcome.fabric.packetHops},
                       {"packets", outcome.fabric.packets},
                       {"drops", outcome.fabric.drops},
                       {"scheduler_calls", outcome.scheduler.calls},
                       {"scheduler_s", outcome.scheduler.seconds},
                       {"peak_rss_bytes", static_cast<std::uint64_t>(usage.ru_maxrss) * 1024}};
    engine["rate_changes"] = outcome.record.rateChanges;
    engine["rate_log_full"] = outcome.record.rateLogFull;
    const ControlCounts& control = outcome.record.control;
    engine["control"] = {{"decisions", control.decisions},
                         {"reports", control.reports},
                         {"reports_lost", control.reportsLost}};
    const Preparation& found = outcome.preparation;
    if (!found.costs.empty())
    {
        OrderedJson costs = OrderedJson::array();
        for (const Preparation::Cost& cost : found.costs)
        {
            costs.push_back({{"member", cost.member}, {"objective_s", cost.seconds}});
        }
        engine["portfolio"] = {{"selected", found.costs[found.selected].member},
                               {"costs", std::move(costs)}};
    }
    return engine;
}

} // namespace echelon
