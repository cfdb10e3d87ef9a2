// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/scheduler-loader.h"

#include "input/parameter-loader.h"
#include "sched/scheduler-registry.h"

#include <algorithm>
#include <map>

namespace echelon
{

namespace
{

const char* const CONTROL_DELAY = "control_delay";
const char* const FAIR_SHARE = "fair_share";

/// Longer ones would add up to more than the clock can hold.
const Time LONGEST_DELAY = Time::FromSeconds(1);

/// The label of an entry of "schedulers" as written, "" when it has none.
std::string
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
std::string
NameOf(const JsonNode& node,
       const std::vector<std::string>& known,
       std::vector<std::string>& warnings)
{
    const auto renamed = RENAMED.find(node.Text());
    if (renamed == RENAMED.end())
    {
        return node.Choice(known);
    }
    warnings.push_back(node.Pointer() + ": \"" + renamed->first + "\" is called \"" +
                       renamed->second + "\" now (the next release will not know the old name)");
    return renamed->second;
}

} // namespace

std::vector<SchedulerChoice>
LoadSchedulers(const JsonNode& node, std::vector<std::string>& warnings)
{
    std::vector<std::string> known;
    for (const SchedulerEntry& entry : SchedulerEntries())
    {
        known.push_back(entry.name);
    }
    std::vector<SchedulerChoice> choices;
    for (const JsonNode& item : node.Items(MAX_SCHEDULERS))
    {
        SchedulerChoice choice;
        if (item.IsText())
        {
            choice.label = item.Text();
            choice.name = NameOf(item, known, warnings);
            choice.parameters = ParameterSet(SchedulerEntryOf(choice.name).parameters);
        }
        else
        {
            const JsonNode object = item.Object();
            const JsonNode name = object.At("name");
            const auto label = object.Find("label");
            choice.label = label ? label->Name(40) : name.Text();
            choice.name = NameOf(name, known, warnings);
            const SchedulerEntry& entry = SchedulerEntryOf(choice.name);
            choice.parameters = LoadParameters(object,
                                               entry.parameters,
                                               {"name", "label"},
                                               ParametersElsewhere(SchedulerEntries()));
            try
            {
                entry.make(choice.parameters);
            }
            catch (const ParameterError& error)
            {
                object.FailParameter(error);
            }
        }
        choice.controlDelay = choice.parameters.GetTime(CONTROL_DELAY);
        if (choice.controlDelay > LONGEST_DELAY)
        {
            item.Object().FailAt(CONTROL_DELAY,
                                 "longer than 1 s",
                                 "control planes work in micro- to milliseconds");
        }
        const double fairShare = choice.parameters.GetNumber(FAIR_SHARE);
        if (fairShare < 0 || fairShare >= 1)
        {
            item.Object().FailAt(FAIR_SHARE,
                                 "the part of a link is not at least 0 and below 1",
                                 "0.1 leaves nine tenths to the scheduler");
        }
        if (fairShare > 0 && SchedulerEntryOf(choice.name).foresees)
        {
            item.Object().FailAt(FAIR_SHARE,
                                 choice.name +
                                     " foresees its next decision from its own rates only",
                                 "leave it out here, or take another scheduler");
        }
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
