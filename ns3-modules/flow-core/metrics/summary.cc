// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/summary.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

namespace
{

/// Nearest rank: the smallest value with at least the fraction p of the sample at or below it; 0 for an empty sample.
double
Percentile(std::vector<double> sample, double p)
{
    if (sample.empty())
    {
        return 0;
    }
    const auto rank =
        static_cast<std::size_t>(std::ceil(p * static_cast<double>(sample.size())));
    const auto nth = sample.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
    std::nth_element(sample.begin(), nth, sample.end());
    return *nth;
}

/// 0 for an empty sample.
double
Mean(const std::vector<double>& sample)
{
    double sum = 0;
    for (const double value : sample)
    {
        sum += value;
    }
    return sample.empty() ? 0 : sum / static_cast<double>(sample.size());
}

std::vector<JobSummary>
SummariseJobs(const RunRecord& record)
{
    std::vector<JobSummary> jobs(record.jobNames.size());
    std::vector<Time> computeTime(jobs.size());
    std::vector<Time> end(jobs.size());
    for (const ComputeRecord& compute : record.computes)
    {
        computeTime[compute.job.Value()] += compute.end - compute.start;
    }
    for (const IterationRecord& iteration : record.iterations)
    {
        const std::uint32_t j = iteration.job.Value();
        jobs[j].iterationTimes.push_back((iteration.end - iteration.start).Seconds());
        end[j] = std::max(end[j], iteration.end);
    }
    for (std::size_t j = 0; j < jobs.size(); ++j)
    {
        jobs[j].name = record.jobNames[j];
        jobs[j].completionTime = (end[j] - record.jobArrivals[j]).Seconds();
        const double available = jobs[j].completionTime * record.jobDevices[j];
        jobs[j].computeUtilisation = available > 0 ? computeTime[j].Seconds() / available : 0;
    }
    std::sort(jobs.begin(), jobs.end(), [](const JobSummary& a, const JobSummary& b) {
        return a.name < b.name;
    });
    return jobs;
}

GroupsSummary
SummariseGroups(const RunRecord& record)
{
    GroupsSummary groups;
    std::vector<double> cct;
    for (const GroupRecord& group : record.groups)
    {
        if (group.scaleUp)
        {
            continue;
        }
        const double tardiness = group.tardiness.Seconds();
        groups.tardinessSum += group.weight * tardiness;
        groups.tardinessMax = cct.empty() ? tardiness : std::max(groups.tardinessMax, tardiness);
        cct.push_back((group.finish - group.reference).Seconds());
    }
    groups.count = cct.size();
    groups.cctMean = Mean(cct);
    groups.cctP95 = Percentile(std::move(cct), 0.95);
    return groups;
}

FlowsSummary
SummariseFlows(const RunRecord& record)
{
    FlowsSummary flows;
    std::vector<double> fct;
    for (const FlowRecord& flow : record.flows)
    {
        if (flow.scaleUp)
        {
            flows.scaleUpCount += flow.multiplicity;
            continue;
        }
        flows.count += flow.multiplicity;
        flows.bytes += static_cast<double>(flow.bytes) * flow.multiplicity;
        fct.insert(fct.end(), flow.multiplicity, (flow.finish - flow.start).Seconds());
    }
    flows.fctMean = Mean(fct);
    flows.fctP99 = Percentile(std::move(fct), 0.99);
    return flows;
}

LinksSummary
SummariseLinks(const RunRecord& record, const Topology& topology)
{
    LinksSummary links;
    if (record.makespan == Time())
    {
        return links;
    }
    std::vector<double> utilisation;
    for (std::size_t l = 0; l < topology.Links().size(); ++l)
    {
        if (!topology.IsScaleUp(LinkId(l)))
        {
            const double offered = topology.GetLink(LinkId(l)).rate * record.makespan.Seconds();
            utilisation.push_back(record.linkBits[l] / offered);
        }
    }
    links.utilisationMean = Mean(utilisation);
    links.utilisationMax = *std::max_element(utilisation.begin(), utilisation.end());
    return links;
}

} // namespace

RunSummary
Summarise(const RunRecord& record, const Topology& topology)
{
    RunSummary summary;
    summary.makespan = record.makespan.Seconds();
    summary.jobs = SummariseJobs(record);
    summary.groups = SummariseGroups(record);
    summary.flows = SummariseFlows(record);
    summary.links = SummariseLinks(record, topology);
    return summary;
}

} // namespace echelon
