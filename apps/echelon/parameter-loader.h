// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Values of declared parameters (base/parameters.h) from a JSON object, and back.
 *
 *     ParameterSet values = LoadParameters(node, entry.parameters, {"name", "label"});
 *     Json resolved = ParametersToJson(values);
 *
 * Times, rates and sizes are texts with units; integers and numbers are JSON numbers; choices are
 * texts. Errors: InputError at the value, with a "did you mean" for unknown keys.
 */
#pragma once

#include "json-document.h"

#include "base/parameters.h"

#include <vector>

namespace echelon
{

/// @param otherKeys keys of the object that are not parameters and are left alone.
ParameterSet LoadParameters(const JsonNode& node,
                            const std::vector<ParameterSpec>& specs,
                            const std::vector<std::string>& otherKeys = {});

/// Every parameter with its value, defaults included.
Json ParametersToJson(const ParameterSet& values);

/// Declarations as `echelon list --json` prints them.
nlohmann::ordered_json SpecsToJson(const std::vector<ParameterSpec>& specs);

} // namespace echelon
