// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/critical-path.h"

namespace echelon
{

PathTimes
TimesOf(const PathStepRecord& step)
{
    PathTimes times;
    const Time duration = step.end - step.start;
    switch (step.kind)
    {
    case PathStepRecord::Kind::COMPUTE:
        times.compute = duration;
        break;
    case PathStepRecord::Kind::FLOW:
        times.transmission = duration - step.waiting;
        times.waiting = step.waiting;
        break;
    case PathStepRecord::Kind::DELAY:
    case PathStepRecord::Kind::DEVICE:
        times.delay = duration;
        break;
    }
    return times;
}

std::vector<PathTimes>
PathTimesByJob(const RunRecord& record)
{
    std::vector<PathTimes> jobs = record.totals.pathTimes;
    jobs.resize(record.jobNames.size());
    for (const PathStepRecord& step : record.criticalPath)
    {
        jobs[step.job.Value()] += TimesOf(step);
    }
    return jobs;
}

const char*
ToText(PathStepRecord::Kind kind)
{
    switch (kind)
    {
    case PathStepRecord::Kind::COMPUTE:
        return "compute";
    case PathStepRecord::Kind::FLOW:
        return "flow";
    case PathStepRecord::Kind::DELAY:
        return "delay";
    case PathStepRecord::Kind::DEVICE:
        return "device";
    }
    return "";
}

} // namespace echelon
