// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * echelon check: validates scenarios, one line each, or one scenario under many lists of overrides.
 *
 *     return CheckCommand({{"a.json", "b.json"}, {}, {}});
 *     // a.json: ok, 2 jobs, 136 GPUs, 41232 tasks, 6 schedulers
 *     // b.json: /jobs/0/name: the name is empty (…)            ← on stderr; exit code 65
 *     return CheckCommand({{"a.json"}, {}, "points.txt"});
 *     // {"line": 0, "inputs": "d0f9c1…64 digits", "seed": 1}
 *     // {"line": 1, "error": "--set: /seed: …"}                ← on stdout too; exit code 65
 *
 * Lines of the overrides count from 0; an empty line is the scenario as it stands. Each is read,
 * checked and forgotten, so memory does not grow with their number. Errors: InputError.
 */
#pragma once

#include "scenario/scenario-loader.h"

#include <optional>
#include <string>
#include <vector>

namespace echelon
{

struct CheckOptions
{
    std::vector<std::string> files;
    ScenarioOverrides overrides;
    std::optional<std::string> lines; ///< a file, "-" for standard input: one JSON array of
                                      ///< "/pointer=VALUE" in each line, after `overrides`
};

/// @returns the exit code. @throws InputError, UsageError.
int CheckCommand(const CheckOptions& options);

} // namespace echelon
