// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A scenario's "control": what stands between the agents at the hosts and the coordinator.
 *
 *     ControlPlane control = LoadControl(root.Find("control"), seed);
 *     resolved["control"] = ControlToJson(control);
 *
 * Meanings and defaults: control/control-plane.h and docs/reference/scenario.md. Errors:
 * InputError.
 */
#pragma once

#include "control/control-plane.h"
#include "input/json-document.h"

#include <optional>

namespace echelon
{

/// @param node absent: the defaults. @param seed of lost reports.
ControlPlane LoadControl(const std::optional<JsonNode>& node, std::uint64_t seed);

/// Every setting, defaults included; an outage only when there is one.
Json ControlToJson(const ControlPlane& control);

} // namespace echelon
