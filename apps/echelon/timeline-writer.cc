// SPDX-License-Identifier: GPL-2.0-only
#include "timeline-writer.h"

#include "json-parser.h"
#include "text-buffer.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <tuple>
#include <vector>

namespace echelon
{

namespace
{

/// A bar: a compute task or a flow.
struct Slice
{
    std::int64_t start; ///< nanoseconds
    std::int64_t end;
    std::uint32_t device;
    std::uint32_t track;
    std::uint32_t index; ///< into the record's computes or flows
    bool isFlow;
};

/// A point in time on the grid of the file, rounded to nearest.
std::int64_t
Nanoseconds(Time time)
{
    return (time.Picoseconds() + 500) / 1000;
}

/// How the tracks of one device are numbered.
struct Tracks
{
    std::uint32_t streams = 0; ///< compute streams in use
    std::uint32_t lanes = 0;   ///< of flows

    std::uint32_t Lane(std::uint32_t lane) const
    {
        return 1 + std::max(streams, 1U) + lane;
    }
};

using TracksByDevice = std::map<std::uint32_t, Tracks>;

/// Gives each flow of one device the first lane that is free at its start.
class LaneAllocator
{
  public:
    std::uint32_t Take(Time start, Time finish)
    {
        while (!m_busy.empty() && m_busy.top().first <= start)
        {
            m_free.insert(m_busy.top().second);
            m_busy.pop();
        }
        std::uint32_t lane = m_lanes;
        if (m_free.empty())
        {
            ++m_lanes;
        }
        else
        {
            lane = *m_free.begin();
            m_free.erase(m_free.begin());
        }
        m_busy.emplace(finish, lane);
        return lane;
    }

    std::uint32_t Lanes() const
    {
        return m_lanes;
    }

  private:
    using Busy = std::pair<Time, std::uint32_t>;
    std::priority_queue<Busy, std::vector<Busy>, std::greater<>> m_busy;
    std::set<std::uint32_t> m_free;
    std::uint32_t m_lanes = 0;
};

std::vector<Slice>
CollectSlices(const RunRecord& record, TracksByDevice& tracks)
{
    std::vector<Slice> slices;
    for (std::size_t i = 0; i < record.computes.size(); ++i)
    {
        const ComputeRecord& compute = record.computes[i];
        Tracks& own = tracks[compute.device.Value()];
        own.streams = std::max<std::uint32_t>(own.streams, compute.stream + 1U);
        slices.push_back({Nanoseconds(compute.start),
                          Nanoseconds(compute.end),
                          compute.device.Value(),
                          1U + compute.stream,
                          static_cast<std::uint32_t>(i),
                          false});
    }
    std::vector<std::uint32_t> order;
    for (std::size_t i = 0; i < record.flows.size(); ++i)
    {
        if (!record.flows[i].scaleUp)
        {
            order.push_back(static_cast<std::uint32_t>(i));
        }
    }
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return record.flows[a].start < record.flows[b].start;
    });
    std::map<std::uint32_t, LaneAllocator> lanes;
    for (const std::uint32_t i : order)
    {
        const FlowRecord& flow = record.flows[i];
        const std::uint32_t device = flow.source.Value();
        const std::uint32_t lane = lanes[device].Take(flow.start, flow.finish);
        Tracks& own = tracks[device];
        own.lanes = lanes[device].Lanes();
        slices.push_back(
            {Nanoseconds(flow.start), Nanoseconds(flow.finish), device, own.Lane(lane), i, true});
    }
    return slices;
}

/// A device that the file shows, and those that it stands for: itself among them, ascending.
using AlikeDevices = std::map<std::uint32_t, std::vector<std::uint32_t>>;

/// A compute slice on the grid of the file.
struct ComputeSlice
{
    std::uint64_t job;
    std::uint32_t iteration;
    std::uint32_t label;
    std::int64_t start;
    std::int64_t end;
};

