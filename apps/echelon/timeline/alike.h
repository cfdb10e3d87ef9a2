// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Finds devices that compute alike, so that a timeline needs to show only one of them.
 *
 *     for (const auto& [shown, members] : FindAlikeDevices(record, tracks)) { … }
 *
 * Each device joins the first class whose first device it is like. Two devices are alike when they
 * compute the same tasks, and at least nine in ten of these at the same times. So do the members of
 * a tensor-parallel group, which keep step except for what follows a receipt. O(slices log slices +
 * devices × classes × slices of a device).
 */
#pragma once

#include "timeline/slices.h"

#include <cstdint>
#include <map>
#include <vector>

namespace echelon
{

/// A device that the file shows, and those that it stands for: itself among them, ascending.
using AlikeDevices = std::map<std::uint32_t, std::vector<std::uint32_t>>;

/// Of a class the device that sends most over the network stands for the others (in a ring through
/// several hosts only one of a host sends), ties by id. Devices that compute nothing stand for
/// themselves.
AlikeDevices FindAlikeDevices(const RunRecord& record, const TracksByDevice& tracks);

} // namespace echelon
