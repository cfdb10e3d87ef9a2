// SPDX-License-Identifier: GPL-2.0-only
#include "run/run-size.h"

#include "base/units.h"
#include "input/input-error.h"
#include "jobs/load-budget.h"
#include "run/run-one.h"
#include "support/table-text.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace echelon
{

// Bytes, measured with echelon run on graphs of 10^6 tasks, and rounded up.
constexpr double BYTES_PER_FLOW = 70;
constexpr double BYTES_PER_FLOW_IN_TABLES = 270;
constexpr double BYTES_PER_GROUP = 300;
constexpr double BYTES_PER_COMPUTE_IN_TABLES = 200;
constexpr double BYTES_PER_ITERATION = 200;
constexpr double BYTES_PER_LINK = 300;
constexpr double BYTES_PER_PACKET_LINK = 1500;

/// What one iteration leaves, under the scheduler that leaves most.
static double
RecordBytes(const TaskGraph& graph, const GraphSize& size, ResultFiles files)
{
    const double perFlow = BYTES_PER_FLOW + (WritesTables(files) ? BYTES_PER_FLOW_IN_TABLES : 0);
    return size.flows * perFlow +
           size.computes * (WritesTables(files) ? BYTES_PER_COMPUTE_IN_TABLES : 0) +
           static_cast<double>(graph.Groups().size()) * BYTES_PER_GROUP + BYTES_PER_ITERATION;
}

static double
PacketHops(const Scenario& scenario, const Task& task)
{
    const FlowTemplate& flow = task.flow;
    const bool isInside =
        scenario.topology.HostOf(flow.source) == scenario.topology.HostOf(flow.destination);
    const double segment = static_cast<double>(
        scenario.fabric.parameters.GetBytes(isInside ? "scale_up_segment" : "segment"));
    const double hops =
        flow.source == flow.destination
            ? 0
            : static_cast<double>(scenario.topology.Route(flow.source, flow.destination, 0).size());
    return std::ceil(static_cast<double>(flow.bytes) / segment) * flow.multiplicity * hops;
}

RunSize
SizeOfRun(const Scenario& scenario, ResultFiles files)
{
    RunSize size;
    double most = -1;
    std::set<const void*> counted;
    for (std::size_t j = 0; j < scenario.jobs.size(); ++j)
    {
        const Job& job = scenario.jobs[j];
        const GraphSize graph = SizeOfGraph(job.graph);
        const double records = job.iterations * RecordBytes(job.graph, graph, files);
        const bool isNew = counted.insert(job.graph.Identity()).second;
        // Of jobs that wait for one another, one runs at a time.
        const double taken =
            (isNew ? graph.bytes : 0) + graph.bytesOfJob + (job.after ? 0 : graph.bytesInRun);
        size.graphs += taken;
        size.records += records;
        size.flows += job.iterations * graph.flows;
        if (taken + records > most)
        {
            most = taken + records;
            size.largest = j;
        }
    }
    const bool isPacket = scenario.fabric.kind == "packet";
    size.fabric = static_cast<double>(scenario.topology.Links().size()) *
                  (isPacket ? BYTES_PER_PACKET_LINK : BYTES_PER_LINK);
    return size;
}

void
RequireMemory(const Scenario& scenario, ResultFiles files, double limit)
{
    const RunSize size = SizeOfRun(scenario, files);
    if (size.Sum() <= limit)
    {
        return;
    }
    const Job& job = scenario.jobs[size.largest];
    std::string hint = "the limit is " + FormatBytes(limit) + ", --memory sets another";
    if (WritesTables(files))
    {
        hint += "; --files summary takes " +
                FormatBytes(SizeOfRun(scenario, ResultFiles::SUMMARY).Sum());
    }
    throw InputError(scenario.file,
                     "/jobs",
                     "a run would take about " + FormatBytes(size.Sum()) + " of memory, for " +
                         CountText(size.flows) + " flows; most of it job \"" + job.name + "\", " +
                         CountText(job.iterations) + " iterations of " +
                         CountText(static_cast<double>(job.graph.Tasks().size())) + " tasks",
                     hint);
}

void
RequirePackets(const Scenario& scenario)
{
    if (scenario.fabric.kind != "packet")
    {
        return;
    }
    double hops = 0;
    for (const Job& job : scenario.jobs)
    {
        for (const Task& task : job.graph.Tasks())
        {
            hops += task.kind == TaskKind::FLOW ? job.iterations * PacketHops(scenario, task) : 0;
        }
    }
    if (hops > MAX_PACKET_HOPS)
    {
        throw InputError(scenario.file,
                         "/fabric",
                         "the packet fabric would send " + CountText(hops) + " segments over links",
                         "at most " + CountText(MAX_PACKET_HOPS) +
                             "; use larger segments, less data, or the fluid fabric");
    }
}

} // namespace echelon
