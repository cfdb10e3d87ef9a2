// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/scheduler-loader.h"

#include "input/field-table.h"
#include "scenario/control-loader.h"
#include "sched/scheduler-registry.h"

#include <algorithm>
#include <map>

namespace echelon
{

/// The label of an entry of "schedulers" as written, "" when it has none.
static std::string
LabelOf(const Json& entry)
{
    if (entry.is_string())
    {
        return entry.get<std::string>();
    }
    for (const char* key : {"label", "name"})
    {
        if (entry.is_object() && entry.contains(key) && entry[key].is_string())
        {
            return entry[key].get<std::string>();
        }
    }
    return "";
}

/// Names that schedulers had in the last release, and those that they have now.
const std::map<std::string, std::string> RENAMED{{"slack", "least-slack"},
                                                 {"rollout", "portfolio"}};

/// The name of a scheduler. If it was renamed, this is the name that it has now.
static std::string
NameOf(const JsonNode& node, const std::vector<std::string>& known)
{
    return RENAMED.count(node.Text()) > 0 ? CurrentName(node, RENAMED) : node.Choice(known);
}

static void
RequireItsOwnRates(const JsonNode& node, const SchedulerChoice& choice)
{
    if (choice.control.fairShare > 0 && SchedulerEntryOf(choice.name).foresees)
    {
        node.Fail(choice.name + " foresees its next decision from its own rates only",
                  "leave \"fair_share\" out here, or take another scheduler");
    }
}

static SchedulerChoice
NamedChoice(const JsonNode& node,
            const ControlPlane& control,
            const std::vector<std::string>& known)
{
    const std::string name = NameOf(node, known);
    SchedulerChoice choice{node.Text(),
                           name,
                           ParameterSet(SchedulerEntryOf(name).parameters),
                           control};
    RequireItsOwnRates(node, choice);
    return choice;
}

static SchedulerChoice
DescribedChoice(const JsonNode& object,
                const ControlPlane& control,
                const std::vector<std::string>& known)
{
    SchedulerChoice choice;
    const JsonNode name = object.At("name");
    const auto label = object.Find("label");
    choice.label = label ? label->Name(40) : name.Text();
    choice.name = NameOf(name, known);
    const SchedulerEntry& entry = SchedulerEntryOf(choice.name);
    std::vector<std::string> otherKeys = ControlKeysOfSchedulers();
    otherKeys.insert(otherKeys.end(), {"name", "label"});
    choice.parameters = LoadParameters(object,
                                       entry.parameters,
                                       otherKeys,
                                       ParametersElsewhere(SchedulerEntries()));
    try
    {
        entry.make(choice.parameters);
    }
    catch (const ParameterError& error)
    {
        object.FailParameter(error);
    }
    choice.control = control;
    ReadControlOfScheduler(object, choice.control);
    RequireItsOwnRates(object.Find("fair_share").value_or(object), choice);
    return choice;
}

std::vector<SchedulerChoice>
LoadSchedulers(const JsonNode& node, const ControlPlane& control)
{
    const std::vector<std::string> known = NamesOf(SchedulerEntries());
    std::vector<SchedulerChoice> choices;
    for (const JsonNode& item : node.Items(MAX_SCHEDULERS))
    {
        SchedulerChoice choice = item.IsText() ? NamedChoice(item, control, known)
                                               : DescribedChoice(item.Object(), control, known);
        const bool twice = std::any_of(choices.begin(), choices.end(), [&](const auto& other) {
            return other.label == choice.label;
        });
        if (twice)
        {
            item.Fail("there are two schedulers \"" + choice.label + "\"",
                      R"(tell them apart: {"name": …, "label": …})");
        }
        choices.push_back(std::move(choice));
    }
    if (choices.empty())
    {
        node.Fail("there are no schedulers", "name at least one: " + Quoted(known));
    }
    return choices;
}

Json
SelectSchedulers(const Json& schedulers, const std::vector<std::string>& wanted)
{
    Json selected = Json::array();
    for (const std::string& label : wanted)
    {
        const auto it = std::find_if(schedulers.begin(), schedulers.end(), [&](const Json& entry) {
            return LabelOf(entry) == label;
        });
        selected.push_back(it != schedulers.end() ? *it : Json(label));
    }
    return selected;
}

} // namespace echelon
