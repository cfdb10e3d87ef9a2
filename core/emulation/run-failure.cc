// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/run-failure.h"

#include "base/units.h"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace echelon
{

static std::string
SecondsText(double seconds)
{
    char text[32];
    // Whole seconds as long as they are easily read.
    std::snprintf(text, sizeof text, seconds < 1e10 ? "%.0f s" : "%.3g s", seconds);
    return text;
}

static std::string
Listed(const std::vector<std::string>& parts)
{
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i)
    {
        text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    }
    return text;
}

static std::string
NameOf(const Flow& flow, const Job& job)
{
    return "the flow of job \"" + job.name + "\" from device " +
           std::to_string(flow.source.Value()) + " to device " +
           std::to_string(flow.destination.Value());
}

/// Of the first job that is not over.
static std::string
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

RunTooLong::RunTooLong(const std::string& what, double seconds)
    : RunFailure(what + " would not end before " + SecondsText(seconds) +
                 ", and simulated time ends at " + SecondsText(Time::Max().Seconds()) +
                 " (106 days)")
{
}

RunStalled::RunStalled(Time now, const std::vector<std::string>& flows, std::size_t count)
    : RunFailure(
          "the run stalls at " + FormatTime(now) + ", when nothing can move any more: " +
          Listed(flows) + (count > 1 ? " stand still" : " stands still") +
          (count > flows.size() ? ", and " + std::to_string(count - flows.size()) + " more" : ""))
{
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
        throw RunTooLong(NameOf(*first, jobOf(first->id)),
                         fabric.GetClock().Now().Seconds() + least);
    }
}

void
RequireNoStandingFlow(const FlowTable& flows,
                      const Fabric& fabric,
                      const Topology& topology,
                      const std::function<const Job&(FlowId)>& jobOf)
{
    constexpr std::size_t MOST_NAMED = 3;
    std::vector<const Flow*> standing;
    for (FlowTable::Slot slot = 0; slot < flows.Slots(); ++slot)
    {
        const Flow* flow = flows.At(slot);
        if (flow && !fabric.Condition().Carries(flow->route) && fabric.RemainingBits(flow->id) > 0)
        {
            standing.push_back(flow);
        }
    }
    if (standing.empty())
    {
        return;
    }
    const auto byId = [](const Flow* a, const Flow* b) { return a->id < b->id; };
    std::sort(standing.begin(), standing.end(), byId);
    const auto isDown = [&](LinkId link) {
        return fabric.Condition().Capacity()[link.Value()] == 0;
    };
    std::vector<std::string> named;
    for (std::size_t i = 0; i < std::min(MOST_NAMED, standing.size()); ++i)
    {
        const Flow& flow = *standing[i];
        const LinkId link = *std::find_if(flow.route.begin(), flow.route.end(), isDown);
        named.push_back(NameOf(flow, jobOf(flow.id)) + " (\"" + topology.GetLink(link).name +
                        "\" is down)");
    }
    throw RunStalled(fabric.GetClock().Now(), named, standing.size());
}

} // namespace echelon
