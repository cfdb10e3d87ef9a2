// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A job's work as the builders take it: kind, parameters, model; and the number of ranks it needs.
 *
 *     WorkloadSpec spec{"fsdp", ParameterSet(WorkloadEntryOf("fsdp").parameters), model, seed};
 *     RankLayout layout = LayoutOf(spec);       // workload/workload-registry.h
 *
 * Errors: ParameterError naming the parameter.
 */
#pragma once

#include "base/parameters.h"
#include "model/model-profile.h"

#include <cstdint>
#include <optional>
#include <string>

namespace echelon
{

/// One job's work, parsed. `parameters` are those that the registry declares for `kind`.
struct WorkloadSpec
{
    std::string kind;
    ParameterSet parameters;
    std::optional<ModelProfile> model;
    std::uint64_t seed = 1; ///< of random expert loads
};

/// How many devices a job needs, and which of them talk most.
struct RankLayout
{
    std::uint32_t ranks = 1;
    /// Consecutive ranks that belong in one host (a tensor-parallel group); divides ranks.
    std::uint32_t block = 1;
};

/// A degree of parallelism or another count. @throws ParameterError unless least <= value <= 65536.
std::uint32_t CountOf(const ParameterSet& parameters,
                      const std::string& name,
                      std::uint32_t least = 1);

} // namespace echelon
