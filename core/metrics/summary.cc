// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/summary.h"

#include "base/tolerances.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

namespace
{

/// Values with how often each occurs.
class Sample
{
  public:
    /// So many values follow; only saves time and memory.
    void Reserve(std::size_t values)
    {
        m_values.reserve(values);
    }

    void Add(double value, std::uint64_t times)
    {
        m_values.emplace_back(value, times);
        m_count += times;
    }

    std::uint64_t Count() const
    {
        return m_count;
    }

    /// 0 for an empty sample.
    double Mean() const
    {
        double sum = 0;
        for (const auto& [value, times] : m_values)
        {
            sum += value * static_cast<double>(times);
        }
        return m_count == 0 ? 0 : sum / static_cast<double>(m_count);
    }

    /// Nearest rank: the smallest value with at least the fraction p of the sample at or below it;
    /// 0 for an empty sample.
    double Percentile(double p)
    {
        std::sort(m_values.begin(), m_values.end());
        const auto rank = static_cast<std::uint64_t>(std::ceil(p * static_cast<double>(m_count)));
        std::uint64_t below = 0;
        for (const auto& [value, times] : m_values)
        {
            below += times;
            if (below >= rank)
            {
                return value;
            }
        }
        return 0;
    }

  private:
    std::vector<std::pair<double, std::uint64_t>> m_values;
    std::uint64_t m_count = 0;
};

std::vector<JobSummary>
SummariseJobs(const RunRecord& record)
{
    std::vector<JobSummary> jobs(record.jobNames.size());
    std::vector<Time> computeTime = record.totals.computeTimes;
    computeTime.resize(jobs.size());
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
    const std::vector<PathTimes> paths = PathTimesByJob(record);
    for (std::size_t j = 0; j < jobs.size(); ++j)
    {
        jobs[j].criticalPath = paths[j];
        jobs[j].name = record.jobNames[j];
        jobs[j].completionTime = (end[j] - record.jobArrivals[j]).Seconds();
        jobs[j].idealTime = record.jobIdealIterations[j].Seconds() *
                            static_cast<double>(jobs[j].iterationTimes.size());
        jobs[j].slowdown = jobs[j].idealTime > 0 ? jobs[j].completionTime / jobs[j].idealTime : 0;
        const double available = jobs[j].completionTime * record.jobDevices[j];
        const double busy = available > 0 ? computeTime[j].Seconds() / available : 0;
        // Streams side by side exceed 1 in earnest; a quotient of doubles does by its last digit.
        jobs[j].computeUtilisation = std::abs(busy - 1) < ROUNDING ? 1 : busy;
    }
    std::sort(jobs.begin(), jobs.end(), [](const JobSummary& a, const JobSummary& b) {
        return a.name < b.name;
    });
    return jobs;
}

AllJobsSummary
SummariseAllJobs(const std::vector<JobSummary>& jobs)
{
    AllJobsSummary all;
    Sample completion;
    Sample slowdown;
    double squares = 0;
    for (const JobSummary& job : jobs)
    {
        completion.Add(job.completionTime, 1);
        if (job.slowdown > 0)
        {
            slowdown.Add(job.slowdown, 1);
            squares += job.slowdown * job.slowdown;
        }
    }
    all.completionMean = completion.Mean();
    all.completionP95 = completion.Percentile(0.95);
    all.slowdownMean = slowdown.Mean();
    all.slowdownMax = slowdown.Percentile(1);
    all.fairness =
        squares > 0 ? slowdown.Count() * all.slowdownMean * all.slowdownMean / squares : 0;
    return all;
}

GroupsSummary
SummariseGroups(const RunRecord& record)
{
    GroupsSummary groups;
    Sample cct;
    for (const GroupRecord& group : record.groups)
    {
        if (group.scaleUp)
        {
            continue;
        }
        const double tardiness = group.tardiness.Seconds();
        groups.tardinessSum += group.weight * tardiness;
        groups.tardinessMax =
            cct.Count() == 0 ? tardiness : std::max(groups.tardinessMax, tardiness);
        cct.Add((group.finish - group.reference).Seconds(), 1);
    }
    groups.count = cct.Count();
    groups.cctMean = cct.Mean();
    groups.cctP95 = cct.Percentile(0.95);
    return groups;
}

FlowsSummary
SummariseFlows(const RunRecord& record)
{
    FlowsSummary flows;
    Sample fct;
    flows.bytes = record.totals.flowBytes;
    flows.scaleUpCount = record.totals.scaleUpFlows;
    fct.Reserve(record.totals.flowTimes.size() + record.flows.size());
    for (const RunTotals::FlowTime& flow : record.totals.flowTimes)
    {
        flows.count += flow.multiplicity;
        fct.Add(flow.duration.Seconds(), flow.multiplicity);
    }
    for (const FlowRecord& flow : record.flows)
    {
        if (flow.scaleUp)
        {
            flows.scaleUpCount += flow.multiplicity;
            continue;
        }
        flows.count += flow.multiplicity;
        flows.bytes += static_cast<double>(flow.bytes) * flow.multiplicity;
        fct.Add((flow.finish - flow.start).Seconds(), flow.multiplicity);
    }
    flows.fctMean = fct.Mean();
    flows.fctP99 = fct.Percentile(0.99);
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
    Sample utilisation;
    for (std::size_t l = 0; l < topology.Links().size(); ++l)
    {
        if (!topology.IsScaleUp(LinkId(l)))
        {
            const BitRate rate = topology.GetLink(LinkId(l)).rate;
            utilisation.Add(LinkUtilisation(record.linkBits[l], rate, record.makespan), 1);
        }
    }
    links.utilisationMean = utilisation.Mean();
    links.utilisationMax = utilisation.Percentile(1);
    return links;
}

} // namespace

double
LinkUtilisation(double bits, BitRate rate, Time makespan)
{
    if (makespan == Time())
    {
        return 0;
    }
    const double offered = rate * makespan.Seconds();
    const double rounding =
        CAPACITY_EXCESS * offered + rate * Time::FromPicoseconds(WAIT_ROUNDING_PS).Seconds();
    return bits > offered && bits <= offered + rounding ? 1 : bits / offered;
}

RunSummary
Summarise(const RunRecord& record, const Topology& topology)
{
    RunSummary summary;
    summary.makespan = record.makespan.Seconds();
    summary.jobs = SummariseJobs(record);
    summary.allJobs = SummariseAllJobs(summary.jobs);
    summary.groups = SummariseGroups(record);
    summary.flows = SummariseFlows(record);
    summary.links = SummariseLinks(record, topology);
    return summary;
}

} // namespace echelon
