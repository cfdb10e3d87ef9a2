// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Workloads written out in JSON: "tasks", a task graph by hand, "flows", a list of transfers with
 * release times, and "coflows", a trace of shuffles (coflow-workload.h).
 *
 *     std::int64_t n = RanksOf(workload); // one more than the largest device that it names
 *     TaskGraph graph = LoadExplicitWorkload(workload, devices); // devices[rank]
 *
 * Devices in the file are ranks of the job; `devices` maps them to the fabric. Tasks are ordered by
 * id (digit runs compare as numbers), flows by (release, source, destination, bytes, group,
 * position): the order of input does not matter. Errors: InputError.
 */
#pragma once

#include "input/json-document.h"
#include "taskgraph/task-graph.h"

#include <vector>

namespace echelon
{

/// Whether the "kind" of a workload is one of these.
bool IsExplicitWorkload(const JsonNode& workload);

/// One more than the largest device in the workload. Reads no more than it needs;
/// LoadExplicitWorkload checks.
std::int64_t RanksOf(const JsonNode& workload);

TaskGraph LoadExplicitWorkload(const JsonNode& workload, const std::vector<DeviceId>& devices);

} // namespace echelon
