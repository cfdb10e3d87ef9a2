// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/run-recorder.h"

#include "metrics/critical-path.h"
#include "metrics/queue-waits.h"
#include "metrics/waits.h"

#include <algorithm>
#include <boost/sort/spinsort/spinsort.hpp>
#include <tuple>
#include <utility>

namespace echelon
{

/// Devices that compute for a job.
static std::uint32_t
ComputingDevices(const Job& job)
{
    std::vector<bool> computes;
    for (const Task& task : job.graph.Tasks())
    {
        if (task.kind == TaskKind::COMPUTE)
        {
            computes.resize(std::max<std::size_t>(computes.size(), task.device.Value() + 1U));
            computes[task.device.Value()] = true;
        }
    }
    return static_cast<std::uint32_t>(std::count(computes.begin(), computes.end(), true));
}

RunRecorder::RunRecorder(const EmulationInput& input, const FlowTable& flows, Fabric& fabric)
    : m_input(input),
      m_flows(flows),
      m_fabric(fabric),
      m_clock(fabric.GetClock()),
      m_series(input.topology.Links().size()),
      m_linkRates(input.topology.Links().size())
{
    m_record.totals.computeTimes.resize(input.jobs.size());
    m_record.totals.pathTimes.resize(input.jobs.size());
    m_record.linkBits.assign(input.topology.Links().size(), 0.0);
    if (input.keepsRows)
    {
        ReserveRows();
    }
    for (const Job& job : input.jobs)
    {
        m_iterationsInAll += job.iterations;
        m_record.jobNames.push_back(job.name);
        m_record.jobArrivals.push_back(job.arrival);
        m_record.labels.push_back(job.graph.Labels());
        m_record.jobDevices.push_back(ComputingDevices(job));
    }
}

void
RunRecorder::ReserveRows()
{
    std::size_t computes = 0;
    for (const Job& job : m_input.jobs)
    {
        for (const Task& task : job.graph.Tasks())
        {
            computes += task.kind == TaskKind::COMPUTE ? job.iterations : 0;
        }
    }
    m_record.computes.reserve(computes);
}

void
RunRecorder::OnGroupStarted(const GroupRecord& group)
{
    m_record.groups.push_back(group);
}

FlowRecord
RunRecorder::RecordOf(FlowId flow, TaskId task) const
{
    const Flow& started = m_flows.FlowOf(flow);
    const FlowTimes& times = m_flows.TimesOf(flow);
    FlowRecord record;
    record.id = flow;
    record.group = started.group;
    record.source = started.source;
    record.destination = started.destination;
    record.bytes = started.bytes;
    record.multiplicity = started.multiplicity;
    record.position = started.position;
    record.scaleUp = IsScaleUp(flow);
    record.start = times.start;
    record.idealFinish = times.idealFinish;
    record.task = task;
    return record;
}

void
RunRecorder::OnFlowStarted(FlowId flow, TaskId task)
{
    const Flow& started = m_flows.FlowOf(flow);
    const bool isInside = IsScaleUp(flow);
    GroupRecord& group = m_record.groups[started.group.Value()];
    group.flows += started.multiplicity;
    group.bytes += started.Bits() / 8;
    group.scaleUp = group.scaleUp && isInside;
    for (const auto& [link, share] : started.route)
    {
        m_record.linkBits[link.Value()] += started.Bits() * share;
    }
    if (m_input.keepsSeries)
    {
        m_log.Start(flow, started.route);
    }
    RunTotals& totals = m_record.totals;
    if (m_input.keepsRows)
    {
        m_record.flows.push_back(RecordOf(flow, task));
    }
    else if (isInside)
    {
        totals.scaleUpFlows += started.multiplicity;
    }
    else
    {
        totals.flowBytes += static_cast<double>(started.bytes) * started.multiplicity;
        m_places.Add(flow.Value()) = static_cast<std::uint32_t>(totals.flowTimes.size());
        totals.flowTimes.push_back({Time(), started.multiplicity});
    }
}

void
RunRecorder::OnFlowFinished(FlowId flow)
{
    const FlowTimes& times = m_flows.TimesOf(flow);
    GroupRecord& group = m_record.groups[m_flows.FlowOf(flow).group.Value()];
    const Time finish = m_clock.Now();
    const Time tardiness = finish - times.idealFinish;
    const bool isFirst = group.finish == Time();
    group.tardiness = isFirst ? tardiness : std::max(group.tardiness, tardiness);
    group.finish = finish;
    if (m_input.keepsRows)
    {
        m_record.flows[flow.Value()].finish = finish;
    }
    else if (!IsScaleUp(flow))
    {
        m_record.totals.flowTimes[m_places[flow.Value()]].duration = finish - times.start;
        m_places.Release(flow.Value());
    }
}

void
RunRecorder::AddToLinks(FlowId flow, BitRate rate)
{
    const BitRate before = m_flows.RateOf(flow);
    if (before == rate)
    {
        return;
    }
    for (const auto& [id, share] : m_flows.FlowOf(flow).route)
    {
        LinkRate& link = m_linkRates[id.Value()];
        link.rate += (rate - before) * share;
        link.flows += (rate > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
        if (!link.isChanged)
        {
            link.isChanged = true;
            m_changedLinks.push_back(id);
        }
    }
}

void
RunRecorder::OnRate(FlowId flow, BitRate rate)
{
    if (m_input.keepsSeries)
    {
        m_log.SetRate(flow, m_clock.Now(), rate);
        if (!IsScaleUp(flow))
        {
            AddToLinks(flow, rate);
        }
    }
}

void
RunRecorder::OnRatesInForce()
{
    for (const LinkId id : m_changedLinks)
    {
        LinkRate& link = m_linkRates[id.Value()];
        link.isChanged = false;
        if (link.flows == 0)
        {
            link.rate = 0; // not the noise of many additions
        }
        m_series.SetRate(id, m_clock.Now(), std::max(0.0, link.rate));
    }
    m_changedLinks.clear();
}

void
RunRecorder::OnDeparture(FlowId flow)
{
    if (!m_input.keepsSeries)
    {
        return;
    }
    m_log.Depart(flow, m_clock.Now());
    if (!IsScaleUp(flow))
    {
        AddToLinks(flow, 0);
        OnRatesInForce();
    }
}

void
RunRecorder::OnLinkRate(LinkId link, BitRate rate)
{
    if (m_input.keepsSeries)
    {
        m_series.SetRate(link, m_clock.Now(), rate);
    }
}

void
RunRecorder::OnFlowJoins(FlowId flow, std::uint32_t lane)
{
    m_log.Join(flow, m_clock.Now(), lane);
}

void
RunRecorder::OnLaneRate(std::uint32_t lane, BitRate rate)
{
    m_log.SetLaneRate(lane, m_clock.Now(), rate);
}

void
RunRecorder::OnComputeDone(const ComputeRecord& compute)
{
    if (m_input.keepsRows)
    {
        m_record.computes.push_back(compute);
        return;
    }
    m_record.totals.computeTimes[compute.job.Value()] += compute.end - compute.start;
}

void
RunRecorder::OnIterationDone(const IterationRecord& iteration,
                             const std::vector<PathStepRecord>& path)
{
    m_record.iterations.push_back(iteration);
    m_record.makespan = std::max(m_record.makespan, iteration.end);
    if (m_input.progress)
    {
        m_input.progress(m_record.iterations.size(), m_iterationsInAll);
    }
    std::uint32_t index = 0;
    for (PathStepRecord step : path)
    {
        if (!m_input.keepsRows)
        {
            m_record.totals.pathTimes[iteration.job.Value()] += TimesOf(step);
            continue;
        }
        step.job = iteration.job;
        step.iteration = iteration.iteration;
        step.step = index++;
        m_record.criticalPath.push_back(step);
    }
}

RunRecord
RunRecorder::Finish(const ControlCounts& control)
{
    SortRows();
    m_record.control = control;
    if (m_input.keepsSeries)
    {
        m_record.waits = AttributeWaits(m_record, m_log, m_fabric.Condition().AsBuilt());
        AttributeQueues(m_record);
        m_record.rateChanges = m_log.Changes().size();
        m_record.rateLogFull = m_log.IsFull();
        m_record.linkRates = m_series.Records(m_record.makespan);
        SetLinkLoads();
    }
    return std::move(m_record);
}

void
RunRecorder::SortRows()
{
    const auto byStart = [](const ComputeRecord& a, const ComputeRecord& b) {
        return std::tie(a.start, a.device, a.stream, a.end) <
               std::tie(b.start, b.device, b.stream, b.end); // then in order of completion
    };
    // Stable, and faster than the library's where much is in order already.
    boost::sort::spinsort(m_record.computes.begin(), m_record.computes.end(), byStart);
    const auto byJob = [](const IterationRecord& a, const IterationRecord& b) {
        return std::tie(a.job, a.iteration) < std::tie(b.job, b.iteration);
    };
    std::sort(m_record.iterations.begin(), m_record.iterations.end(), byJob);
    const auto byStep = [](const PathStepRecord& a, const PathStepRecord& b) {
        return std::tie(a.job, a.iteration, a.step) < std::tie(b.job, b.iteration, b.step);
    };
    std::sort(m_record.criticalPath.begin(), m_record.criticalPath.end(), byStep);
}

void
RunRecorder::SetLinkLoads()
{
    const Time end = m_record.makespan;
    const Time width = LinkSeries::LoadWidth(end);
    for (const LinkLoad& load : m_fabric.MeasuredLoads(width))
    {
        const Time start =
            Time::FromPicoseconds(static_cast<std::int64_t>(load.bin) * width.Picoseconds());
        const Time duration = std::min(width, end - start);
        m_record.linkLoads.push_back(
            {load.link, start, duration, load.bits / duration.Seconds(), load.queue});
    }
    if (m_record.linkLoads.empty())
    {
        m_record.linkLoads = m_series.Loads(end);
    }
}

} // namespace echelon