/// In order of (job, iteration, label, start).
using ComputeSequence = std::vector<ComputeSlice>;

/// Whether two devices compute the same, all but a tenth of it at the same times: the members of a
/// tensor-parallel group keep step but for what follows a receipt, as each receives on its own.
bool
AreAlike(const ComputeSequence& a, const ComputeSequence& b)
{
    if (a.size() != b.size())
    {
        return false;
    }
    const std::size_t most = a.size() / 10;
    std::size_t different = 0;
    for (std::size_t i = 0; i < a.size() && different <= most; ++i)
    {
        if (std::tuple(a[i].job, a[i].iteration, a[i].label) !=
            std::tuple(b[i].job, b[i].iteration, b[i].label))
        {
            return false;
        }
        different += a[i].start != b[i].start || a[i].end != b[i].end ? 1 : 0;
    }
    return different <= most;
}

/// What each device computes.
std::map<std::uint32_t, ComputeSequence>
CollectSequences(const RunRecord& record)
{
    std::map<std::uint32_t, ComputeSequence> sequences;
    for (const ComputeRecord& compute : record.computes)
    {
        sequences[compute.device.Value()].push_back({compute.job.Value(),
                                                     compute.iteration,
                                                     compute.label,
                                                     Nanoseconds(compute.start),
                                                     Nanoseconds(compute.end)});
    }
    for (auto& [device, sequence] : sequences)
    {
        std::sort(sequence.begin(),
                  sequence.end(),
                  [](const ComputeSlice& a, const ComputeSlice& b) {
                      return std::tuple(a.job, a.iteration, a.label, a.start, a.end) <
                             std::tuple(b.job, b.iteration, b.label, b.start, b.end);
                  });
    }
    return sequences;
}

/**
 * Classes of alike devices: each device joins the first class whose first device it is like. Of a
 * class the device that sends most over the network stands for the others (in a ring through
 * several hosts only one of a host sends), ties by id. Devices that compute nothing stand for
 * themselves.
 */
AlikeDevices
FindAlikeDevices(const RunRecord& record, const TracksByDevice& tracks)
{
    std::map<std::uint32_t, Bytes> sent;
    for (const FlowRecord& flow : record.flows)
    {
        if (!flow.scaleUp)
        {
            sent[flow.source.Value()] += flow.bytes * flow.multiplicity;
        }
    }
    const std::map<std::uint32_t, ComputeSequence> sequences = CollectSequences(record);
    AlikeDevices alike;
    std::vector<std::vector<std::uint32_t>> classes;
    for (const auto& [device, own] : tracks)
    {
        const auto sequence = sequences.find(device);
        if (sequence == sequences.end())
        {
            alike[device] = {device};
            continue;
        }
        const auto found = std::find_if(classes.begin(), classes.end(), [&](const auto& members) {
            return AreAlike(sequences.at(members.front()), sequence->second);
        });
        (found == classes.end() ? classes.emplace_back() : *found).push_back(device);
    }
    for (const std::vector<std::uint32_t>& members : classes)
    {
        std::uint32_t first = members.front();
        for (const std::uint32_t device : members)
        {
            first = sent[device] > sent[first] ? device : first;
        }
        alike[first] = members;
    }
    return alike;
}

/// Keeps the longest slices, in order of (device, track, start).
void
KeepLongest(std::vector<Slice>& slices, std::size_t most)
{
    const auto longer = [](const Slice& a, const Slice& b) {
        return std::tuple(b.end - b.start, a.start, a.device, a.track) <
               std::tuple(a.end - a.start, b.start, b.device, b.track);
    };
    if (slices.size() > most)
    {
        std::nth_element(slices.begin(),
                         slices.begin() + static_cast<std::ptrdiff_t>(most),
                         slices.end(),
                         longer);
        slices.resize(most);
    }
    std::sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) {
        return std::tuple(a.device, a.track, a.start, a.end, a.index) <
               std::tuple(b.device, b.track, b.start, b.end, b.index);
    });
}

