// SPDX-License-Identifier: GPL-2.0-only
#include "base/parameters.h"

#include "base/contracts.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace echelon
{

template <class Number>
static Number
ParseWhole(const ParameterSpec& spec, const std::string& text, const char* what)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
    {
        throw ParameterError(spec.name,
                             "\"" + text + "\" is not " + what,
                             "the default is " + spec.defaultValue);
    }
    return value;
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) from a
/// to b.
static std::size_t
EditDistance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
    {
        for (std::size_t j = 0; j <= b.size(); ++j)
        {
            if (i == 0 || j == 0)
            {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1,
                                d[i][j - 1] + 1,
                                d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            {
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a.size()][b.size()];
}

static std::string
Joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
    {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

static void
Check(const ParameterSpec& spec, const std::string& text)
{
    try
    {
        switch (spec.type)
        {
        case ParameterType::TIME:
            ParseTime(text);
            return;
        case ParameterType::RATE:
            ParseRate(text);
            return;
        case ParameterType::BYTES:
            ParseBytes(text);
            return;
        case ParameterType::INTEGER:
            if (ParseWhole<std::int64_t>(spec, text, "an integer") < 0)
            {
                throw ParameterError(spec.name, text + " is negative", spec.help);
            }
            return;
        case ParameterType::NUMBER:
            if (!std::isfinite(ParseWhole<double>(spec, text, "a number")))
            {
                throw ParameterError(spec.name, text + " is not finite", spec.help);
            }
            return;
        case ParameterType::BOOLEAN:
            if (text != "true" && text != "false")
            {
                throw ParameterError(spec.name, "\"" + text + "\" is not true or false", spec.help);
            }
            return;
        case ParameterType::CHOICE:
            if (std::find(spec.choices.begin(), spec.choices.end(), text) == spec.choices.end())
            {
                const std::string closest = ClosestMatch(text, spec.choices);
                throw ParameterError(spec.name,
                                     "\"" + text + "\" is not a choice",
                                     closest.empty() ? "choose from " + Joined(spec.choices)
                                                     : "did you mean \"" + closest + "\"?");
            }
            return;
        }
    }
    catch (const UnitError& error)
    {
        throw ParameterError(spec.name, error.what(), spec.help);
    }
}

std::string_view
ToText(ParameterType type)
{
    switch (type)
    {
    case ParameterType::TIME:
        return "time";
    case ParameterType::RATE:
        return "rate";
    case ParameterType::BYTES:
        return "bytes";
    case ParameterType::INTEGER:
        return "integer";
    case ParameterType::NUMBER:
        return "number";
    case ParameterType::BOOLEAN:
        return "boolean";
    case ParameterType::CHOICE:
        return "choice";
    }
    throw ContractViolation("unknown parameter type");
}

ParameterSet::ParameterSet(std::vector<ParameterSpec> specs)
    : m_specs(std::move(specs))
{
    for (const ParameterSpec& spec : m_specs)
    {
        Check(spec, spec.defaultValue);
        m_values[spec.name] = spec.defaultValue;
    }
}

const ParameterSpec&
ParameterSet::SpecOf(const std::string& name) const
{
    const auto it = std::find_if(m_specs.begin(), m_specs.end(), [&](const ParameterSpec& spec) {
        return spec.name == name;
    });
    if (it != m_specs.end())
    {
        return *it;
    }
    std::vector<std::string> names;
    for (const ParameterSpec& spec : m_specs)
    {
        names.push_back(spec.name);
    }
    const std::string closest = ClosestMatch(name, names);
    throw ParameterError(name,
                         "unknown parameter \"" + name + "\"",
                         !closest.empty() ? "did you mean \"" + closest + "\"?"
                         : names.empty()  ? "it takes no parameters"
                                          : "known: " + Joined(names));
}

void
ParameterSet::Set(const std::string& name, const std::string& value)
{
    Check(SpecOf(name), value);
    m_values[name] = value;
}

const std::string&
ParameterSet::GetText(const std::string& name) const
{
    return m_values.at(SpecOf(name).name);
}

Time
ParameterSet::GetTime(const std::string& name) const
{
    return ParseTime(GetText(name));
}

BitRate
ParameterSet::GetRate(const std::string& name) const
{
    return ParseRate(GetText(name));
}

Bytes
ParameterSet::GetBytes(const std::string& name) const
{
    return ParseBytes(GetText(name));
}

std::int64_t
ParameterSet::GetInteger(const std::string& name) const
{
    return ParseWhole<std::int64_t>(SpecOf(name), GetText(name), "an integer");
}

double
ParameterSet::GetNumber(const std::string& name) const
{
    return ParseWhole<double>(SpecOf(name), GetText(name), "a number");
}

bool
ParameterSet::GetBoolean(const std::string& name) const
{
    return GetText(name) == "true";
}

std::string
ClosestMatch(std::string_view word, const std::vector<std::string>& candidates)
{
    std::string best;
    std::size_t bestDistance = 1 + std::max<std::size_t>(1, word.size() / 3);
    for (const std::string& candidate : candidates)
    {
        const std::size_t distance = EditDistance(word, candidate);
        if (distance < bestDistance)
        {
            bestDistance = distance;
            best = candidate;
        }
    }
    return best;
}

void
FailUnknown(const std::string& name,
            const std::vector<std::string>& names,
            const std::string& parameter,
            const std::string& kind)
{
    const std::string closest = ClosestMatch(name, names);
    throw ParameterError(parameter,
                         fmt::format("unknown {} \"{}\"", kind, name),
                         closest.empty() ? "known: " + boost::algorithm::join(names, ", ")
                                         : fmt::format("did you mean \"{}\"?", closest));
}

} // namespace echelon
