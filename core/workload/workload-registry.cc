// SPDX-License-Identifier: GPL-2.0-only
#include "workload/workload-registry.h"

#include "base/parameters.h"
#include "taskgraph/task-budget.h"

#include <algorithm>

namespace echelon
{

const std::vector<WorkloadEntry>&
WorkloadEntries()
{
    static const std::vector<WorkloadEntry> ENTRIES{
        TransformerWorkload(),
        DataParallelWorkload(),
        ParameterServerWorkload(),
        FsdpWorkload(),
        ExpertParallelWorkload(),
        MoeInferenceWorkload(),
        CollectiveWorkload(),
        {"tasks", "a task graph written out in the file"},
        {"flows", "flows with release times written out in the file"},
        {"coflows",
         "a trace of shuffles: arrival, mappers and reducers of each coflow (echelon convert)"}};
    return ENTRIES;
}

const WorkloadEntry&
WorkloadEntryOf(const std::string& name)
{
    return EntryOf(WorkloadEntries(), name, "kind", "workload");
}

std::string
DefaultWorkload(const ModelProfile& model)
{
    return model.transformer ? "transformer" : "data-parallel";
}

RankLayout
LayoutOf(const WorkloadSpec& spec)
{
    const WorkloadEntry& entry = WorkloadEntryOf(spec.kind);
    if (entry.layout == nullptr)
    {
        throw ParameterError("kind",
                             "\"" + spec.kind + "\" is written out in the file",
                             "give its tasks or flows");
    }
    return entry.layout(spec);
}

double
CountTasks(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    const RankLayout layout = LayoutOf(spec);
    if (devices.size() != layout.ranks)
    {
        throw ParameterError("placement",
                             "the job has " + std::to_string(layout.ranks) + " ranks, but " +
                                 std::to_string(devices.size()) + " devices",
                             "one device per rank: the product of the degrees of parallelism");
    }
    return WorkloadEntryOf(spec.kind).tasks(spec, topology, devices);
}

TaskGraph
BuildTaskGraph(const WorkloadSpec& spec,
               const Topology& topology,
               const std::vector<DeviceId>& devices)
{
    CheckTaskBudget(CountTasks(spec, topology, devices));
    return WorkloadEntryOf(spec.kind).build(spec, topology, devices);
}

} // namespace echelon
