// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * echelon run: a scenario under each of its schedulers, side by side on the cores of the machine.
 *
 *     RunOptions options{"scenario.json"};
 *     options.files = ResultFiles::TABLES;
 *     return RunCommand(options);
 *
 * It returns the exit code: 0, 1, 65 (thrown as InputError), 70 or 75. Results appear under their
 * name only for 0 and 1.
 */
#pragma once

#include "run/recorded-run.h"
#include "scenario/scenario-loader.h"
#include "timeline/options.h"

#include <string>
#include <vector>

namespace echelon
{

struct RunOptions
{
    std::string file;
    ScenarioOverrides overrides;
    std::string out = "results";
    std::size_t jobs = 0; ///< processes at a time; 0: as many as there are cores
    ResultFiles files = ResultFiles::ALL;
    TimelineOptions timeline;
    bool json = false;
    bool quiet = false;
    std::vector<std::string> command; ///< as typed, for the manifest
};

/// @throws InputError, OutputError, UsageError.
int RunCommand(const RunOptions& options);

} // namespace echelon
