// SPDX-License-Identifier: GPL-2.0-only
#include "results/csv-writer.h"

#include "input/text-buffer.h"
#include "metrics/summary.h"
#include "results/critical-path-writer.h"

#include <cmath>

namespace echelon
{

static void
WriteFlows(const std::string& path, const RecordedRun& run)
{
    TextBuffer out(path);
    for (const FlowRecord& flow : run.record.flows)
    {
        if (flow.scaleUp)
        {
            continue;
        }
        out << run.index << ',' << flow.id.Value() << ',' << flow.group.Value() << ','
            << flow.position << ',' << flow.source.Value() << ',' << flow.destination.Value() << ','
            << flow.bytes << ',' << flow.multiplicity << ',';
        out.Seconds(flow.start) << ',';
        out.Seconds(flow.finish) << ',';
        out.Seconds(flow.idealFinish) << ',';
        out.Seconds(flow.finish - flow.idealFinish) << '\n';
    }
    out.Close();
}

static void
WriteGroups(const std::string& path, const RecordedRun& run)
{
    TextBuffer out(path);
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
        out.Seconds(group.reference) << ',';
        out.Seconds(group.finish) << ',';
        out.Seconds(group.finish - group.reference) << ',';
        out.Seconds(group.tardiness) << '\n';
    }
    out.Close();
}

static void
WriteJobs(const std::string& path, const RecordedRun& run)
{
    TextBuffer out(path);
    for (const IterationRecord& iteration : run.record.iterations)
    {
        out << run.index << ',';
        out.Field(run.label) << ',';
        out.Field(run.record.jobNames[iteration.job.Value()]) << ',' << iteration.iteration << ',';
        out.Seconds(iteration.start) << ',';
        out.Seconds(iteration.end) << ',';
        out.Seconds(iteration.end - iteration.start) << ',';
        out.Seconds(run.record.jobArrivals[iteration.job.Value()]) << ',';
        out.Seconds(run.record.jobIdealIterations[iteration.job.Value()]) << '\n';
    }
    out.Close();
}

static void
WriteComputes(const std::string& path, const RecordedRun& run)
{
    TextBuffer out(path);
    for (const ComputeRecord& compute : run.record.computes)
    {
        const std::uint64_t job = compute.job.Value();
        out << run.index << ',';
        out.Field(run.record.jobNames[job])
            << ',' << compute.iteration << ',' << compute.task.Value() << ',';
        out.Field(run.record.labels[job][compute.label])
            << ',' << compute.device.Value() << ',' << compute.stream << ',';
        out.Seconds(compute.start) << ',';
        out.Seconds(compute.end) << '\n';
    }
    out.Close();
}

static void
WriteLinks(const std::string& path, const RecordedRun& run)
{
    TextBuffer out(path);
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
    out.Close();
}

static void
WriteLinkSeries(const std::string& path, const RecordedRun& run)
{
    TextBuffer out(path);
    for (const LinkLoadRecord& load : run.record.linkLoads)
    {
        out << run.index << ',' << load.link.Value() << ',';
        out.Seconds(load.start) << ',';
        out.Seconds(load.duration) << ',' << load.rate << ',' << load.queue << '\n';
    }
    out.Close();
}

const std::vector<CsvFile>&
CsvFiles()
{
    static const std::vector<CsvFile> files{
        {"flows.csv",
         "run,flow,group,position,source,destination,bytes,count,start_s,finish_s,ideal_finish_s,"
         "tardiness_s"},
        {"groups.csv",
         "run,scheduler,group,job,iteration,name,shape,flows,bytes,weight,reference_s,"
         "finish_s,cct_s,tardiness_s"},
        {"jobs.csv", "run,scheduler,job,iteration,start_s,end_s,time_s,arrival_s,ideal_s"},
        {"computes.csv", "run,job,iteration,task,name,device,stream,start_s,end_s"},
        {"links.csv", "run,scheduler,link,name,rate_bps,bytes,utilisation"},
        {"critical_path.csv", CRITICAL_PATH_HEADER},
        {"waits.csv", WAITS_HEADER},
        {"link_series.csv", "run,link,start_s,duration_s,rate_bps,queue_bytes"},
    };
    return files;
}

void
WriteCsvRows(const std::string& folder, const RecordedRun& run)
{
    WriteFlows(folder + "/flows.csv", run);
    WriteGroups(folder + "/groups.csv", run);
    WriteJobs(folder + "/jobs.csv", run);
    WriteComputes(folder + "/computes.csv", run);
    WriteLinks(folder + "/links.csv", run);
    WriteCriticalPath(folder + "/critical_path.csv", run);
    WriteWaits(folder + "/waits.csv", run);
    WriteLinkSeries(folder + "/link_series.csv", run);
}

} // namespace echelon
