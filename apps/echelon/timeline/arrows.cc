// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/arrows.h"

#include "timeline/job-arrows.h"

namespace echelon
{

namespace
{

/// By job and iteration.
std::vector<std::vector<IterationRecords>>
GroupByIteration(const RecordedRun& run)
{
    std::vector<std::vector<IterationRecords>> all;
    for (const Job& job : run.jobs)
    {
        all.emplace_back(job.iterations);
    }
    for (std::uint32_t i = 0; i < run.record.computes.size(); ++i)
    {
        const ComputeRecord& compute = run.record.computes[i];
        all[compute.job.Value()][compute.iteration].computes.push_back(i);
    }
    for (std::uint32_t i = 0; i < run.record.flows.size(); ++i)
    {
        const GroupRecord& group = run.record.groups[run.record.flows[i].group.Value()];
        all[group.job.Value()][group.iteration].flows.push_back(i);
    }
    return all;
}

} // namespace

std::vector<TimelineArrow>
FindArrows(const RecordedRun& run)
{
    std::vector<TimelineArrow> arrows;
    if (run.jobs.empty()) // a record by hand
    {
        return arrows;
    }
    const std::vector<std::vector<IterationRecords>> records = GroupByIteration(run);
    for (std::size_t job = 0; job < run.jobs.size(); ++job)
    {
        JobArrows finder(run, run.jobs[job]);
        for (const IterationRecords& iteration : records[job])
        {
            if (!iteration.flows.empty())
            {
                finder.Find(iteration, arrows);
            }
        }
    }
    return arrows;
}

} // namespace echelon
