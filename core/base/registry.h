// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The entry of a name in a list of things that have one: schedulers, workloads, orders, …
 *
 *     const OrderEntry& entry = EntryOf(OrderEntries(), "aurora", "order", "order");
 *     EntryOf(OrderEntries(), "auror", "order", "order");     // throws: did you mean "aurora"?
 *
 * O(entries); an unknown name also edit distances to all.
 */
#pragma once

#include "base/parameters.h"

#include <string>
#include <vector>

namespace echelon
{

/**
 * @param entries with a `name`. @param parameter that holds the name. @param kind what the entries
 * are, for the message. @throws ParameterError (parameter) when there is none of this name; the
 * hint has the closest name, or all.
 */
template <class Entry>
const Entry&
EntryOf(const std::vector<Entry>& entries,
        const std::string& name,
        const std::string& parameter,
        const std::string& kind)
{
    std::vector<std::string> names;
    std::string known;
    for (const Entry& entry : entries)
    {
        if (entry.name == name)
        {
            return entry;
        }
        names.push_back(entry.name);
        known += (known.empty() ? "known: " : ", ") + entry.name;
    }
    const std::string closest = ClosestMatch(name, names);
    throw ParameterError(parameter,
                         "unknown " + kind + " \"" + name + "\"",
                         closest.empty() ? known : "did you mean \"" + closest + "\"?");
}

} // namespace echelon
