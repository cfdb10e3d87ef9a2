// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A model profile (workloads/README.md) from its JSON description.
 *
 *     ModelProfile model = LoadModel(workload, job.Find("model"));
 *
 * A job's "model" replaces dimensions of the workload's "transformer", e.g. {"layers": 4}.
 * Errors: InputError at the value that is wrong, be it in the workload or in the job.
 */
#pragma once

#include "input/json-document.h"
#include "model/model-profile.h"

#include <optional>

namespace echelon
{

/// @param workload an object of kind "model". @param changes the job's "model", if any.
ModelProfile LoadModel(const JsonNode& workload, const std::optional<JsonNode>& changes);

} // namespace echelon
