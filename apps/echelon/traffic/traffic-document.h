// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Traffic from JSON: a matrix (echelon/traffic/1), or what a gate chose (echelon/routing/1).
 *
 *     {"schema": "echelon/traffic/1", "matrix": [[0, 1500000], [250000, 0]]}
 *     {"schema": "echelon/routing/1", "experts": 4, "top_k": 2, "gpus": 2, "hidden": 4096,
 *      "tokens": [[0, 1], [2, 3], [0, 2]]}
 *     LoadedTraffic t = LoadTrafficDocument(document.Root(), options);
 *
 * Every key is in docs/reference/plan.md. Errors: InputError at the value.
 */
#pragma once

#include "input/json-document.h"
#include "traffic/loaded-traffic.h"

namespace echelon
{

LoadedTraffic LoadTrafficDocument(const JsonNode& root, const RoutingOptions& options);

} // namespace echelon
