// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The one list of workloads: name, purpose, parameters, and how to make the task graph of a job.
 *
 *     WorkloadSpec spec{"fsdp", ParameterSet(WorkloadEntryOf("fsdp").parameters), model, seed};
 *     spec.parameters.Set("dp", "16");
 *     RankLayout layout = LayoutOf(spec);
 *     const PlacementRequest request{"packed", layout.ranks, layout.block, freeDevices};
 *     std::vector<DeviceId> devices = Place(topology, request);
 *     TaskGraph graph = BuildTaskGraph(spec, topology, devices);     // devices[rank]
 *
 * To add a workload: one builder in workload/ and one line in workload-registry.cc; `echelon list`,
 * the schemas and the reference pages follow. "tasks" and "flows" are written out in their files
 * and have no builder here.
 *
 * Errors: ParameterError naming an option ("tp", "bucket"), "model", "placement" or "kind".
 * Time and memory are those of the graph: less than 1 µs a task.
 */
#pragma once

#include "workload/paradigms.h"

#include <string>
#include <vector>

namespace echelon
{

/// All workloads, in the order of `echelon list workloads`.
const std::vector<WorkloadEntry>& WorkloadEntries();

/// @throws ParameterError ("kind") when there is no such workload.
const WorkloadEntry& WorkloadEntryOf(const std::string& name);

/// The workload of a model file if "parallelism" names no "kind": transformer or
/// data-parallel.
std::string DefaultWorkload(const ModelProfile& model);

/// Checks the parameters against each other and against the model. @throws ParameterError.
RankLayout LayoutOf(const WorkloadSpec& spec);

/// Tasks of one iteration, without building its graph. The number is exact, but planned all-to-alls
/// count with the least that they may have (collective/collective-tasks.h). O(ranks × channels ×
/// groups).
/// @param devices one per rank, distinct. @throws ParameterError.
double CountTasks(const WorkloadSpec& spec,
                  const Topology& topology,
                  const std::vector<DeviceId>& devices);

/// @param devices one per rank, distinct.
/// @throws ParameterError, also when the graph would have more than MAX_TASKS tasks.
TaskGraph BuildTaskGraph(const WorkloadSpec& spec,
                         const Topology& topology,
                         const std::vector<DeviceId>& devices);

} // namespace echelon
