// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * echelon run: a scenario under each of its schedulers, side by side on the cores of the machine.
 *
 *     return RunCommand({"scenario.json", {}, "results", false, false, {"echelon", "run",
 * "scenario.json"}});
 *
 * Returns the exit code of design: 0, 1, 65 (thrown as InputError), 70 or 75; results appear under
 * their name only for 0 and 1.
 */
#pragma once

#include "scenario-loader.h"
#include "timeline-options.h"

#include <string>
#include <vector>

namespace echelon
{

struct RunOptions
{
    std::string file;
    ScenarioOverrides overrides;
    std::string out = "results";
    TimelineOptions timeline;
    bool json = false;
    bool quiet = false;
    std::vector<std::string> command; ///< as typed, for the manifest
};

/// @throws InputError, OutputError.
int RunCommand(const RunOptions& options);

} // namespace echelon
