// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The one list of workloads: name, purpose, parameters; and the function that turns a job's
 * description into a task graph.
 *
 *     WorkloadSpec spec{"transformer", ParameterSet(WorkloadEntryOf("transformer").parameters),
 * model, seed}; spec.parameters.Set("tp", "8"); RankLayout layout = LayoutOf(spec); // ranks that
 * the job needs std::vector<DeviceId> devices = Place(topology, {"packed", layout.ranks,
 * layout.block, free}); TaskGraph graph = BuildTaskGraph(spec, topology, devices);             //
 * devices[rank]
 *
 * To add a workload: one builder in workload/ and one line in workload-registry.cc; `echelon list`,
 * the schemas and the reference pages follow. "tasks" and "flows" are explicit in the file and have
 * no builder here. Errors: ParameterError; the parameter names the option ("tp", "microbatches"),
 * or "model", "placement", "kind". Memory and time are those of the graph: about 1 µs a task.
 */
#pragma once

#include "base/parameters.h"
#include "topology/topology.h"
#include "workload/task-graph.h"
#include "workload/workload-spec.h"

#include <string>
#include <vector>

namespace echelon
{

/// What a workload needs to know of the model.
enum class ModelNeed
{
    NONE,        ///< no model: collective, tasks, flows
    ANY,         ///< a transformer or a list of layers
    TRANSFORMER, ///< dimensions of a transformer
};

/// One line of the registry.
struct WorkloadEntry
{
    std::string name;
    std::string help; ///< one line, with the arrangement
    ModelNeed model;
    std::vector<ParameterSpec> parameters;
    /// Null when the workload is explicit in its file ("tasks", "flows").
    RankLayout (*layout)(const WorkloadSpec& spec);
    TaskGraph (*build)(const WorkloadSpec& spec,
                       const Topology& topology,
                       const std::vector<DeviceId>& devices);
};

/// All workloads, in the order of `echelon list workloads`.
const std::vector<WorkloadEntry>& WorkloadEntries();

/// @throws ParameterError ("kind") when there is no such workload.
const WorkloadEntry& WorkloadEntryOf(const std::string& name);

/// The workload that a model file means when "parallelism" names no "kind": transformer or
/// data-parallel.
std::string DefaultWorkload(const ModelProfile& model);

/// Checks the parameters against each other and against the model. @throws ParameterError.
RankLayout LayoutOf(const WorkloadSpec& spec);

/// @param devices one per rank, distinct. @throws ParameterError.
TaskGraph BuildTaskGraph(const WorkloadSpec& spec,
                         const Topology& topology,
                         const std::vector<DeviceId>& devices);

} // namespace echelon