/// Thins the counters: each link keeps its last change in each of as many equal bins as fit.
std::vector<LinkRateRecord>
ThinCounters(const RunRecord& record, std::size_t most)
{
    const std::vector<LinkRateRecord>& all = record.linkRates;
    if (all.size() <= most)
    {
        return all;
    }
    std::set<LinkId> links;
    for (const LinkRateRecord& change : all)
    {
        links.insert(change.link);
    }
    const std::int64_t bins =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(most / links.size()));
    const std::int64_t width = record.makespan.Picoseconds() / bins + 1;
    std::vector<LinkRateRecord> kept;
    std::map<LinkId, std::int64_t> lastBin;
    // Backwards: the first change met in a bin is its last.
    for (auto change = all.rbegin(); change != all.rend() && kept.size() < most; ++change)
    {
        const std::int64_t bin = change->time.Picoseconds() / width;
        const auto [it, isNew] = lastBin.try_emplace(change->link, bin);
        if (isNew || it->second != bin)
        {
            it->second = bin;
            kept.push_back(*change);
        }
    }
    std::reverse(kept.begin(), kept.end());
    return kept;
}

/// Writes events with the separators between them.
class EventWriter
{
  public:
    EventWriter(const std::string& path, const RecordedRun& run)
        : m_out(path),
          m_run(run)
    {
    }

    /// The pid of a device, or of the links when the device is the number of devices.
    std::uint64_t Pid(std::uint64_t device) const
    {
        return 1 + m_run.index * (std::uint64_t{m_run.topology.Devices()} + 1) + device;
    }

    TextBuffer& Begin(const char* phase, std::uint64_t pid)
    {
        m_out << (m_first ? "" : ",\n") << R"({"ph":")" << phase << R"(","pid":)" << pid;
        m_first = false;
        return m_out;
    }

    /// A device, and those that it stands for.
    void NameDevice(std::uint32_t device, const std::vector<std::uint32_t>& alike)
    {
        std::string name = "gpu " + std::to_string(device);
        if (alike.size() > 1)
        {
            name += " (1 of " + std::to_string(alike.size()) + " alike)";
        }
        BeginProcess(device, name) << R"(,"gpu":)" << device;
        if (alike.size() > 1)
        {
            m_out << R"(,"alike":)" << alike.size() << R"(,"gpus":)";
            for (std::size_t i = 0; i < alike.size(); ++i)
            {
                m_out << (i == 0 ? '[' : ',') << alike[i];
            }
            m_out << ']';
        }
        EndProcess(device);
    }

    void NameLinks()
    {
        BeginProcess(m_run.topology.Devices(), "links");
        EndProcess(m_run.topology.Devices());
    }

    void NameTrack(std::uint64_t device, std::uint32_t track, const std::string& name)
    {
        Begin("M", Pid(device)) << R"(,"tid":)" << track
                                << R"(,"name":"thread_name","args":{"name":)";
        m_out.Quoted(name) << "}}";
    }

