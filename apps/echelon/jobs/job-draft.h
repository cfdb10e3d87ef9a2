// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A job on the way from JSON to task graphs: first what it says by itself, then its places.
 *
 *     Draft draft = LoadDraft(item.Object(), seed);
 *     draft.layout.ranks; // devices that each of its places has
 *
 * Errors: InputError.
 */
#pragma once

#include "base/parameters.h"
#include "input/field-table.h"
#include "jobs/arrival-loader.h"
#include "taskgraph/task-graph.h"
#include "workload/workload-registry.h"

#include <optional>
#include <vector>

namespace echelon
{

inline constexpr std::int64_t MAX_ITERATIONS = 1000000;

/// A job, or with "arrivals" several alike, on the way from JSON to task graphs.
struct Draft
{
    Fields node;
    JsonNode workload;
    std::optional<WorkloadSpec> spec; ///< empty for explicit workloads
    RankLayout layout;
    std::optional<Arrivals> arrivals;
    std::vector<std::vector<DeviceId>>
        places;                     ///< the jobs take turns on them; one without arrivals
    bool shared = false;            ///< the jobs need not wait for their place
    bool derived = false;           ///< arrangements from the dependencies
    std::optional<TaskGraph> first; ///< on the first of the places
    Job job;                        ///< without its graph

    std::size_t Jobs() const
    {
        return arrivals ? arrivals->times.size() : 1;
    }

    bool IsListed() const
    {
        const auto placement = node.Find("placement");
        return placement && placement->IsArray();
    }
};

/// The part of a job that does not depend on other jobs.
Draft LoadDraft(const JsonNode& node, std::uint64_t seed);

/// Throws an error of the core, which names a parameter, or the model or placement of the job.
[[noreturn]] void FailJob(const Draft& draft, const ParameterError& error);

} // namespace echelon
