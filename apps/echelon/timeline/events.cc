// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/events.h"

#include "input/json-parser.h"
#include "timeline/options.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

TimelineEvents::TimelineEvents(const std::string& path, const RecordedRun& run)
    : m_out(path),
      m_run(run)
{
    for (const std::string& name : run.record.jobNames)
    {
        m_jobNames.push_back(Json(name).dump());
    }
    for (const std::vector<std::string>& labels : run.record.labels)
    {
        m_labels.emplace_back();
        for (const std::string& label : labels)
        {
            m_labels.back().push_back(Json(label).dump());
        }
    }
}

std::uint64_t
TimelineEvents::Pid(std::uint64_t device) const
{
    return 1 + m_run.index * (std::uint64_t{m_run.topology.Devices()} + 2) + device;
}

std::uint64_t
TimelineEvents::GroupsPid() const
{
    return Pid(m_run.topology.Devices());
}

std::uint64_t
TimelineEvents::LinksPid() const
{
    return GroupsPid() + 1;
}

TextBuffer&
TimelineEvents::Begin(const char* phase, std::uint64_t pid)
{
    m_out << (m_first ? "" : ",\n") << R"({"ph":")" << phase << R"(","pid":)" << pid;
    m_first = false;
    return m_out;
}

TextBuffer&
TimelineEvents::BeginProcess(std::uint64_t pid, const std::string& what)
{
    Begin("M", pid) << R"(,"name":"process_name","args":{"name":)";
    return m_out.Quoted(m_run.label + " | " + what) << R"(,"run":)" << m_run.index;
}

void
TimelineEvents::EndProcess(std::uint64_t pid)
{
    m_out << "}}";
    Begin("M", pid) << R"(,"name":"process_sort_index","args":{"sort_index":)" << pid << "}}";
}

void
TimelineEvents::NameTrack(std::uint64_t pid, std::uint32_t track, const std::string& name)
{
    Begin("M", pid) << R"(,"tid":)" << track << R"(,"name":"thread_name","args":{"name":)";
    m_out.Quoted(name) << "}}";
}

void
TimelineEvents::NameDevice(std::uint32_t device, const std::vector<std::uint32_t>& alike)
{
    std::string name = "gpu " + std::to_string(device);
    if (alike.size() > 1)
    {
        name += " (1 of " + std::to_string(alike.size()) + " alike)";
    }
    BeginProcess(Pid(device), name) << R"(,"gpu":)" << device;
    if (alike.size() > 1)
    {
        m_out << R"(,"alike":)" << alike.size() << R"(,"gpus":)";
        for (std::size_t i = 0; i < alike.size(); ++i)
        {
            m_out << (i == 0 ? '[' : ',') << alike[i];
        }
        m_out << ']';
    }
    EndProcess(Pid(device));
}

void
TimelineEvents::NameTracks(std::uint32_t device, const Tracks& tracks)
{
    for (std::uint32_t s = 0; s < tracks.streams; ++s)
    {
        NameTrack(Pid(device), 1 + s, s == 0 ? "compute" : "compute stream " + std::to_string(s));
    }
    for (std::uint32_t lane = 0; lane < tracks.lanes; ++lane)
    {
        NameTrack(Pid(device), tracks.Lane(lane), "flows " + std::to_string(lane + 1));
    }
}

void
TimelineEvents::NameGroups(std::uint32_t lanes)
{
    BeginProcess(GroupsPid(), "EchelonFlows");
    EndProcess(GroupsPid());
    for (std::uint32_t lane = 0; lane < lanes; ++lane)
    {
        NameTrack(GroupsPid(), 1 + lane, "EchelonFlows " + std::to_string(lane + 1));
    }
}

void
TimelineEvents::NameLinks()
{
    BeginProcess(LinksPid(), "links");
    EndProcess(LinksPid());
}