    void Add(const Slice& slice)
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
            m_out.Quoted(group.name) << R"(,"args":{"job":)";
            m_out.Quoted(record.jobNames[group.job.Value()])
                << R"(,"iteration":)" << group.iteration << R"(,"bytes":)"
                << flow.bytes * flow.multiplicity << R"(,"to":)" << flow.destination.Value()
                << R"(,"ideal_finish_s":)";
            m_out.Seconds(flow.idealFinish) << R"(,"tardiness_s":)";
            m_out.Seconds(flow.finish - flow.idealFinish) << "}}";
            return;
        }
        const ComputeRecord& compute = record.computes[slice.index];
        m_out << R"(,"cat":"compute","name":)";
        m_out.Quoted(record.labels[compute.job.Value()][compute.label]) << R"(,"args":{"job":)";
        m_out.Quoted(record.jobNames[compute.job.Value()])
            << R"(,"iteration":)" << compute.iteration << "}}";
    }

    void Add(const LinkRateRecord& change)
    {
        Begin("C", Pid(m_run.topology.Devices())) << R"(,"ts":)";
        m_out.Microseconds(Nanoseconds(change.time)) << R"(,"name":)";
        m_out.Quoted(m_run.topology.GetLink(change.link).name)
            << R"(,"args":{"Gb/s":)" << change.rate / 1e9 << "}}";
    }

    void Close()
    {
        m_out.Close();
    }

  private:
    TextBuffer& BeginProcess(std::uint64_t device, const std::string& what)
    {
        Begin("M", Pid(device)) << R"(,"name":"process_name","args":{"name":)";
        return m_out.Quoted(m_run.label + " | " + what) << R"(,"run":)" << m_run.index;
    }

    void EndProcess(std::uint64_t device)
    {
        const std::uint64_t pid = Pid(device);
        m_out << "}}";
        Begin("M", pid) << R"(,"name":"process_sort_index","args":{"sort_index":)" << pid << "}}";
    }

    TextBuffer m_out;
    const RecordedRun& m_run;
    bool m_first = true;
};

} // namespace

TimelineCounts
WriteTimelineEvents(const std::string& path, const RecordedRun& run, std::uint64_t share)
{
    TracksByDevice tracks;
    std::vector<Slice> slices = CollectSlices(run.record, tracks);
    const std::vector<LinkRateRecord> counters = ThinCounters(run.record, share / 4);
    const std::size_t room = share - counters.size();
    const std::size_t allSlices = slices.size();
    AlikeDevices shown;
    if (slices.size() > room)
    {
        shown = FindAlikeDevices(run.record, tracks);
        slices.erase(std::remove_if(slices.begin(),
                                    slices.end(),
                                    [&](const Slice& slice) {
                                        return shown.find(slice.device) == shown.end();
                                    }),
                     slices.end());
    }
    else
    {
        for (const auto& [device, own] : tracks)
        {
            shown[device] = {device};
        }
    }
    const std::size_t distinctSlices = slices.size();
    KeepLongest(slices, room);

    EventWriter out(path, run);
    for (const auto& [device, alike] : shown)
    {
        const Tracks& own = tracks[device];
        out.NameDevice(device, alike);
        for (std::uint32_t s = 0; s < own.streams; ++s)
        {
            out.NameTrack(device,
                          1 + s,
                          s == 0 ? "compute" : "compute stream " + std::to_string(s));
        }
        for (std::uint32_t lane = 0; lane < own.lanes; ++lane)
        {
            out.NameTrack(device, own.Lane(lane), "flows " + std::to_string(lane + 1));
        }
    }
    out.NameLinks();
    for (const Slice& slice : slices)
    {
        out.Add(slice);
    }
    for (const LinkRateRecord& change : counters)
    {
        out.Add(change);
    }
    out.Close();
    return {slices.size() + counters.size(),
            allSlices - slices.size(),
            allSlices - distinctSlices,
            run.record.linkRates.size() - counters.size()};
}

std::string
TimelineHead(const std::string& scenario, const TimelineCounts& total)
{
    return R"({"displayTimeUnit":"ms",)"
           "\n"
           R"("metadata":{"schema":"echelon/timeline/1","scenario":)" +
           Json(scenario).dump() + R"(,"events_kept":)" + std::to_string(total.kept) +
           R"(,"slices_left_out":)" + std::to_string(total.slicesLeftOut) +
           R"(,"alike_slices_left_out":)" + std::to_string(total.alikeSlicesLeftOut) +
           R"(,"counters_left_out":)" + std::to_string(total.countersLeftOut) +
           "},\n\"traceEvents\":[\n";
}

std::string
TimelineTail()
{
    return "\n]}\n";
}

} // namespace echelon
