// SPDX-License-Identifier: GPL-2.0-only
#include "input/field-table.h"

#include "base/contracts.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace echelon
{

static std::string
Shown(double bound)
{
    return bound == std::floor(bound) && std::abs(bound) < 1e15
               ? std::to_string(static_cast<std::int64_t>(bound))
               : Json(bound).dump();
}

static std::vector<const FieldTable*>&
Tables()
{
    static std::vector<const FieldTable*> tables;
    return tables;
}

FieldKind
TimeUpTo(double seconds)
{
    return {"time", 0, seconds};
}

FieldKind
Whole(std::int64_t least, std::int64_t largest)
{
    return {"integer", static_cast<double>(least), static_cast<double>(largest)};
}

FieldKind
Real(double least, double largest)
{
    return {"number", least, largest};
}

FieldKind
NameUpTo(std::size_t bytes)
{
    return {"name", 1, static_cast<double>(bytes)};
}

FieldKind
OneOf(std::vector<std::string> choices)
{
    return {"choice", -ANY_NUMBER, ANY_NUMBER, std::move(choices)};
}

FieldKind
ObjectOf(std::string table)
{
    return {"object", -ANY_NUMBER, ANY_NUMBER, {}, std::move(table)};
}

FieldKind
ListOf(std::string of, std::size_t least, std::size_t largest)
{
    return {"list", static_cast<double>(least), static_cast<double>(largest), {}, std::move(of)};
}

FieldKind
ASize(Bytes least)
{
    return {"bytes", static_cast<double>(least)};
}

Field::Field(const ParameterSpec& spec)
    : name(spec.name),
      kind{std::string(ToText(spec.type)), -ANY_NUMBER, ANY_NUMBER, spec.choices},
      help(spec.help),
      byDefault(ParameterToJson(spec.defaultValue, spec.type))
{
}

std::vector<Field>
Joined(std::vector<Field> fields, const std::vector<Field>& more)
{
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

FieldTable::FieldTable(std::string name,
                       std::string help,
                       const std::vector<Field>& fields,
                       const std::vector<Field>& common)
    : m_name(std::move(name)),
      m_help(std::move(help)),
      m_fields(Joined(common, fields))
{
    for (const Field& field : m_fields)
    {
        m_keys.push_back(field.name);
    }
    Tables().push_back(this);
}

const Field&
FieldTable::Of(std::string_view key) const
{
    const auto it = std::find(m_keys.begin(), m_keys.end(), key);
    ECHELON_REQUIRE(it != m_keys.end(), "the table has the key");
    return m_fields[static_cast<std::size_t>(it - m_keys.begin())];
}

std::vector<const FieldTable*>
FieldTable::All()
{
    std::vector<const FieldTable*> tables = Tables();
    std::sort(tables.begin(), tables.end(), [](const auto* a, const auto* b) {
        return a->Name() < b->Name();
    });
    return tables;
}

Fields::Fields(const JsonNode& object, const FieldTable& table)
    : Fields(object, table, NoCheck())
{
    AllowKeys(table.Keys());
}

Fields
Fields::Unchecked(const JsonNode& object, const FieldTable& table)
{
    return {object, table, NoCheck()};
}

JsonNode
Fields::ValueOf(const Field& field) const
{
    return field.byDefault.is_null() || Has(field.name) ? At(field.name)
                                                        : StandIn(field.name, field.byDefault);
}

void
Fields::FillIn() const
{
    for (const Field& field : m_table->List())
    {
        if (!field.byDefault.is_null() && !Has(field.name))
        {
            Mutable()[field.name] = field.byDefault;
        }
    }
}

Time
Fields::TimeOf(const Field& field, const JsonNode& value)
{
    const Time time = value.Duration();
    if (time.Seconds() > field.kind.largest)
    {
        value.Fail("longer than " + Shown(field.kind.largest) + " s",
                   RangeText(field) + " is possible");
    }
    return time;
}

double
Fields::RealOf(const Field& field, const JsonNode& value)
{
    return field.kind.type == "rate" ? value.Rate()
                                     : value.Number(field.kind.least, field.kind.largest);
}

std::int64_t
Fields::WholeOf(const Field& field, const JsonNode& value)
{
    const auto least = static_cast<std::int64_t>(field.kind.least);
    return field.kind.type == "bytes"
               ? value.Size(least)
               : value.Integer(least, static_cast<std::int64_t>(field.kind.largest));
}

const std::string&
Fields::TextOf(const Field& field, const JsonNode& value)
{
    return field.kind.type == "choice" ? value.Choice(field.kind.choices)
           : field.kind.type == "name" ? value.Name(static_cast<std::size_t>(field.kind.largest))
                                       : value.Text();
}

std::string
RangeText(const Field& field)
{
    const bool hasLeast = field.kind.least > -ANY_NUMBER;
    const bool hasLargest = field.kind.largest < ANY_NUMBER;
    if (field.kind.type == "time")
    {
        return hasLargest ? "at most " + Shown(field.kind.largest) + " s" : "";
    }
    return field.kind.type != "integer" && field.kind.type != "number" ? ""
           : hasLeast && hasLargest ? Shown(field.kind.least) + " to " + Shown(field.kind.largest)
           : hasLeast               ? "at least " + Shown(field.kind.least)
           : hasLargest             ? "at most " + Shown(field.kind.largest)
                                    : "";
}

nlohmann::ordered_json
FieldToJson(const Field& field)
{
    nlohmann::ordered_json json{{"name", field.name}, {"type", field.kind.type}};
    if (field.required)
    {
        json["required"] = true;
    }
    if (!field.byDefault.is_null())
    {
        json["default"] = field.byDefault;
    }
    json["help"] = field.help;
    if (!field.kind.choices.empty())
    {
        json["choices"] = field.kind.choices;
    }
    if (!field.kind.of.empty())
    {
        json["of"] = field.kind.of;
    }
    const bool isWhole = field.kind.type != "number" && field.kind.type != "time";
    for (const auto& [key, bound] :
         {std::pair("least", field.kind.least), std::pair("largest", field.kind.largest)})
    {
        if (std::abs(bound) < ANY_NUMBER)
        {
            json[key] = isWhole ? Json(static_cast<std::int64_t>(bound)) : Json(bound);
        }
    }
    return json;
}

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
        // The resolved scenario has the name of today too.
        return (node.Mutable() = CurrentName(node, {{"at-once", "unordered"}}));
    }
    return {};
}

std::string
CurrentName(const JsonNode& node, const std::map<std::string, std::string>& renamed)
{
    const auto it = renamed.find(node.Text());
    if (it == renamed.end())
    {
        return node.Text();
    }
    node.Warn(
        fmt::format("\"{}\" is called \"{}\" now (the next release will not know the old name)",
                    it->first,
                    it->second));
    return it->second;
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
