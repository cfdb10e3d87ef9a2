// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A run as the writers of result files see it: its records, and what they refer to.
 *
 *     WriteCsvRows(folder, {0, choice.label, outcome.record, scenario.topology, scenario.jobs});
 */
#pragma once

#include "metrics/records.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <string>
#include <vector>

namespace echelon
{

/// All that it refers to must outlive it.
struct RecordedRun
{
    std::size_t index; ///< in summary.json's "runs"
    const std::string& label;
    const RunRecord& record;
    const Topology& topology;
    const std::vector<Job>& jobs;
};

/**
 * Which of the files of docs/reference/results.md a run writes (echelon run --files).
 *
 *     const ResultFiles files = ResultFilesOf("tables");
 *     if (WritesTables(files)) { WriteCsvRows(…); }
 *
 * Files that are left out are not computed either, which saves time and memory.
 */
enum class ResultFiles
{
    ALL,
    TABLES,  ///< all but timeline.json
    SUMMARY, ///< summary.json, manifest.json and scenario.resolved.json
};

/// In the order of the enumeration.
inline const std::vector<std::string>&
ResultFilesNames()
{
    static const std::vector<std::string> names{"all", "tables", "summary"};
    return names;
}

/// @pre the name is one of ResultFilesNames().
inline ResultFiles
ResultFilesOf(const std::string& name)
{
    return name == "summary"  ? ResultFiles::SUMMARY
           : name == "tables" ? ResultFiles::TABLES
                              : ResultFiles::ALL;
}

inline bool
WritesTables(ResultFiles files)
{
    return files != ResultFiles::SUMMARY;
}

inline bool
WritesTimeline(ResultFiles files)
{
    return files == ResultFiles::ALL;
}

} // namespace echelon
