// SPDX-License-Identifier: GPL-2.0-only
#include "workload/workload-registry.h"

#include "base/registry.h"
#include "taskgraph/task-budget.h"
#include "workload/paradigm-collective.h"
#include "workload/paradigm-data-parallel.h"
#include "workload/paradigm-fsdp.h"
#include "workload/paradigm-moe-inference.h"
#include "workload/paradigm-parameter-server.h"
#include "workload/paradigm-transformer.h"

#include <algorithm>

namespace echelon
{

const std::vector<WorkloadEntry>&
WorkloadEntries()
{
    static const std::vector<WorkloadEntry> ENTRIES{
        {"transformer",
         "tensor, pipeline, data and expert parallelism; pipeline groups by micro-batch, the rest "
         "coflows",
         ModelNeed::TRANSFORMER,
         TransformerParameters(),
         TransformerLayout,
         TransformerTasks,
         BuildTransformer},
        {"data-parallel",
         "all-reduce of gradient buckets during the backward pass; a coflow per bucket",
         ModelNeed::ANY,
         DataParallelParameters(),
         DataParallelLayout,
         DataParallelTasks,
         BuildDataParallel},
        {"parameter-server",
         "workers push gradients and pull parameters; a coflow each per bucket",
         ModelNeed::ANY,
         ParameterServerParameters(),
         ParameterServerLayout,
         ParameterServerTasks,
         BuildParameterServer},
        {"fsdp",
         "FSDP, ZeRO-3: all-gathers layer by layer as one EchelonFlow, reduce-scatters as coflows",
         ModelNeed::ANY,
         FsdpParameters(),
         FsdpLayout,
         FsdpTasks,
         BuildFsdp},
        {"expert-parallel",
         "mixture of experts: a coflow per dispatch and per combine all-to-all",
         ModelNeed::TRANSFORMER,
         ExpertParallelParameters(),
         ExpertParallelLayout,
         TransformerTasks,
         BuildExpertParallel},
        {"moe-inference",
         "mixture-of-experts layers of one model or two; a group per dispatch and per combine",
         ModelNeed::NONE,
         MoeInferenceParameters(),
         MoeInferenceLayout,
         MoeInferenceTasks,
         BuildMoeInference},
        {"collective",
         "one collective as a coflow",
         ModelNeed::NONE,
         CollectiveWorkloadParameters(),
         CollectiveLayout,
         CollectiveWorkloadTasks,
         BuildCollective},
        {"tasks",
         "a task graph written out in the file",
         ModelNeed::NONE,
         {},
         nullptr,
         nullptr,
         nullptr},
        {"flows",
         "flows with release times written out in the file",
         ModelNeed::NONE,
         {},
         nullptr,
         nullptr,
         nullptr},
        {"coflows",
         "a trace of shuffles: arrival, mappers and reducers of each coflow (echelon convert)",
         ModelNeed::NONE,
         {},
         nullptr,
         nullptr,
         nullptr}};
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
