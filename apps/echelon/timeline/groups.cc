// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/groups.h"

#include "timeline/slices.h"

#include <algorithm>
#include <tuple>

namespace echelon
{

/// Sets the marks of the bars, which are by index.
static void
Mark(const RunRecord& record, std::vector<GroupBar>& bars)
{
    constexpr std::uint32_t NONE = ~0U;
    std::vector<std::uint32_t> barOf(record.groups.size(), NONE);
    for (std::uint32_t i = 0; i < bars.size(); ++i)
    {
        barOf[bars[i].index] = i;
    }
    for (const FlowRecord& flow : record.flows)
    {
        const std::uint32_t bar = barOf[flow.group.Value()];
        if (bar != NONE)
        {
            bars[bar].marks.push_back(
                {Nanoseconds(flow.idealFinish), flow.position, flow.position});
        }
    }
    for (GroupBar& bar : bars)
    {
        std::vector<IdealFinish>& marks = bar.marks;
        std::sort(marks.begin(), marks.end(), [](const IdealFinish& a, const IdealFinish& b) {
            return std::tuple(a.time, a.first) < std::tuple(b.time, b.first);
        });
        std::size_t distinct = 0;
        for (const IdealFinish& mark : marks)
        {
            if (distinct > 0 && marks[distinct - 1].time == mark.time)
            {
                marks[distinct - 1].last = mark.last;
            }
            else
            {
                marks[distinct++] = mark;
            }
        }
        marks.resize(distinct);
        if (distinct > MAX_MARKS)
        {
            marks.erase(marks.begin(), marks.end() - 1);
        }
        marks.shrink_to_fit();
    }
}

/// Keeps the last mark of each bar.
static void
KeepLastMarks(std::vector<GroupBar>& bars)
{
    for (GroupBar& bar : bars)
    {
        if (bar.marks.size() > 1)
        {
            bar.marks.erase(bar.marks.begin(), bar.marks.end() - 1);
        }
    }
}

static std::uint64_t
EventsOf(const std::vector<GroupBar>& bars)
{
    std::uint64_t events = bars.size();
    for (const GroupBar& bar : bars)
    {
        events += bar.marks.size();
    }
    return events;
}

/// Puts the bars on lanes, by (lane, start).
static std::uint32_t
TakeLanes(std::vector<GroupBar>& bars)
{
    std::sort(bars.begin(), bars.end(), [](const GroupBar& a, const GroupBar& b) {
        return std::tuple(a.start, a.index) < std::tuple(b.start, b.index);
    });
    LaneAllocator lanes;
    for (GroupBar& bar : bars)
    {
        const std::int64_t last =
            bar.marks.empty() ? bar.end : std::max(bar.end, bar.marks.back().time);
        bar.lane = lanes.Take(Time::FromPicoseconds(bar.start * 1000),
                              // A mark at the end of its lane's time is not yet the next bar's.
                              Time::FromPicoseconds((last + 1) * 1000));
    }
    std::stable_sort(bars.begin(), bars.end(), [](const GroupBar& a, const GroupBar& b) {
        return a.lane < b.lane;
    });
    return lanes.Lanes();
}

GroupBars
CollectGroupBars(const RunRecord& record, const TimelineSelection& selection, std::size_t room)
{
    GroupBars all;
    std::vector<GroupBar>& bars = all.bars;
    for (std::uint32_t i = 0; i < record.groups.size(); ++i)
    {
        if (selection.ShowsGroup(i))
        {
            const GroupRecord& group = record.groups[i];
            bars.push_back({Nanoseconds(group.reference), Nanoseconds(group.finish), 0, i, {}});
        }
    }
    const std::size_t count = bars.size();
    Mark(record, bars);
    if (EventsOf(bars) > room)
    {
        KeepLastMarks(bars);
    }
    if (EventsOf(bars) > room)
    {
        std::stable_sort(bars.begin(), bars.end(), [&](const GroupBar& a, const GroupBar& b) {
            return record.groups[b.index].tardiness < record.groups[a.index].tardiness;
        });
        bars.resize(std::min(count, room / 2));
    }
    all.events = EventsOf(bars);
    all.leftOut = count - bars.size();
    all.lanes = TakeLanes(bars);
    return all;
}

} // namespace echelon
