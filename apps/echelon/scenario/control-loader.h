// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A scenario's "control": what stands between the agents at the hosts and the coordinator, and what
 * the coordinator does whatever its scheduler decides.
 *
 *     ControlPlane control = LoadControl(root, seed);
 *
 * Meanings: control/control-plane.h and docs/reference/scenario.md. Errors: InputError.
 */
#pragma once

#include "control/control-plane.h"
#include "input/json-document.h"

#include <string>
#include <vector>

namespace echelon
{

/// Spells out the defaults in the document. @param root of the scenario. @param seed of lost
/// reports.
ControlPlane LoadControl(const JsonNode& root, std::uint64_t seed);

/// The keys of "control" that an entry of "schedulers" may set for itself.
const std::vector<std::string>& ControlKeysOfSchedulers();

/// Reads those keys of the object, where it has them.
void ReadControlOfScheduler(const JsonNode& object, ControlPlane& control);

} // namespace echelon
