// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A topology from its JSON description (docs/reference/scenario.md, "Topology").
 *
 *     Topology topology = LoadTopology(document.Root().At("topology").Object());
 *
 * Errors: InputError at the field that is wrong; more hosts, devices or links than the limits below
 * are refused before any memory is taken for them.
 */
#pragma once

#include "input/json-document.h"
#include "network/topology.h"

namespace echelon
{

inline constexpr std::int64_t MAX_HOSTS = 65536;
inline constexpr std::int64_t MAX_DEVICES = 1 << 20;
inline constexpr std::int64_t MAX_FABRIC_LINKS = 1 << 21;

/// @param node an object; what it leaves to defaults is written into it, for the resolved scenario.
Topology LoadTopology(const JsonNode& node);

} // namespace echelon
