// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/run-too-long.h"

#include "base/time.h"

#include <cstdio>
#include <limits>

namespace echelon
{

namespace
{

std::string
SecondsText(double seconds)
{
    char text[32];
    // Whole seconds as long as they are easily read.
    std::snprintf(text, sizeof text, seconds < 1e10 ? "%.0f s" : "%.3g s", seconds);
    return text;
}

/// Of the first job that is not over.
std::string
RunningIteration(const std::vector<Job>& jobs, const std::vector<IterationRecord>& done)
{
    std::vector<std::uint32_t> counts(jobs.size(), 0);
    for (const IterationRecord& iteration : done)
    {
        ++counts[iteration.job.Value()];
    }
    std::size_t j = 0;
    while (j + 1 < jobs.size() && counts[j] >= jobs[j].iterations)
    {
        ++j;
    }
    return "iteration " + std::to_string(counts[j] + 1) + " of " +
           std::to_string(jobs[j].iterations) + " of job \"" + jobs[j].name + "\"";
}

} // namespace

RunTooLong::RunTooLong(const std::string& what, double seconds)
    : std::runtime_error(what + " would not end before " + SecondsText(seconds) +
                         ", and simulated time ends at " + SecondsText(Time::Max().Seconds()) +
                         " (106 days)")
{
}

IdealRun
RunIdeallyInTime(const Job& job, const Topology& topology)
{
    try
    {
        return RunIdeally(job.graph, topology);
    }
    catch (const TimeOverflow& overflow)
    {
        throw RunTooLong("an iteration of job \"" + job.name + "\"", overflow.Seconds());
    }
}

void
RunInTime(Clock& clock, const std::vector<Job>& jobs, const std::vector<IterationRecord>& done)
{
    try
    {
        clock.Run();
    }
    catch (const TimeOverflow& overflow)
    {
        throw RunTooLong(RunningIteration(jobs, done), overflow.Seconds());
    }
}

void
RequireNoSlowFlow(const FlowTable& flows,
                  const Fabric& fabric,
                  const std::function<const Job&(FlowId)>& jobOf)
{
    const Flow* first = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (FlowTable::Slot slot = 0; slot < flows.Slots(); ++slot)
    {
        const Flow* flow = flows.At(slot);
        const BitRate rate = flow ? fabric.RateOf(flow->id) : 0;
        if (rate <= 0)
        {
            continue;
        }
        const double seconds = fabric.RemainingBits(flow->id) / rate;
        if (seconds < least || (seconds == least && flow->id < first->id))
        {
            least = seconds;
            first = flow;
        }
    }
    if (first)
    {
        throw RunTooLong("the flow of job \"" + jobOf(first->id).name + "\" from device " +
                             std::to_string(first->source.Value()) + " to device " +
                             std::to_string(first->destination.Value()),
                         fabric.GetClock().Now().Seconds() + least);
    }
}

} // namespace echelon
