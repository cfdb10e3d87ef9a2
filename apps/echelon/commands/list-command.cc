// SPDX-License-Identifier: GPL-2.0-only
#include "commands/list-command.h"

#include "alltoall/order-registry.h"
#include "experts/traffic-generator.h"
#include "input/field-table.h"
#include "scenario/fabric-registry.h"
#include "sched/scheduler-registry.h"
#include "support/exit-codes.h"
#include "workload/placement.h"
#include "workload/workload-registry.h"

#include <algorithm>
#include <functional>
#include <iostream>

namespace echelon
{

namespace
{

/// Entries of every registry alike.
struct Entry
{
    std::string name;
    std::string help;
    std::vector<Field> parameters{};
};

template <class Registered>
std::vector<Entry>
EntriesWithParameters(const std::vector<Registered>& registry)
{
    std::vector<Entry> entries;
    for (const Registered& entry : registry)
    {
        entries.push_back(
            {entry.name, entry.help, {entry.parameters.begin(), entry.parameters.end()}});
    }
    return entries;
}

template <class Registered>
std::vector<Entry>
EntriesWithout(const std::vector<Registered>& registry)
{
    std::vector<Entry> entries;
    for (const Registered& entry : registry)
    {
        entries.push_back({entry.name, entry.help});
    }
    return entries;
}

std::vector<Entry>
Objects()
{
    std::vector<Entry> entries;
    for (const FieldTable* table : FieldTable::All())
    {
        entries.push_back({table->Name(), table->Help(), table->List()});
    }
    return entries;
}

/// In the order of the help of `echelon list`.
const std::vector<std::pair<std::string, std::function<std::vector<Entry>()>>>&
Lists()
{
    static const std::vector<std::pair<std::string, std::function<std::vector<Entry>()>>> lists{
        {"schedulers", [] { return EntriesWithParameters(SchedulerEntries()); }},
        {"fabrics", [] { return EntriesWithParameters(FabricEntries()); }},
        {"workloads", [] { return EntriesWithParameters(WorkloadEntries()); }},
        {"placements", [] { return EntriesWithout(PlacementEntries()); }},
        {"orders", [] { return EntriesWithout(OrderEntries()); }},
        {"traffic", [] { return EntriesWithParameters(TrafficEntries()); }},
        {"fields", Objects}};
    return lists;
}

std::vector<Entry>
EntriesOf(const std::string& what)
{
    const auto isIt = [&what](const auto& list) { return list.first == what; };
    return std::find_if(Lists().begin(), Lists().end(), isIt)->second();
}

/// "integer, 1 to 65536; required"
std::string
Described(const Field& field)
{
    std::string text = field.kind.type;
    for (std::size_t i = 0; i < field.kind.choices.size(); ++i)
    {
        text += (i == 0 ? ": " : " | ") + field.kind.choices[i];
    }
    text += field.kind.of.empty() ? "" : " of " + field.kind.of;
    const std::string range = RangeText(field);
    text += range.empty() ? "" : ", " + range;
    const Json& otherwise = field.byDefault;
    return text + (field.required ? "; required"
                   : otherwise.is_null()
                       ? ""
                       : "; default " + (otherwise.is_string() ? otherwise.get<std::string>()
                                                               : otherwise.dump()));
}

void
Print(const Entry& entry)
{
    std::cout << entry.name << '\n' << "    " << entry.help << '\n';
    for (const Field& field : entry.parameters)
    {
        std::cout << "      " << field.name << " (" << Described(field) << ")\n          "
                  << field.help << '\n';
    }
}

} // namespace

std::vector<std::string>
Listings()
{
    std::vector<std::string> names;
    for (const auto& [name, entries] : Lists())
    {
        names.push_back(name);
    }
    return names;
}

int
ListCommand(const std::string& what, bool json)
{
    if (!json)
    {
        for (const Entry& entry : EntriesOf(what))
        {
            Print(entry);
        }
        return EXIT_DONE;
    }
    nlohmann::ordered_json document{{"schema", "echelon/list/1"},
                                    {"what", what},
                                    {"entries", nlohmann::ordered_json::array()}};
    for (const Entry& entry : EntriesOf(what))
    {
        auto parameters = nlohmann::ordered_json::array();
        for (const Field& field : entry.parameters)
        {
            parameters.push_back(FieldToJson(field));
        }
        document["entries"].push_back(
            {{"name", entry.name}, {"help", entry.help}, {"parameters", std::move(parameters)}});
    }
    std::cout << document.dump(2) << '\n';
    return EXIT_DONE;
}

} // namespace echelon
