// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Reads and validates a scenario (docs/reference/scenario.md).
 *
 *     Scenario scenario = LoadScenario("a.json", DiskFiles(), {{"/seed=2"}, {"fair"}, "packet"});
 *     const std::string hash = HashOfInputs(scenario);           // "1f0c…"
 *
 * Order: read, apply --set, apply the other options, validate everything, build topology and task
 * graphs. Jobs are sorted by name. Errors: InputError.
 */
#pragma once

#include "input/file-source.h"
#include "input/json-document.h"
#include "jobs/load-budget.h"
#include "scenario/scenario.h"

#include <string>

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

/// A change of --set, made before the scenario is validated. The pointer may lead into a file that
/// the scenario names. Objects on the way that do not exist are made; "-" stands for the place
/// after an array's last entry (RFC 6901). Errors: InputError with the pointer as given, in the
/// "file"
/// --set.
/// @param assignment "/json/pointer=VALUE"; VALUE is JSON, or else a text.
void ApplyOverride(JsonDocument& document, const std::string& assignment);

/// The pointer of an assignment. @throws InputError when there is none.
std::string OverriddenPointer(const std::string& assignment);

/// A hash of everything that a scenario asks for: equal hashes mean equal results of one program.
/// 64 hexadecimal digits over the resolved scenario, with the files that it names, and without what
/// only describes it: name, description and expectations. Linear in the scenario's size.
std::string HashOfInputs(const Scenario& scenario);

} // namespace echelon
