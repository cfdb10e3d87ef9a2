// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Options of a fabric that are allowed but hardly meant on a topology.
 *
 *     for (const std::string& warning : FabricWarnings(scenario.fabric, scenario.topology)) { … }
 *
 * Each is one sentence that names the option, what it does to the results, and a better value.
 */
#pragma once

#include "network/topology.h"
#include "scenario/scenario.h"

#include <string>
#include <vector>

namespace echelon
{

std::vector<std::string> FabricWarnings(const FabricChoice& fabric, const Topology& topology);

} // namespace echelon
