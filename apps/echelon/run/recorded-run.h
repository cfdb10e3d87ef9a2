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

} // namespace echelon
