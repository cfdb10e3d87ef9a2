// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/scenario-loader.h"

#include "input/field-table.h"
#include "input/input-error.h"
#include "jobs/job-loader.h"
#include "network/router-registry.h"
#include "scenario/control-loader.h"
#include "scenario/event-loader.h"
#include "scenario/expectation.h"
#include "scenario/fabric-registry.h"
#include "scenario/scheduler-loader.h"
#include "scenario/topology-loader.h"
#include "support/printable.h"
#include "support/sha256.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iostream>
#include <map>
#include <optional>
#include <utility>

namespace echelon
{

static std::vector<std::string>
RouterNames()
{
    std::vector<std::string> names;
    for (const RouterEntry& entry : RouterEntries())
    {
        names.push_back(entry.name);
    }
    return names;
}

const FieldTable SCENARIO{
    "scenario",
    "All that a run depends on.",
    {{"schema", OneOf({"echelon/scenario/1"}), "the format of the file", REQUIRED},
     {"name",
      NameUpTo(100),
      "letters, digits, `-`, `_`, `.`; names the folder of results",
      REQUIRED},
     {"description", A_TEXT, "for people"},
     {"seed",
      Whole(0, MAX_SEED),
      1,
      "of all random choices (random placement, expert loads, ECMP)"},
     {"topology", SPECIAL, "the fabric's hosts, switches and links", REQUIRED},
     {"routing",
      OneOf(RouterNames()),
      RouterNames().front(),
      "`ecmp`: one path per connection, chosen by hash; `spray`: every flow in equal parts over "
      "all "
      "shortest paths, on the fluid fabric"},
     {"fabric",
      SPECIAL,
      "how the network is modelled: `{\"kind\": \"fluid\"}` (also if left out) or `\"packet\"`, "
      "with "
      "the parameters of `echelon list fabrics`"},
     {"jobs", ListOf("job", 1, MAX_JOBS), "what runs on it", REQUIRED},
     {"schedulers",
      SPECIAL,
      "a run for each: names, or objects with `name`, the parameters of `echelon list schedulers`, "
      "and a `label` when one scheduler runs twice",
      REQUIRED},
     {"control", ObjectOf("control"), "delays, losses and outages between agents and coordinator"},
     {"events", ListOf("event", 0, MOST_EVENTS), "links whose rates change during the run"},
     {"expect", SPECIAL, "what figures of the summary should be"}}};

/// The name becomes a folder of the results.
static std::string
LoadName(const JsonNode& node)
{
    const std::string& name = node.Name(100);
    const std::string allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (name.front() == '.' || name.find_first_not_of(allowed) != std::string::npos)
    {
        node.Fail("\"" + name + "\" cannot name a folder of results",
                  "use letters, digits, \"-\", \"_\" and \".\", not \".\" first");
    }
    return name;
}

/// --scheduler, --fabric and --seed, as changes of the document.
static void
ApplyOptions(const JsonNode& root, const ScenarioOverrides& overrides)
{
    Json& scenario = root.Mutable();
    if (overrides.seed)
    {
        scenario["seed"] = *overrides.seed;
    }
    if (!overrides.schedulers.empty())
    {
        const auto it = scenario.find("schedulers");
        const Json given = it != scenario.end() && it->is_array() ? *it : Json::array();
        scenario["schedulers"] = SelectSchedulers(given, overrides.schedulers);
    }
    if (overrides.fabric)
    {
        const auto given = root.Find("fabric");
        Json fabric = given ? given->Object().Value() : Json::object();
        fabric["kind"] = *overrides.fabric;
        // Parameters that the other fabric does not have would be errors.
        if (const FabricEntry* entry = FabricEntryOf(*overrides.fabric))
        {
            for (const FabricEntry& other : FabricEntries())
            {
                for (const ParameterSpec& spec : other.parameters)
                {
                    const bool shared = std::any_of(
                        entry->parameters.begin(),
                        entry->parameters.end(),
                        [&](const ParameterSpec& own) { return own.name == spec.name; });
                    if (!shared)
                    {
                        fabric.erase(spec.name);
                    }
                }
            }
        }
        scenario["fabric"] = std::move(fabric);
    }
}

/// Changed scenarios keep their expectations only when the change names them.
static bool
ExpectationsHold(const ScenarioOverrides& overrides)
{
    const bool changed = !overrides.assignments.empty() || !overrides.schedulers.empty() ||
                         overrides.fabric || overrides.seed;
    return !changed ||
           std::any_of(overrides.assignments.begin(),
                       overrides.assignments.end(),
                       [](const std::string& assignment) {
                           return OverriddenPointer(assignment).rfind("/expect", 0) == 0;
                       });
}

static FabricChoice
LoadFabric(const JsonNode& root)
{
    FabricChoice choice{"fluid", ParameterSet(FabricEntries().front().parameters)};
    if (const auto given = root.Find("fabric"))
    {
        const JsonNode node = given->Object();
        choice.kind = node.At("kind").Choice(NamesOf(FabricEntries()));
        const FabricEntry& entry = *FabricEntryOf(choice.kind);
        choice.parameters =
            LoadParameters(node, entry.parameters, {"kind"}, ParametersElsewhere(FabricEntries()));
        try
        {
            entry.check(choice.parameters);
        }
        catch (const ParameterError& error)
        {
            node.FailParameter(error);
        }
    }
    return choice;
}

static std::string
LoadRouting(const Fields& fields, const FabricChoice& fabric)
{
    const auto routing = fields.Get<std::string>("routing");
    if (routing != RouterNames().front() && !FabricEntryOf(fabric.kind)->isFluid)
    {
        fields.FailAt("routing",
                      "the fabric \"" + fabric.kind + "\" splits no flows",
                      "use the fabric \"fluid\", or leave \"routing\" out");
    }
    return routing;
}

/// Events by time, then by the text that names the link: no two events of a scenario agree in both.
static void
SortEvents(Json& events)
{
    std::map<std::pair<Time, std::string>, Json> sorted;
    for (Json& event : events)
    {
        const std::pair place(ParseTime(event["at"].get<std::string>()),
                              event["link"].get<std::string>());
        sorted.emplace(place, std::move(event));
    }
    std::transform(sorted.begin(), sorted.end(), events.begin(), [](auto& entry) {
        return std::move(entry.second);
    });
}

/// The document with every default filled in, jobs by name and events by time. The loaders of
/// topology and jobs have filled in theirs.
static Json
Resolve(Json resolved, const Scenario& scenario)
{
    if (!scenario.checkExpectations)
    {
        resolved.erase("expect"); // they are of the scenario before it was changed
    }
    resolved["fabric"] = ParametersToJson(scenario.fabric.parameters);
    resolved["fabric"]["kind"] = scenario.fabric.kind;
    Json schedulers = Json::array();
    for (const SchedulerChoice& choice : scenario.schedulers)
    {
        Json entry = ParametersToJson(choice.parameters);
        entry["name"] = choice.name;
        entry["label"] = choice.label;
        const Json& given = resolved["schedulers"][schedulers.size()];
        for (const std::string& key : ControlKeysOfSchedulers())
        {
            if (given.is_object() && given.contains(key))
            {
                entry[key] = given[key];
            }
        }
        schedulers.push_back(std::move(entry));
    }
    resolved["schedulers"] = std::move(schedulers);
    Json& jobs = resolved["jobs"];
    std::stable_sort(jobs.begin(), jobs.end(), [](const Json& a, const Json& b) {
        return a["name"] < b["name"];
    });
    if (resolved.contains("events"))
    {
        SortEvents(resolved["events"]);
    }
    return resolved;
}

Scenario
LoadScenario(const std::string& file, const FileSource& source, const ScenarioOverrides& overrides)
{
    JsonDocument document(file, source);
    const JsonNode root = document.Root();
    if (!root.IsObject())
    {
        root.Fail("a scenario is a JSON object", "see docs/reference/scenario.md");
    }
    for (const std::string& assignment : overrides.assignments)
    {
        ApplyOverride(document, assignment);
    }
    ApplyOptions(root, overrides);
    const Fields fields(root, SCENARIO);
    fields.Get<std::string>("schema");
    const std::string name = LoadName(fields.At("name"));
    std::string description;
    fields.Read("description", description);
    const auto seed = fields.Get<std::uint64_t>("seed");
    FabricChoice fabric = LoadFabric(root);
    const std::string routing = LoadRouting(fields, fabric);
    std::vector<std::string> warnings;
    const ControlPlane control = LoadControl(root, seed);
    std::vector<SchedulerChoice> schedulers = LoadSchedulers(root.At("schedulers"), control);
    const auto expect = root.Find("expect");
    std::vector<Expectation> expectations =
        expect ? LoadExpectations(*expect) : std::vector<Expectation>();
    Topology topology = LoadTopology(root.At("topology").Object());
    std::vector<LinkEvent> events = LoadEvents(root.Find("events"), topology);
    if (!events.empty() && !FabricEntryOf(fabric.kind)->isFluid)
    {
        root.At("events").Fail("links of the fabric \"" + fabric.kind + "\" keep their rates",
                               "use the fabric \"fluid\", or leave the events out");
    }
    std::vector<Job> jobs =
        LoadJobs(root.At("jobs"), topology, seed, overrides.memory, warnings, routing);
    Scenario scenario{file,
                      name,
                      seed,
                      std::move(topology),
                      routing,
                      std::move(fabric),
                      std::move(jobs),
                      std::move(schedulers),
                      control,
                      std::move(events),
                      std::move(expectations),
                      ExpectationsHold(overrides),
                      {},
                      std::move(warnings)};
    fields.FillIn();
    scenario.warnings.insert(scenario.warnings.begin(),
                             document.Warnings().begin(),
                             document.Warnings().end());
    scenario.resolved = Resolve(document.Take(), scenario);
    for (std::string& warning : FabricWarnings(scenario.fabric, scenario.topology))
    {
        scenario.warnings.push_back(std::move(warning));
    }
    return scenario;
}

void
PrintWarnings(const Scenario& scenario)
{
    for (const std::string& warning : scenario.warnings)
    {
        std::cerr << "warning: " << warning << '\n';
    }
}

static Json
ValueOf(const std::string& text)
{
    try
    {
        return ParseJson(text, "--set");
    }
    catch (const InputError&)
    {
        return text;
    }
}

/// The entry of an array that a token names; its size for "-".
static std::size_t
IndexOf(const JsonNode& array, const std::string& token, const std::string& pointer)
{
    const std::size_t size = array.Value().size();
    if (token == "-")
    {
        return size;
    }
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    const bool isPadded = token.size() > 1 && token[0] == '0';
    if (error != std::errc() || end != token.data() + token.size() || index > size || isPadded)
    {
        throw InputError("--set",
                         pointer,
                         "the array at \"" + array.Pointer() + "\" has no entry \"" + token + "\"",
                         fmt::format("it has {}; \"-\" appends", size));
    }
    return index;
}

std::string
OverriddenPointer(const std::string& assignment)
{
    const std::size_t equals = assignment.find('=');
    if (!IsUtf8(assignment))
    {
        throw InputError("--set",
                         "",
                         "\"" + assignment + "\" is not UTF-8",
                         "the scenario is a JSON text, which is UTF-8");
    }
    if (equals == std::string::npos || assignment[0] != '/')
    {
        throw InputError("--set",
                         "",
                         "\"" + assignment + "\" is not /json/pointer=VALUE",
                         "for example --set /topology/spines=8");
    }
    return assignment.substr(0, equals);
}

void
ApplyOverride(JsonDocument& document, const std::string& assignment)
{
    const std::string pointer = OverriddenPointer(assignment);
    std::vector<std::string> tokens;
    try
    {
        tokens = SplitPointer(pointer);
    }
    catch (const std::invalid_argument& error)
    {
        throw InputError("--set", pointer, error.what(), "see RFC 6901");
    }
    if (tokens.size() >= MAX_JSON_DEPTH)
    {
        throw InputError("--set",
                         pointer,
                         "the pointer is too deep",
                         "no input of Echelon needs that");
    }
    JsonNode node = document.Root().Object();
    for (std::size_t i = 0; i < tokens.size(); ++i)
    {
        if (node.IsText())
        {
            node = node.Object(); // the pointer goes on inside the file that the text names
        }
        Json& value = node.Mutable();
        if (value.is_array())
        {
            const std::size_t index = IndexOf(node, tokens[i], pointer);
            if (index == value.size())
            {
                value.push_back(Json::object());
            }
            node = node.Item(index);
        }
        else if (value.is_object())
        {
            if (!value.contains(tokens[i]))
            {
                value[tokens[i]] = Json::object();
            }
            node = node.At(tokens[i]);
        }
        else
        {
            throw InputError("--set",
                             pointer,
                             "\"" + node.Pointer() + "\" is neither an object nor an array",
                             "nothing can be set inside it");
        }
    }
    node.Replace(ValueOf(assignment.substr(pointer.size() + 1)));
}

std::string
HashOfInputs(const Scenario& scenario)
{
    Json asked = scenario.resolved;
    for (const char* description : {"name", "description", "expect"})
    {
        asked.erase(description);
    }
    return Sha256(asked.dump());
}

} // namespace echelon
