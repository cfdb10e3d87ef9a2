// SPDX-License-Identifier: GPL-2.0-only
#include "results/csv-writer.h"

#include "metrics/critical-path.h"
#include "metrics/summary.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace echelon
{

static void
WriteFlows(TextBuffer& out, const RecordedRun& run)
{
    for (const FlowRecord& flow : run.record.flows)
    {
        if (flow.scaleUp)
        {
            continue;
        }
        out << run.index << ',' << flow.id.Value() << ',' << flow.group.Value() << ','
            << flow.position << ',' << flow.source.Value() << ',' << flow.destination.Value() << ','
            << flow.bytes << ',' << flow.multiplicity << ',';
        out.Seconds({flow.start, flow.finish, flow.idealFinish, flow.finish - flow.idealFinish})
            << '\n';
    }
}

static void
WriteGroups(TextBuffer& out, const RecordedRun& run)
{
    for (const GroupRecord& group : run.record.groups)
    {
        if (group.scaleUp)
        {
            continue;
        }
        out << run.index << ',';
        out.Field(run.label) << ',' << group.id.Value() << ',';
        out.Field(run.record.jobNames[group.job.Value()]) << ',' << group.iteration << ',';
        out.Field(group.name) << ',' << ToText(group.shape) << ',' << group.flows << ','
                              << std::llround(group.bytes) << ',' << group.weight << ',';
        out.Seconds(
            {group.reference, group.finish, group.finish - group.reference, group.tardiness})
            << '\n';
    }
}

static void
WriteJobs(TextBuffer& out, const RecordedRun& run)
{
    for (const IterationRecord& iteration : run.record.iterations)
    {
        out << run.index << ',';
        out.Field(run.label) << ',';
        out.Field(run.record.jobNames[iteration.job.Value()]) << ',' << iteration.iteration << ',';
        out.Seconds({iteration.start,
                     iteration.end,
                     iteration.end - iteration.start,
                     run.record.jobArrivals[iteration.job.Value()],
                     run.record.jobIdealIterations[iteration.job.Value()]})
            << '\n';
    }
}

using Computes = std::vector<const ComputeRecord*>;

/// Devices as ranges: 0-7 24-31.
static void
WriteDevices(TextBuffer& out, Computes::const_iterator first, Computes::const_iterator last)
{
    while (first != last)
    {
        const std::uint32_t from = (*first)->device.Value();
        std::uint32_t to = from;
        while (++first != last && (*first)->device.Value() == to + 1)
        {
            ++to;
        }
        out << from;
        if (to != from)
        {
            out << '-' << to;
        }
        out << (first == last ? "" : " ");
    }
}

/// Computations that start at one time, a row for those that differ in their devices alone.
static void
WriteComputesOfInstant(TextBuffer& out, const RecordedRun& run, Computes& computes)
{
    const auto what = [](const ComputeRecord* compute) {
        return std::tie(compute->job,
                        compute->iteration,
                        compute->label,
                        compute->stream,
                        compute->end);
    };
    // The record is in order of devices, and so are the pointers into it.
    std::sort(computes.begin(), computes.end(), [&what](const auto* a, const auto* b) {
        return std::tuple_cat(what(a), std::tie(a)) < std::tuple_cat(what(b), std::tie(b));
    });
    for (auto first = computes.cbegin(); first != computes.cend();)
    {
        // A device that does the same twice, in no time, has two rows.
        auto last = first + 1;
        while (last != computes.cend() && what(*last) == what(*first) &&
               last[-1]->device < (*last)->device)
        {
            ++last;
        }
        const ComputeRecord& compute = **first;
        const std::uint64_t job = compute.job.Value();
        out << run.index << ',';
        out.Field(run.record.jobNames[job]) << ',' << compute.iteration << ',';
        out.Field(run.record.labels[job][compute.label]) << ',';
        WriteDevices(out, first, last);
        out << ',' << compute.stream << ',';
        out.Seconds({compute.start, compute.end}) << '\n';
        first = last;
    }
}

static void
WriteComputes(TextBuffer& out, const RecordedRun& run)
{
    Computes instant;
    for (const ComputeRecord& compute : run.record.computes)
    {
        if (!instant.empty() && instant.front()->start != compute.start)
        {
            WriteComputesOfInstant(out, run, instant);
            instant.clear();
        }
        instant.push_back(&compute);
    }
    WriteComputesOfInstant(out, run, instant);
}

static void
WriteLinks(TextBuffer& out, const RecordedRun& run)
{
    for (std::size_t l = 0; l < run.topology.Links().size(); ++l)
    {
        if (run.topology.IsScaleUp(LinkId(l)))
        {
            continue;
        }
        const Link& link = run.topology.Links()[l];
        const double bits = run.record.linkBits[l];
        out << run.index << ',';
        out.Field(run.label) << ',' << l << ',';
        out.Field(link.name) << ',' << link.rate << ',' << std::llround(bits / 8) << ','
                             << LinkUtilisation(bits, link.rate, run.record.makespan) << '\n';
    }
}

static void
WriteLinkSeries(TextBuffer& out, const RecordedRun& run)
{
    for (const LinkLoadRecord& load : run.record.linkLoads)
    {
        out << run.index << ',' << load.link.Value() << ',';
        out.Seconds(load.start) << ',';
        out.Seconds(load.duration) << ',' << load.rate << ',' << load.queue << '\n';
    }
}

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

static void
WriteCriticalPath(TextBuffer& out, const RecordedRun& run)
{
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
        out.Seconds(
            {step.start, step.end, times.compute, times.transmission, times.waiting, times.delay})
            << '\n';
    }
}

static void
WriteWaits(TextBuffer& out, const RecordedRun& run)
{
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
}

const std::vector<CsvFile>&
CsvFiles()
{
    static const std::vector<CsvFile> files{
        {"flows.csv",
         "run,flow,group,position,source,destination,bytes,count,start_s,finish_s,ideal_finish_s,"
         "tardiness_s",
         WriteFlows},
        {"groups.csv",
         "run,scheduler,group,job,iteration,name,shape,flows,bytes,weight,reference_s,"
         "finish_s,cct_s,tardiness_s",
         WriteGroups},
        {"jobs.csv",
         "run,scheduler,job,iteration,start_s,end_s,time_s,arrival_s,ideal_s",
         WriteJobs},
        {"computes.csv", "run,job,iteration,name,devices,stream,start_s,end_s", WriteComputes},
        {"links.csv", "run,scheduler,link,name,rate_bps,bytes,utilisation", WriteLinks},
        {"critical_path.csv",
         "run,scheduler,job,iteration,step,kind,name,device,to,flow,group,start_s,end_s,compute_s,"
         "transmission_s,waiting_s,delay_s",
         WriteCriticalPath},
        {"waits.csv",
         "run,scheduler,job,iteration,step,link,blocking_job,blocking_iteration,blocking_group,"
         "blocking_name,seconds",
         WriteWaits},
        {"link_series.csv", "run,link,start_s,duration_s,rate_bps,queue_bytes", WriteLinkSeries}};
    return files;
}

void
WriteCsvRows(const std::string& folder, const RecordedRun& run)
{
    for (const CsvFile& file : CsvFiles())
    {
        TextBuffer out(folder + "/" + file.name);
        file.write(out, run);
        out.Close();
    }
}

} // namespace echelon