void
TimelineEvents::Add(const Slice& slice)
{
    const RunRecord& record = m_run.record;
    Begin("X", Pid(slice.device)) << R"(,"tid":)" << slice.track << R"(,"ts":)";
    m_out.Microseconds(slice.start) << R"(,"dur":)";
    m_out.Microseconds(slice.end - slice.start);
    if (slice.isFlow)
    {
        const FlowRecord& flow = record.flows[slice.index];
        const GroupRecord& group = record.groups[flow.group.Value()];
        m_out << R"(,"cat":"flow","name":)";
        m_out.Quoted(group.name) << R"(,"args":{"job":)" << m_jobNames[group.job.Value()]
                                 << R"(,"iteration":)" << group.iteration << R"(,"bytes":)"
                                 << flow.bytes * flow.multiplicity << R"(,"to":)"
                                 << flow.destination.Value() << R"(,"ideal_finish_s":)";
        m_out.Seconds(flow.idealFinish) << R"(,"tardiness_s":)";
        m_out.Seconds(flow.finish - flow.idealFinish) << "}}";
        return;
    }
    const ComputeRecord& compute = record.computes[slice.index];
    m_out << R"(,"cat":"compute","name":)" << m_labels[compute.job.Value()][compute.label]
          << R"(,"args":{"job":)" << m_jobNames[compute.job.Value()] << R"(,"iteration":)"
          << compute.iteration << "}}";
}

void
TimelineEvents::Add(const GroupBar& bar)
{
    const GroupRecord& group = m_run.record.groups[bar.index];
    Begin("X", GroupsPid()) << R"(,"tid":)" << 1 + bar.lane << R"(,"ts":)";
    m_out.Microseconds(bar.start) << R"(,"dur":)";
    m_out.Microseconds(bar.end - bar.start) << R"(,"cat":"echelonflow","name":)";
    m_out.Quoted(group.name) << R"(,"args":{"job":)" << m_jobNames[group.job.Value()]
                             << R"(,"iteration":)" << group.iteration << R"(,"group":)"
                             << group.id.Value() << R"(,"shape":")" << ToText(group.shape)
                             << R"(","flows":)" << group.flows << R"(,"bytes":)"
                             << std::llround(group.bytes) << R"(,"tardiness_s":)";
    m_out.Seconds(group.tardiness) << "}}";
    for (const IdealFinish& mark : bar.marks)
    {
        Begin("i", GroupsPid()) << R"(,"tid":)" << 1 + bar.lane << R"(,"ts":)";
        m_out.Microseconds(mark.time)
            << R"(,"s":"t","cat":"echelonflow","name":"ideal finish )" << mark.first;
        if (mark.last != mark.first)
        {
            m_out << '-' << mark.last;
        }
        m_out << R"("})";
    }
}

void
TimelineEvents::EndArrow(const char* phase, const Slice& at, std::int64_t time, std::uint64_t id)
{
    Begin(phase, Pid(at.device)) << R"(,"tid":)" << at.track << R"(,"ts":)";
    m_out.Microseconds(time) << R"(,"id":)" << id << R"(,"cat":"dependency","name":"dependency")"
                             << (*phase == 'f' ? R"(,"bp":"e"})" : "}");
}

void
TimelineEvents::AddArrow(const Slice& from, const Slice& to, std::uint64_t number)
{
    const std::uint64_t id = 1 + m_run.index * MAX_TIMELINE_EVENTS + number;
    // Inside the slice, whose end is no longer part of it; what follows once the last byte has left
    // the source may start before the flow's end.
    const std::int64_t start = std::clamp(to.start, from.start, from.end - 1);
    EndArrow("s", from, start, id);
    EndArrow("f", to, to.start, id);
}

void
TimelineEvents::Add(const LinkRateRecord& change)
{
    Begin("C", LinksPid()) << R"(,"ts":)";
    m_out.Microseconds(Nanoseconds(change.time)) << R"(,"name":)";
    m_out.Quoted(m_run.topology.GetLink(change.link).name)
        << R"(,"args":{"Gb/s":)" << change.rate / 1e9 << "}}";
}

void
TimelineEvents::Close()
{
    m_out.Close();
}

} // namespace echelon
