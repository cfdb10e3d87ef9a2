// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/slice-arrows.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

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
