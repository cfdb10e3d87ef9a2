// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A scenario's "expect" block: what figures of summary.json should be.
 *
 *     std::vector<Expectation> list = LoadExpectations(node);
 *     std::vector<std::string> failures = CheckExpectations(list, summary);   // empty: all hold
 *
 * A pointer's step into `runs`, `jobs` or `engine` may be an index or the scheduler's or job's
 * name: "/runs/fair/makespan_s".
 */
#pragma once

#include "input/json-document.h"
#include "scenario/scenario.h"

#include <string>
#include <vector>

namespace echelon
{

/// @param node the object under "expect". Errors: InputError.
std::vector<Expectation> LoadExpectations(const JsonNode& node);

/// One line for each expectation that does not hold.
std::vector<std::string> CheckExpectations(const std::vector<Expectation>& expectations,
                                           const nlohmann::ordered_json& summary);

} // namespace echelon
