// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/slices.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace echelon
{

DeviceSlices
CollectSlices(const RunRecord& record, const TimelineSelection& selection)
{
    DeviceSlices all;
    auto& [slices, tracks] = all;
    slices.reserve(record.computes.size());
    std::vector<Tracks*> tracksOf; // by device: its entry in `tracks`
    for (std::uint32_t i = 0; i < record.computes.size(); ++i)
    {
        if (!selection.ShowsCompute(i))
        {
            continue;
        }
        const ComputeRecord& compute = record.computes[i];
        const std::uint32_t device = compute.device.Value();
        tracksOf.resize(std::max<std::size_t>(tracksOf.size(), device + std::size_t{1}), nullptr);
        Tracks*& own = tracksOf[device];
        own = own == nullptr ? &tracks[device] : own;
        own->streams = std::max<std::uint32_t>(own->streams, compute.stream + 1U);
        slices.push_back({Nanoseconds(compute.start),
                          Nanoseconds(compute.end),
                          compute.device.Value(),
                          1U + compute.stream,
                          i,
                          false});
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < record.flows.size(); ++i)
    {
        if (selection.ShowsFlow(i))
        {
            order.push_back(i);
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
    return all;
}

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

std::vector<SliceArrow>
ArrowsBetween(const std::vector<Slice>& slices,
              const std::vector<TimelineArrow>& arrows,
              const RunRecord& record)
{
    if (arrows.empty())
    {
        return {};
    }
    constexpr std::uint32_t NONE = ~0U;
    std::vector<std::uint32_t> computes(record.computes.size(), NONE);
    std::vector<std::uint32_t> flows(record.flows.size(), NONE);
    for (std::uint32_t i = 0; i < slices.size(); ++i)
    {
        if (slices[i].start < slices[i].end) // viewers hang arrows on nothing shorter
        {
            (slices[i].isFlow ? flows : computes)[slices[i].index] = i;
        }
    }
    const auto placeOf = [&](const ArrowEnd& end) {
        return (end.isFlow ? flows : computes)[end.index];
    };
    std::vector<SliceArrow> between;
    for (const TimelineArrow& arrow : arrows)
    {
        const SliceArrow places{placeOf(arrow.from), placeOf(arrow.to)};
        if (places.from != NONE && places.to != NONE)
        {
            between.push_back(places);
        }
    }
    return between;
}

void
KeepLongestArrows(std::vector<SliceArrow>& arrows,
                  const std::vector<Slice>& slices,
                  std::size_t most)
{
    if (arrows.size() <= most)
    {
        return;
    }
    const auto length = [&](const SliceArrow& arrow) {
        const auto of = [](const Slice& slice) {
            return slice.isFlow ? slice.end - slice.start : 0;
        };
        return std::max(of(slices[arrow.from]), of(slices[arrow.to]));
    };
    std::vector<std::size_t> order(arrows.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return length(arrows[a]) > length(arrows[b]);
    });
    order.resize(most);
    std::sort(order.begin(), order.end());
    std::vector<SliceArrow> kept;
    for (const std::size_t i : order)
    {
        kept.push_back(arrows[i]);
    }
    arrows = std::move(kept);
}

} // namespace echelon
