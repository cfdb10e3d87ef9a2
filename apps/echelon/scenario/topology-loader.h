// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A topology from its JSON description (docs/reference/scenario.md, "Topology").
 *
 *     Topology topology = LoadTopology(document.Root().At("topology").Object());
 *
 * Errors: InputError at the field that is wrong; fabrics with too many hosts, devices or links are
 * refused before any memory is taken for them.
 */
#pragma once

#include "input/json-document.h"
#include "network/topology.h"

namespace echelon
{

/// @param node an object; what it leaves to defaults is written into it, for the resolved scenario.
Topology LoadTopology(const JsonNode& node);

} // namespace echelon
