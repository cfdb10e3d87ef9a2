// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The result files of docs/reference/results.md, in two steps: each run writes its part, then the
 * parts become the files.
 *
 *     WritePart(folder, i, scenario, outcome, files);     // in the run's process
 *     Part part = ReadPart(folder, i);                    // in the program
 *     JoinParts(folder, scenario, summary, manifest, files);  // removes the parts
 *
 * Errors: OutputError.
 */
#pragma once

#include "results/summary-document.h"
#include "timeline/options.h"

#include <string>

namespace echelon
{

/// What the program needs of a run at once; the rest stays in files until JoinParts.
struct Part
{
    OrderedJson run;    ///< entry of summary.json's "runs"
    OrderedJson engine; ///< entry of "engine"
};

void WritePart(const std::string& folder,
               std::size_t index,
               const Scenario& scenario,
               const RunOutcome& outcome,
               ResultFiles files,
               const TimelineOptions& timeline = {});

Part ReadPart(const std::string& folder, std::size_t index);

void JoinParts(const std::string& folder,
               const Scenario& scenario,
               const OrderedJson& summary,
               const OrderedJson& manifest,
               ResultFiles files,
               const TimelineOptions& timeline = {});

/// The frame of summary.json around the runs' parts.
OrderedJson MakeSummary(const Scenario& scenario, const std::vector<Part>& parts);

/// Of the runs whose log of rates was full.
std::vector<std::string> SchedulersWithFullLog(const std::vector<Part>& parts);

/// Depends on the resolved scenario and the build alone: equal runs have equal hashes.
std::string RunHash(const Scenario& scenario);

OrderedJson MakeManifest(const Scenario& scenario, const std::vector<std::string>& command);

} // namespace echelon
