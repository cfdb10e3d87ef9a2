// SPDX-License-Identifier: GPL-2.0-only
#include "input/parameter-loader.h"

#include <algorithm>
#include <fmt/format.h>

namespace echelon
{

/// The value as ParameterSet reads it, after a check that it is written as its type asks.
static std::string
TextOf(const JsonNode& node, ParameterType type)
{
    switch (type)
    {
    case ParameterType::TIME:
        node.Duration();
        return node.Text();
    case ParameterType::RATE:
        node.Rate();
        return node.Text();
    case ParameterType::BYTES:
        return node.IsText() ? node.Text() : fmt::format("{}B", node.Size(0));
    case ParameterType::INTEGER:
        return std::to_string(node.Integer(0, std::int64_t{1} << 53));
    case ParameterType::NUMBER:
        node.Number(-1e300, 1e300);
        return node.Value().dump();
    case ParameterType::BOOLEAN:
        return node.Boolean() ? "true" : "false";
    case ParameterType::CHOICE:
        return node.Text();
    }
    return {};
}

ParameterSet
LoadParameters(const JsonNode& node,
               const std::vector<ParameterSpec>& specs,
               const std::vector<std::string>& otherKeys,
               const std::map<std::string, std::string>& elsewhere)
{
    std::vector<std::string> keys = otherKeys;
    for (const ParameterSpec& spec : specs)
    {
        keys.push_back(spec.name);
    }
    std::map<std::string, std::string> others = elsewhere;
    for (const std::string& key : keys)
    {
        others.erase(key);
    }
    node.AllowKeys(keys, others);
    ParameterSet values(specs);
    for (const ParameterSpec& spec : specs)
    {
        const auto value = node.Find(spec.name);
        if (!value)
        {
            continue;
        }
        try
        {
            values.Set(spec.name, TextOf(*value, spec.type));
        }
        catch (const ParameterError& error)
        {
            value->Fail(error.what(), error.Hint());
        }
    }
    return values;
}

Json
ParameterToJson(const std::string& text, ParameterType type)
{
    switch (type)
    {
    case ParameterType::INTEGER:
    case ParameterType::NUMBER:
    case ParameterType::BOOLEAN:
        return Json::parse(text);
    default:
        return text;
    }
}

Json
ParametersToJson(const ParameterSet& values)
{
    Json object = Json::object();
    for (const ParameterSpec& spec : values.Specs())
    {
        object[spec.name] = ParameterToJson(values.GetText(spec.name), spec.type);
    }
    return object;
}

} // namespace echelon
