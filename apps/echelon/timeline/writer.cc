// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/writer.h"

#include "input/json-parser.h"
#include "timeline/alike.h"
#include "timeline/arrows.h"
#include "timeline/events.h"
#include "timeline/groups.h"
#include "timeline/selection.h"
#include "timeline/slices.h"

#include <algorithm>
#include <vector>

namespace echelon
{

namespace
{

/// The slices of a run that are shown, and what joins them.
struct Picture
{
    std::vector<Slice> slices;
    std::vector<SliceArrow> arrows;
    AlikeDevices shown;
    TracksByDevice tracks;
};

/// The slices that the selection shows; of alike devices those of one if all are more than most.
Picture
CollectPicture(const RunRecord& record,
               const TimelineSelection& selection,
               std::size_t most,
               TimelineCounts& counts)
{
    DeviceSlices all = CollectSlices(record, selection);
    Picture picture{std::move(all.slices), {}, {}, std::move(all.tracks)};
    std::vector<Slice>& slices = picture.slices;
    if (slices.size() <= most)
    {
        for (const auto& [device, own] : picture.tracks)
        {
            picture.shown[device] = {device};
        }
        return picture;
    }
    picture.shown = FindAlikeDevices(record, picture.tracks);
    const std::size_t allSlices = slices.size();
    slices.erase(
        std::remove_if(slices.begin(),
                       slices.end(),
                       [&](const Slice& slice) { return picture.shown.count(slice.device) == 0; }),
        slices.end());
    counts.alikeSlicesLeftOut = allSlices - slices.size();
    counts.slicesLeftOut = counts.alikeSlicesLeftOut;
    return picture;
}

/**
 * Fits slices and arrows into the room.
 * @param arrowRoom of it, kept free for the ends of arrows where there are as many.
 */
void
FitPicture(const RunRecord& record,
           const std::vector<TimelineArrow>& arrows,
           std::size_t room,
           std::size_t arrowRoom,
           Picture& picture,
           TimelineCounts& counts)
{
    std::vector<Slice>& slices = picture.slices;
    const std::size_t allSlices = slices.size();
    const std::size_t ends = 2 * ArrowsBetween(slices, arrows, record).size();
    KeepLongest(slices, room - std::min(ends, arrowRoom));
    counts.slicesLeftOut += allSlices - slices.size();
    picture.arrows = ArrowsBetween(slices, arrows, record);
    const std::size_t allArrows = picture.arrows.size();
    KeepLongestArrows(picture.arrows, slices, (room - slices.size()) / 2);
    counts.arrowsLeftOut = allArrows - picture.arrows.size();
}

void
WriteEvents(const std::string& path,
            const RecordedRun& run,
            const Picture& picture,
            const GroupBars& groups,
            const TimelineCounters& rates)
{
    TimelineEvents out(path, run);
    for (const auto& [device, alike] : picture.shown)
    {
        out.NameDevice(device, alike);
        out.NameTracks(device, picture.tracks.at(device));
    }
    out.NameGroups(groups.lanes);
    out.NameLinks();
    for (const Slice& slice : picture.slices)
    {
        out.Add(slice);
    }
    for (const GroupBar& bar : groups.bars)
    {
        out.Add(bar);
    }
    // After the slices: a viewer that sorts by time finds each arrow's slices open.
    for (std::size_t i = 0; i < picture.arrows.size(); ++i)
    {
        out.AddArrow(picture.slices[picture.arrows[i].from],
                     picture.slices[picture.arrows[i].to],
                     i);
    }
    for (const LinkRateRecord& change : rates.kept)
    {
        out.Add(change);
    }
    out.Close();
}

} // namespace

TimelineCounts
WriteTimelineEvents(const std::string& path,
                    const RecordedRun& run,
                    std::uint64_t share,
                    const TimelineOptions& options)
{
    const std::vector<TimelineArrow> arrows = FindArrows(run);
    const TimelineSelection selection(run, options, arrows);
    const TimelineCounters rates = ThinCounters(run.record, selection.Counters(), share / 4);
    TimelineCounts counts;
    counts.countersLeftOut = rates.leftOut;
    const std::size_t room = share - rates.kept.size();
    // EchelonFlows and arrows get what the slices leave, within bounds.
    const std::size_t least = share / 32;
    const std::size_t most = share / 8;
    Picture picture = CollectPicture(run.record, selection, room - 2 * least, counts);
    const std::size_t left = room - std::min(room, picture.slices.size());
    const GroupBars groups =
        CollectGroupBars(run.record, selection, std::clamp(left / 2, least, most));
    counts.groupsLeftOut = groups.leftOut;
    FitPicture(run.record,
               arrows,
               room - groups.events,
               std::clamp(left - std::min<std::size_t>(left, groups.events), least, most),
               picture,
               counts);
    WriteEvents(path, run, picture, groups, rates);
    counts.kept =
        picture.slices.size() + 2 * picture.arrows.size() + groups.events + rates.kept.size();
    return counts;
}

std::string
TimelineHead(const std::string& scenario,
             const TimelineCounts& total,
             const TimelineOptions& options)
{
    std::string head = R"({"displayTimeUnit":"ms",)"
                       "\n"
                       R"("metadata":{"schema":"echelon/timeline/2","scenario":)" +
                       Json(scenario).dump();
    if (options.window)
    {
        head += R"(,"window_s":)" +
                Json{options.window->from.Seconds(), options.window->to.Seconds()}.dump();
    }
    if (options.top)
    {
        head += R"(,"top":)" + std::to_string(*options.top);
    }
    for (const auto& [name, count] : TIMELINE_COUNTS)
    {
        head += std::string(",\"") + name + "\":" + std::to_string(total.*count);
    }
    return head + "},\n\"traceEvents\":[\n";
}

std::string
TimelineTail()
{
    return "\n]}\n";
}

} // namespace echelon
