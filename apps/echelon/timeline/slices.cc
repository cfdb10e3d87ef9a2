// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/slices.h"

#include "timeline/lanes.h"

#include <tuple>

namespace echelon
{

DeviceSlices
CollectSlices(const RunRecord& record, const TimelineSelection& selection)
{
    DeviceSlices all;
    auto& [slices, tracks] = all;
    for (std::uint32_t i = 0; i < record.computes.size(); ++i)
    {
        if (!selection.ShowsCompute(i))
        {
            continue;
        }
        const ComputeRecord& compute = record.computes[i];
        Tracks& own = tracks[compute.device.Value()];
        own.streams = std::max<std::uint32_t>(own.streams, compute.stream + 1U);
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

} // namespace echelon
