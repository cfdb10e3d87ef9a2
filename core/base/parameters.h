// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Parameters declared once: validation, `echelon list`, the reference pages and the JSON Schemas
 * come from these records.
 *
 *     ParameterSet values({{"delay", ParameterType::TIME, "0s", "time until a decision"}});
 *     values.Set("delay", "50us");
 *     Time delay = values.GetTime("delay");
 *
 * Errors: ParameterError {parameter, what is wrong, hint}; the loader adds file and JSON pointer.
 */
#pragma once

#include "base/time.h"
#include "base/units.h"

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace echelon
{

/// What kind of value a parameter takes. TIME, RATE and BYTES are texts with units; CHOICE is one
/// of `choices`.
enum class ParameterType
{
    TIME,
    RATE,
    BYTES,
    INTEGER,
    NUMBER,
    BOOLEAN,
    CHOICE,
};

/// The word for a type in `echelon list` and in the reference pages: "time", "rate", …
std::string_view ToText(ParameterType type);

/// One declared parameter.
struct ParameterSpec
{
    std::string name;
    ParameterType type;
    std::string defaultValue; ///< as it would be written in a scenario, without quotes
    std::string help;         ///< one line, with the unit where the type does not say it
    std::vector<std::string> choices{};
};

/// A value that does not fit its parameter, or a parameter that does not exist.
class ParameterError : public std::invalid_argument
{
  public:
    ParameterError(std::string parameter, const std::string& what, std::string hint)
        : std::invalid_argument(what),
          m_parameter(std::move(parameter)),
          m_hint(std::move(hint))
    {
    }

    const std::string& Parameter() const
    {
        return m_parameter;
    }

    const std::string& Hint() const
    {
        return m_hint;
    }

  private:
    std::string m_parameter;
    std::string m_hint;
};

/// Values for a list of declared parameters; starts from the defaults.
class ParameterSet
{
  public:
    explicit ParameterSet(std::vector<ParameterSpec> specs = {});

    /// Checks the value against its declaration at once.
    void Set(const std::string& name, const std::string& value);

    Time GetTime(const std::string& name) const;
    BitRate GetRate(const std::string& name) const;
    Bytes GetBytes(const std::string& name) const;
    std::int64_t GetInteger(const std::string& name) const;
    double GetNumber(const std::string& name) const;
    bool GetBoolean(const std::string& name) const;
    const std::string& GetText(const std::string& name) const;

    const std::vector<ParameterSpec>& Specs() const
    {
        return m_specs;
    }

  private:
    const ParameterSpec& SpecOf(const std::string& name) const;

    std::vector<ParameterSpec> m_specs;
    std::map<std::string, std::string> m_values;
};

/// The candidate closest to `word` by edit distance if close enough to be a misspelling, else "".
std::string ClosestMatch(std::string_view word, const std::vector<std::string>& candidates);

/// Names of the entries of a registry: schedulers, workloads, orders, …
template <class Entry>
std::vector<std::string>
NamesOf(const std::vector<Entry>& entries)
{
    std::vector<std::string> names;
    for (const Entry& entry : entries)
    {
        names.push_back(entry.name);
    }
    return names;
}

/// There is no such name. The hint has the closest one, or all.
[[noreturn]] void FailUnknown(const std::string& name,
                              const std::vector<std::string>& names,
                              const std::string& parameter,
                              const std::string& kind);

/// The entry of this name: EntryOf(OrderEntries(), "aurora", "order", "order").
/// @param parameter that holds the name. @param kind what the entries are, for the message.
/// @throws ParameterError (parameter) when there is none: did you mean …? O(entries).
template <class Entry>
const Entry&
EntryOf(const std::vector<Entry>& entries,
        const std::string& name,
        const std::string& parameter,
        const std::string& kind)
{
    for (const Entry& entry : entries)
    {
        if (entry.name == name)
        {
            return entry;
        }
    }
    FailUnknown(name, NamesOf(entries), parameter, kind);
}

} // namespace echelon
