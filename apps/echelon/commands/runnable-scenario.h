// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Loads a scenario that can be run. In addition to what its loader checks, its expectations name
 * figures of the summary, and its run is not too large.
 *
 *     const Scenario scenario = LoadRunnable("a.json", {}, ResultFiles::ALL);
 *
 * Errors: InputError.
 */
#pragma once

#include "run/recorded-run.h"
#include "scenario/scenario-loader.h"

#include <string>

namespace echelon
{

/// @param files that a run would write.
Scenario LoadRunnable(const std::string& file,
                      const ScenarioOverrides& overrides,
                      ResultFiles files);

} // namespace echelon
