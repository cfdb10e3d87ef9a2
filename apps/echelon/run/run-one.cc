// SPDX-License-Identifier: GPL-2.0-only
#include "run/run-one.h"

#include "emulation/emulation.h"
#include "fabric/fair-switch-fabric.h"
#include "scenario/fabric-registry.h"
#include "sched/scheduler-registry.h"
#include "sched/starvation-guard.h"

#include <chrono>
#include <sys/resource.h>

namespace echelon
{

using OrderedJson = nlohmann::ordered_json;

namespace
{

std::unique_ptr<Fabric>
MakeFabric(const Scenario& scenario, const SchedulerChoice& choice, bool recordsLoads)
{
    const ParameterSet& parameters = scenario.fabric.parameters;
    if (SharesByPorts(scenario, choice))
    {
        return std::make_unique<FairSwitchFabric>(
            scenario.topology,
            Framing{parameters.GetBytes("segment"), parameters.GetBytes("header")});
    }
    return FabricEntryOf(scenario.fabric.kind)->make(scenario.topology, parameters, recordsLoads);
}

} // namespace

bool
SharesByPorts(const Scenario& scenario, const SchedulerChoice& choice)
{
    const ControlPlane& control = scenario.control;
    const bool isUndisturbed = choice.controlDelay == Time() && control.minimumInterval == Time() &&
                               control.reportDelay == Time() && control.reportLoss == 0 &&
                               !control.lostAt;
    return scenario.fabric.kind == "fluid" && choice.name == "fair" && isUndisturbed &&
           choice.parameters.GetNumber("fair_share") == 0 &&
           FairSwitchFabric::Fits(scenario.topology);
}

RunOutcome
RunOne(const Scenario& scenario,
       const SchedulerChoice& choice,
       const ProgressCallback& progress,
       ResultFiles files)
{
    const auto before = std::chrono::steady_clock::now();
    auto scheduler = SchedulerEntryOf(choice.name).make(choice.parameters);
    RunOutcome outcome;
    const EmulationInput input{scenario.topology,
                               scenario.jobs,
                               scenario.seed,
                               choice.controlDelay,
                               progress,
                               scenario.control,
                               nullptr,
                               WritesTables(files),
                               WritesTables(files)};
    const double fairShare = choice.parameters.GetNumber("fair_share");
    if (auto* const portfolio = dynamic_cast<PortfolioScheduler*>(scheduler.get()))
    {
        const ParameterSet& framing = scenario.fabric.parameters;
        outcome.plan = PlanPortfolio(input,
                                     {framing.GetBytes("segment"), framing.GetBytes("header")},
                                     fairShare,
                                     *portfolio);
    }
    scheduler = WithFairShare(std::move(scheduler), fairShare);
    const auto fabric = MakeFabric(scenario, choice, input.keepsSeries);
    outcome.record = RunEmulation(input, *scheduler, *fabric);
    outcome.summary = Summarise(outcome.record, scenario.topology);
    outcome.fabric = fabric->Counts();
    outcome.scheduler = scheduler->Counts();
    outcome.scheduler.calls += outcome.fabric.sharings;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - before;
    outcome.wallSeconds = wall.count();
    return outcome;
}

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
                         {"reports_lost", control.reportsLost},
                         {"cache_lookups", control.cacheLookups},
                         {"cache_hits", control.cacheHits}};
    if (outcome.plan)
    {
        OrderedJson costs = OrderedJson::array();
        for (const PortfolioPlan::Cost& cost : outcome.plan->costs)
        {
            costs.push_back({{"member", cost.member}, {"objective_s", cost.seconds}});
        }
        engine["portfolio"] = {{"selected", outcome.plan->costs[outcome.plan->selected].member},
                               {"costs", std::move(costs)}};
    }
    return engine;
}

} // namespace echelon
