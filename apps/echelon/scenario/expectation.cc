// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/expectation.h"

#include "input/field-table.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace echelon
{

const FieldTable EXPECTATION{
    "expectation",
    "What a figure of the summary should be: a value, or bounds.",
    {{"value", Real(-ANY_NUMBER, ANY_NUMBER), "the value"},
     {"rel", Real(0, ANY_NUMBER), "tolerated deviation as a part of the value"},
     {"abs", Real(0, ANY_NUMBER), "tolerated deviation; the larger of the two counts"},
     {"min", Real(-ANY_NUMBER, ANY_NUMBER), "least figure"},
     {"max", Real(-ANY_NUMBER, ANY_NUMBER), "largest figure"}}};

static Expectation
LoadExpectation(const std::string& pointer, const JsonNode& node)
{
    try
    {
        const std::vector<std::string> tokens = SplitPointer(pointer);
        const std::vector<std::string> lists{"runs", "engine"};
        if (!tokens.empty() && std::find(lists.begin(), lists.end(), tokens[0]) == lists.end())
        {
            node.Fail("\"" + pointer + "\" is no figure of the summary",
                      SuggestionFor(tokens[0], lists));
        }
        if (tokens.size() < 2)
        {
            throw std::invalid_argument("it does not lead into an entry");
        }
    }
    catch (const std::invalid_argument& error)
    {
        node.Fail("\"" + pointer + "\" is no figure of the summary: " + error.what(),
                  "for example \"/runs/0/makespan_s\"");
    }
    const Fields fields(node, EXPECTATION);
    Expectation expectation;
    expectation.pointer = pointer;
    fields.Read("value", expectation.value);
    fields.Read("rel", expectation.relative);
    fields.Read("abs", expectation.absolute);
    fields.Read("min", expectation.least);
    if (const auto largest = node.Find("max"))
    {
        expectation.largest = largest->Number(expectation.least.value_or(-ANY_NUMBER), ANY_NUMBER);
    }
    const bool bounded = expectation.least || expectation.largest;
    if (expectation.value.has_value() == bounded)
    {
        node.Fail("expected either a value or bounds",
                  R"(write {"value": 1.5, "rel": 1e-6} or {"min": 1, "max": 2})");
    }
    if (!expectation.value && (node.Has("rel") || node.Has("abs")))
    {
        node.Fail("a tolerance needs a value", R"(write {"value": 1.5, "rel": 1e-6})");
    }
    return expectation;
}

/// The entry of an array that a step names; null when there is none.
static const nlohmann::ordered_json*
Entry(const nlohmann::ordered_json& array, const std::string& token)
{
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (error == std::errc() && end == token.data() + token.size())
    {
        return index < array.size() ? &array[index] : nullptr;
    }
    for (const auto& entry : array)
    {
        for (const char* key : {"scheduler", "name"})
        {
            if (entry.is_object() && entry.contains(key) && entry[key] == token)
            {
                return &entry;
            }
        }
    }
    return nullptr;
}

static const nlohmann::ordered_json*
Lookup(const nlohmann::ordered_json& summary, const std::string& pointer)
{
    const nlohmann::ordered_json* at = &summary;
    for (const std::string& token : SplitPointer(pointer))
    {
        if (at->is_array())
        {
            at = Entry(*at, token);
        }
        else
        {
            at = at->is_object() && at->contains(token) ? &(*at)[token] : nullptr;
        }
        if (at == nullptr)
        {
            return nullptr;
        }
    }
    return at;
}

std::vector<Expectation>
LoadExpectations(const JsonNode& node)
{
    std::vector<Expectation> expectations;
    const JsonNode object = node.Object();
    for (const auto& [pointer, value] : object.Members())
    {
        expectations.push_back(LoadExpectation(pointer, value.Object()));
        expectations.back().file = object.File();
        expectations.back().place = object.Pointer() + "/" + EscapePointerToken(pointer);
    }
    return expectations;
}

std::vector<std::string>
CheckExpectations(const std::vector<Expectation>& expectations,
                  const nlohmann::ordered_json& summary)
{
    std::vector<std::string> failures;
    for (const Expectation& e : expectations)
    {
        const nlohmann::ordered_json* found = Lookup(summary, e.pointer);
        if (found == nullptr || !found->is_number())
        {
            failures.push_back(e.pointer + ": the summary has no such figure");
            continue;
        }
        const double actual = found->get<double>();
        const std::string shown = e.pointer + " is " + found->dump();
        if (e.value)
        {
            const double slack = std::max(e.absolute, e.relative * std::abs(*e.value));
            if (!(std::abs(actual - *e.value) <= slack))
            {
                failures.push_back(shown + ", expected " + Json(*e.value).dump() + " within " +
                                   Json(slack).dump());
            }
        }
        else if (actual < e.least.value_or(-ANY_NUMBER) || actual > e.largest.value_or(ANY_NUMBER))
        {
            failures.push_back(shown + ", expected from " +
                               (e.least ? Json(*e.least).dump() : "any") + " to " +
                               (e.largest ? Json(*e.largest).dump() : "any"));
        }
    }
    return failures;
}

} // namespace echelon
