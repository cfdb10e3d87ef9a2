// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Reads and validates a scenario (docs/reference/scenario.md).
 *
 *     Scenario scenario = LoadScenario("a.json", DiskFiles(), {{"/seed=2"}, {"fair"}, "packet",
 * 7});
 *
 * Order: read, apply --set, apply the other options, validate everything, build topology and task
 * graphs. Jobs are sorted by name. Errors: InputError.
 */
#pragma once

#include "input/file-source.h"
#include "jobs/load-budget.h"
#include "scenario/scenario.h"

namespace echelon
{

/// Seeds are JSON numbers, which other readers hold in doubles.
inline constexpr std::int64_t MAX_SEED = std::int64_t{1} << 53;

/// What the command line changes in a scenario.
struct ScenarioOverrides
{
    std::vector<std::string> assignments; ///< of --set
    std::vector<std::string> schedulers;  ///< labels in the file, or names of the registry
    std::optional<std::string> fabric;
    std::optional<std::uint64_t> seed;
    /// Bytes that a run may take; of no influence on what it does.
    double memory = DEFAULT_MEMORY;
};

Scenario LoadScenario(const std::string& file,
                      const FileSource& source,
                      const ScenarioOverrides& overrides = {});

/// One line each, to standard error.
void PrintWarnings(const Scenario& scenario);

} // namespace echelon
