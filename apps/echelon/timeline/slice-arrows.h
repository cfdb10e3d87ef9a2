// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The arrows of a timeline between the slices that it shows.
 *
 *     std::vector<SliceArrow> arrows = ArrowsBetween(slices, FindArrows(run), run.record);
 *     KeepLongestArrows(arrows, slices, room / 2);      // an arrow is two events
 *
 * O(slices + records + arrows log arrows).
 */
#pragma once

#include "timeline/arrows.h"
#include "timeline/slices.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// An arrow as places in the vector of slices.
struct SliceArrow
{
    std::uint32_t from;
    std::uint32_t to;
};

/// The arrows between slices that last, in the given order.
std::vector<SliceArrow> ArrowsBetween(const std::vector<Slice>& slices,
                                      const std::vector<TimelineArrow>& arrows,
                                      const RunRecord& record);

/// Keeps the arrows of the longest flows, in their order.
void KeepLongestArrows(std::vector<SliceArrow>& arrows,
                       const std::vector<Slice>& slices,
                       std::size_t most);

} // namespace echelon
