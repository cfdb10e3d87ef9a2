// SPDX-License-Identifier: GPL-2.0-only
#include "results/critical-path-writer.h"

#include "input/text-buffer.h"
#include "metrics/critical-path.h"

namespace echelon
{

/// In place of a name, where a step waited for more EchelonFlows than have rows.
constexpr const char* MANY_OTHERS = "(many others)";

/// In place of a name, where no competing flow is known that a step waited for.
constexpr const char* UNATTRIBUTED = "(unattributed)";

/// -1 for none.
template <class Identifier>
static std::int64_t
NumberOf(const std::optional<Identifier>& id)
{
    return id ? std::int64_t{id->Value()} : -1;
}

static const std::string&
NameOf(const PathStepRecord& step, const RunRecord& record)
{
    static const std::string none;
    if (step.flow)
    {
        return record.groups[record.flows[step.flow->Value()].group.Value()].name;
    }
    return step.kind == PathStepRecord::Kind::DELAY ? none
                                                    : record.labels[step.job.Value()][step.label];
}

void
WriteCriticalPath(const std::string& path, const RecordedRun& run)
{
    TextBuffer out(path);
    for (const PathStepRecord& step : run.record.criticalPath)
    {
        // flows.csv and groups.csv hold what left a host.
        std::optional<FlowId> flow = step.flow;
        std::optional<GroupId> group;
        if (flow)
        {
            const FlowRecord& sent = run.record.flows[flow->Value()];
            group = sent.group;
            flow = sent.scaleUp ? std::nullopt : flow;
            group = run.record.groups[group->Value()].scaleUp ? std::nullopt : group;
        }
        const PathTimes times = TimesOf(step);
        out << run.index << ',';
        out.Field(run.label) << ',';
        out.Field(run.record.jobNames[step.job.Value()])
            << ',' << step.iteration << ',' << step.step << ',' << ToText(step.kind) << ',';
        out.Field(NameOf(step, run.record))
            << ',' << NumberOf(step.device) << ',' << NumberOf(step.to) << ',' << NumberOf(flow)
            << ',' << NumberOf(group) << ',';
        out.Seconds(step.start) << ',';
        out.Seconds(step.end) << ',';
        out.Seconds(times.compute) << ',';
        out.Seconds(times.transmission) << ',';
        out.Seconds(times.waiting) << ',';
        out.Seconds(times.delay) << '\n';
    }
    out.Close();
}

void
WriteWaits(const std::string& path, const RecordedRun& run)
{
    TextBuffer out(path);
    for (const WaitRecord& wait : run.record.waits)
    {
        out << run.index << ',';
        out.Field(run.label) << ',';
        out.Field(run.record.jobNames[wait.job.Value()])
            << ',' << wait.iteration << ',' << wait.step << ',' << NumberOf(wait.link) << ',';
        if (wait.blocking)
        {
            const GroupRecord& group = run.record.groups[wait.blocking->Value()];
            out.Field(run.record.jobNames[group.job.Value()])
                << ',' << group.iteration << ',' << group.id.Value() << ',';
            out.Field(group.name) << ',';
        }
        else
        {
            out << ",-1,-1," << (wait.link ? MANY_OTHERS : UNATTRIBUTED) << ',';
        }
        out.Seconds(wait.time) << '\n';
    }
    out.Close();
}

} // namespace echelon
