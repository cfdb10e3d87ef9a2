// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A scenario's "events": links whose rates change during the run.
 *
 *     std::vector<LinkEvent> events = LoadEvents(root.Find("events"), topology);
 *
 * "leaf0->spine1" names one direction of a link, as Topology does; "leaf0<->spine1" names both.
 * O(e log e) for e events. Errors: InputError at the event that is wrong, such as one that raises
 * a link above the rate that it was built with.
 */
#pragma once

#include "input/json-document.h"
#include "network/network-condition.h"
#include "network/topology.h"

#include <optional>
#include <vector>

namespace echelon
{

inline constexpr std::int64_t MOST_EVENTS = 100000;

/// @returns the events by time, then by link, so that their order in the file makes no difference;
/// both directions of a link are two events.
std::vector<LinkEvent> LoadEvents(const std::optional<JsonNode>& node, const Topology& topology);

} // namespace echelon
