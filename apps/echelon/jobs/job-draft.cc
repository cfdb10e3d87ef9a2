// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/job-draft.h"

#include "base/random.h"
#include "input/field-table.h"
#include "jobs/explicit-workload.h"
#include "jobs/model-loader.h"

namespace echelon
{

const FieldTable JOB{
    "job",
    "A training job, or any other work of the cluster.",
    {{"name", NameUpTo(100), "unique", REQUIRED},
     {"description", A_TEXT, "for people"},
     {"workload",
      SPECIAL,
      "what the job does: a model, a collective, `tasks`, `flows` or `coflows`, or the path of a "
      "file with one of them",
      REQUIRED},
     {"parallelism",
      SPECIAL,
      "how a model is trained, which needs it: `kind`, and the parameters of that workload "
      "(`echelon list workloads`)"},
     {"model",
      SPECIAL,
      "dimensions that replace those of the model's `transformer`: `{\"layers\": 4}`"},
     {"placement",
      SPECIAL,
      "`\"packed\"` (also if left out), `\"spread\"`, `\"random\"`, or a list with one GPU for "
      "each "
      "rank, numbers and ranges: `[0, 1, \"8-15\"]`"},
     {"iterations", Whole(1, MAX_ITERATIONS), 1, "how many to run, one after the other"},
     {"arrival", A_TIME, "0s", "when the first iteration starts"},
     {"weight",
      Real(1e-9, 1e9),
      1,
      "weight of the job's EchelonFlows in the weighted sum of tardiness"},
     {"arrivals", SPECIAL, "many jobs of this description"},
     {"compute_noise",
      ObjectOf("compute_noise"),
      "real compute times that are spread around the profile"},
     {"stragglers", ObjectOf("stragglers"), "ranks that compute more slowly"},
     {"arrangements",
      OneOf({"declared", "derived"}),
      "declared",
      "of the EchelonFlows: `\"declared\"` by the workload, or `\"derived\"` from the task "
      "graph"}}};

static std::vector<std::string>
WorkloadKinds(bool ofModels)
{
    std::vector<std::string> names;
    for (const WorkloadEntry& entry : WorkloadEntries())
    {
        if ((entry.model != ModelNeed::NONE) == ofModels)
        {
            names.push_back(entry.name);
        }
    }
    if (!ofModels)
    {
        names.insert(names.begin(), "model");
    }
    return names;
}

/// A workload of the registry: a model with "parallelism", or parameters beside "kind".
static WorkloadSpec
LoadSpec(const Draft& draft, std::uint64_t seed)
{
    const JsonNode& workload = draft.workload;
    const std::string kind = workload.At("kind").Choice(WorkloadKinds(false));
    WorkloadSpec spec;
    spec.seed = Mix64(seed ^ HashText(draft.job.name));
    if (kind != "model")
    {
        for (const char* key : {"parallelism", "model"})
        {
            if (draft.node.Has(key))
            {
                draft.node.FailAt(key,
                                  "a workload of kind \"" + kind + "\" takes no \"" + key + "\"",
                                  "leave it out");
            }
        }
        spec.kind = kind;
        spec.parameters = LoadParameters(workload,
                                         WorkloadEntryOf(kind).parameters,
                                         {"schema", "description", "kind"},
                                         ParametersElsewhere(WorkloadEntries()));
        return spec;
    }
    const auto changes = draft.node.Find("model");
    spec.model = LoadModel(workload, changes ? std::optional(changes->Object()) : std::nullopt);
    spec.kind = DefaultWorkload(*spec.model);
    const auto given = draft.node.Find("parallelism");
    if (!given)
    {
        draft.node.At("parallelism");
    }
    const JsonNode parallelism = given->Object();
    if (const auto named = parallelism.Find("kind"))
    {
        spec.kind = named->Choice(WorkloadKinds(true));
    }
    spec.parameters = LoadParameters(parallelism,
                                     WorkloadEntryOf(spec.kind).parameters,
                                     {"kind"},
                                     ParametersElsewhere(WorkloadEntries()));
    // The resolved scenario spells the defaults out.
    Json resolved = ParametersToJson(spec.parameters);
    resolved["kind"] = spec.kind;
    parallelism.Mutable() = std::move(resolved);
    return spec;
}

void
FailJob(const Draft& draft, const ParameterError& error)
{
    const std::string& parameter = error.Parameter();
    if (parameter == "order")
    {
        FailJob(draft, ParameterError("all_to_all", error.what(), error.Hint()));
    }
    const auto parallelism = draft.node.Find("parallelism");
    if (parameter == "placement")
    {
        draft.node.FailAt("placement", error.what(), error.Hint());
    }
    if (parallelism && parameter != "model")
    {
        parallelism->Object().FailParameter(error);
    }
    if (parameter == "model" || (parallelism && !parallelism->IsObject()))
    {
        draft.node.FailAt("workload", error.what(), error.Hint());
    }
    draft.workload.FailParameter(error);
}

Draft
LoadDraft(const JsonNode& node, std::uint64_t seed)
{
    Draft draft{{node, JOB}, node.At("workload").Object(), {}, {}, {}, {}, false, false, {}, {}};
    const Fields& fields = draft.node;
    fields.Read("name", draft.job.name);
    fields.Read("iterations", draft.job.iterations);
    fields.Read("arrival", draft.job.arrival);
    draft.arrivals = LoadArrivals(node, draft.job.name, draft.job.arrival, seed);
    fields.Read("weight", draft.job.weight);
    draft.derived = fields.Get<std::string>("arrangements") == "derived";
    if (const auto schema = draft.workload.Find("schema"))
    {
        schema->Choice({"echelon/workload/1"});
    }
    if (IsExplicitWorkload(draft.workload))
    {
        draft.layout.ranks = static_cast<std::uint32_t>(RanksOf(draft.workload));
        return draft;
    }
    try
    {
        draft.spec = LoadSpec(draft, seed);
        if (draft.spec->model)
        {
            const ModelProfile& model = *draft.spec->model;
            draft.job.model = TrainedModel{model.name, ParameterCount(model)};
        }
        draft.layout = LayoutOf(*draft.spec);
    }
    catch (const ParameterError& error)
    {
        FailJob(draft, error);
    }
    return draft;
}

} // namespace echelon
