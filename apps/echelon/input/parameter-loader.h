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

#include "base/parameters.h"
#include "input/json-document.h"

#include <map>
#include <string>
#include <vector>

namespace echelon
{

/// @param otherKeys keys of the object that are not parameters and are left alone.
/// @param elsewhere parameters of its kin: @see ParametersElsewhere.
ParameterSet LoadParameters(const JsonNode& node,
                            const std::vector<ParameterSpec>& specs,
                            const std::vector<std::string>& otherKeys,
                            const std::map<std::string, std::string>& elsewhere);

/// The parameters of all entries of a registry, each with the names of the entries that take it.
template <class Entry>
std::map<std::string, std::string>
ParametersElsewhere(const std::vector<Entry>& entries)
{
    std::map<std::string, std::string> owners;
    for (const Entry& entry : entries)
    {
        for (const ParameterSpec& spec : entry.parameters)
        {
            std::string& owner = owners[spec.name];
            owner += (owner.empty() ? "" : ", ") + entry.name;
        }
    }
    return owners;
}

/// A value in the way in which a scenario writes it.
Json ParameterToJson(const std::string& text, ParameterType type);

/// Every parameter with its value, defaults included.
Json ParametersToJson(const ParameterSet& values);

} // namespace echelon
