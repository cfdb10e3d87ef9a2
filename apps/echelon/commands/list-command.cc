// SPDX-License-Identifier: GPL-2.0-only
#include "commands/list-command.h"

#include "alltoall/order-registry.h"
#include "experts/traffic-generator.h"
#include "input/parameter-loader.h"
#include "scenario/fabric-registry.h"
#include "sched/scheduler-registry.h"
#include "support/exit-codes.h"
#include "workload/placement.h"
#include "workload/workload-registry.h"

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
    std::vector<ParameterSpec> parameters{};
};

std::vector<Entry>
EntriesOf(const std::string& what)
{
    std::vector<Entry> entries;
    if (what == "schedulers")
    {
        for (const SchedulerEntry& entry : SchedulerEntries())
        {
            entries.push_back({entry.name, entry.help, entry.parameters});
        }
    }
    else if (what == "fabrics")
    {
        for (const FabricEntry& entry : FabricEntries())
        {
            entries.push_back({entry.name, entry.help, entry.parameters});
        }
    }
    else if (what == "workloads")
    {
        for (const WorkloadEntry& entry : WorkloadEntries())
        {
            entries.push_back({entry.name, entry.help, entry.parameters});
        }
    }
    else if (what == "orders")
    {
        for (const OrderEntry& entry : OrderEntries())
        {
            entries.push_back({entry.name, entry.help});
        }
    }
    else if (what == "traffic")
    {
        for (const TrafficEntry& entry : TrafficEntries())
        {
            entries.push_back({entry.name, entry.help, entry.parameters});
        }
    }
    else
    {
        for (const PlacementEntry& entry : PlacementEntries())
        {
            entries.push_back({entry.name, entry.help});
        }
    }
    return entries;
}

void
Print(const Entry& entry)
{
    std::cout << entry.name << '\n' << "    " << entry.help << '\n';
    for (const ParameterSpec& spec : entry.parameters)
    {
        std::string type(ToText(spec.type));
        for (std::size_t i = 0; i < spec.choices.size(); ++i)
        {
            type += (i == 0 ? ": " : " | ") + spec.choices[i];
        }
        std::cout << "      " << spec.name << " (" << type << "; default " << spec.defaultValue
                  << ")\n          " << spec.help << '\n';
    }
}

} // namespace

const std::vector<std::string>&
Listings()
{
    static const std::vector<std::string> listings{"schedulers",
                                                   "fabrics",
                                                   "workloads",
                                                   "placements",
                                                   "orders",
                                                   "traffic"};
    return listings;
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
        document["entries"].push_back({{"name", entry.name},
                                       {"help", entry.help},
                                       {"parameters", SpecsToJson(entry.parameters)}});
    }
    std::cout << document.dump(2) << '\n';
    return EXIT_DONE;
}

} // namespace echelon
