// SPDX-License-Identifier: GPL-2.0-only
#include "commands/command-line.h"

#include "commands/check-command.h"
#include "commands/convert-command.h"
#include "commands/list-command.h"
#include "commands/plan-command.h"
#include "commands/run-command.h"
#include "input/input-error.h"
#include "input/json-document.h"
#include "input/text-buffer.h"
#include "support/exit-codes.h"
#include "support/printable.h"
#include "support/signals.h"
#include "support/version.h"
#include "traffic/routing-trace.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iostream>

namespace echelon
{

/// Of --timeline-top; no timeline holds more.
constexpr std::int64_t MAX_TIMELINE_TOP = 300000;

/// Of --jobs; there are never more processes than schedulers.
constexpr std::int64_t MAX_PROCESSES = 1024;

/// What the command line names that the command does not have, with a suggestion; empty if there is
/// no such thing. CLI11 reads on behind an unknown word and complains about all that follows.
static std::string
UnknownWord(const CLI::App& command)
{
    const std::vector<std::string> unknown = command.remaining();
    if (unknown.empty())
    {
        const auto isUsed = [](const CLI::App* next) { return next->parsed(); };
        const std::vector<const CLI::App*> used = command.get_subcommands(isUsed);
        return used.empty() ? "" : UnknownWord(*used.front());
    }
    const std::string has = command.get_parent() ? command.get_name() + " has no " : "there is no ";
    std::vector<std::string> known;
    const auto option = std::find_if(unknown.begin(), unknown.end(), [](const std::string& word) {
        return word[0] == '-' && word != "--";
    });
    if (option != unknown.end())
    {
        const std::string name = option->substr(0, option->find('='));
        for (const CLI::Option* each : command.get_options())
        {
            for (const std::string& longName : each->get_lnames())
            {
                known.push_back("--" + longName);
            }
        }
        return has + "option \"" + name + "\" (" + SuggestionFor(name, known) + ")";
    }
    for (const CLI::App* next : command.get_subcommands([](const CLI::App*) { return true; }))
    {
        known.push_back(next->get_name());
    }
    const std::string& word = unknown.front();
    return known.empty() ? ""
                         : has + "command \"" + word + "\" (" + SuggestionFor(word, known) + ")";
}

/// CLI11's messages may take several lines; ours take one.
static int
ReportUsage(const CLI::App& app, const CLI::ParseError& error)
{
    if (error.get_exit_code() == 0) // --help, --version
    {
        return app.exit(error);
    }
    if (const std::string unknown = UnknownWord(app); !unknown.empty())
    {
        std::cerr << "echelon: " << Printable(unknown) << '\n';
        return EXIT_BAD_USAGE;
    }
    std::string message = error.what();
    message = message.substr(0, message.find('\n'));
    std::cerr << "echelon: " << Printable(message) << " (try --help)\n";
    return EXIT_BAD_USAGE;
}

/// Reports a text that is no window when the command line is read.
static CLI::Validator
IsTimelineWindow()
{
    const auto problem = [](const std::string& text) {
        try
        {
            ParseTimelineWindow(text);
        }
        catch (const UsageError& error)
        {
            return std::string(error.what());
        }
        return std::string();
    };
    return {problem, ""};
}

/// Of the text, before a conversion wraps or saturates it.
static CLI::Validator
IsWholeNumber(std::int64_t least, std::int64_t largest)
{
    const std::string range = fmt::format("{} to {}", least, largest);
    const auto problem = [=](const std::string& text) {
        std::int64_t number = -1;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        return error == std::errc() && stop == end && number >= least && number <= largest
                   ? std::string()
                   : "\"" + text + "\" is not a whole number from " + range;
    };
    return {problem, range};
}

/// An option that may be given several times, each time with one value.
static void
AddRepeatable(CLI::App& command,
              const std::string& name,
              std::vector<std::string>& values,
              const std::string& help)
{
    command.add_option(name, values, help)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// --set, --seed and --memory.
static void
AddOverrides(CLI::App& command, ScenarioOverrides& overrides)
{
    AddRepeatable(command,
                  "--set",
                  overrides.assignments,
                  "Change a value of the scenario: /json/pointer=VALUE (repeatable)");
    command.add_option("--seed", overrides.seed, "Seed of all random choices")
        ->check(IsWholeNumber(0, MAX_SEED));
    const auto problem = [](const std::string& text) {
        try
        {
            return ParseBytes(text) > 0 ? std::string() : "no memory is too little";
        }
        catch (const UnitError& error)
        {
            return std::string(error.what());
        }
    };
    command
        .add_option_function<std::string>(
            "--memory",
            [&overrides](const std::string& text) {
                overrides.memory = static_cast<double>(ParseBytes(text));
            },
            "Refuse scenarios of which a run would take more memory than this: 64GB, 64GiB")
        ->check(CLI::Validator(problem, "SIZE"))
        ->default_str(FormatBytes(DEFAULT_MEMORY));
}

static void
AddRun(CLI::App& app, RunOptions& options)
{
    CLI::App* run = app.add_subcommand("run", "Run a scenario under each of its schedulers");
    run->add_option("SCENARIO", options.file, "Scenario file")->required();
    AddOverrides(*run, options.overrides);
    AddRepeatable(*run,
                  "--scheduler",
                  options.overrides.schedulers,
                  "Run this scheduler instead of the scenario's (repeatable)");
    run->add_option("--fabric", options.overrides.fabric, "Run on this fabric");
    run->add_option("--jobs",
                    options.jobs,
                    "Processes at a time, one scheduler each (default: number of cores)")
        ->check(IsWholeNumber(1, MAX_PROCESSES));
    run->add_option_function<std::string>(
           "--files",
           [&options](const std::string& name) { options.files = ResultFilesOf(name); },
           "Result files: all, tables (all but timeline.json) or summary (summary.json, "
           "manifest.json and scenario.resolved.json only)")
        ->check(CLI::IsMember(ResultFilesNames()))
        ->default_str(ResultFilesNames().front());
    run->add_option_function<std::string>(
           "--timeline-window",
           [&options](const std::string& text) {
               options.timeline.window = ParseTimelineWindow(text);
           },
           "Only what overlaps this time in timeline.json: FROM:TO in seconds")
        ->check(IsTimelineWindow());
    run->add_option("--timeline-top",
                    options.timeline.top,
                    "Only this many EchelonFlows of each run in timeline.json, those of largest "
                    "tardiness, with their flows and what their GPUs compute meanwhile")
        ->check(IsWholeNumber(1, MAX_TIMELINE_TOP));
    run->add_option("--out", options.out, "Folder of the results")->capture_default_str();
    run->add_flag("--json", options.json, "Print the summary document instead of the table");
    run->add_flag("--quiet", options.quiet, "Print nothing but errors");
}

static CLI::App*
AddCheck(CLI::App& app, CheckOptions& options)
{
    CLI::App* check = app.add_subcommand("check", "Validate scenarios");
    check->add_option("FILE", options.files, "Scenario files")->required();
    AddOverrides(*check, options.overrides);
    check->add_option("--overrides",
                      options.lines,
                      "Check one scenario once for each line of this file (-: standard input), a "
                      "JSON array of \"/json/pointer=VALUE\"; answers with a line of JSON each");
    return check;
}

static CLI::App*
AddConvert(CLI::App& app, ConvertOptions& options)
{
    CLI::App* convert = app.add_subcommand("convert", "Turn a foreign trace into a workload");
    convert
        ->add_option("FORMAT",
                     options.format,
                     "coflow-benchmark: the text format of the public coflow trace, mappers and "
                     "reducers")
        ->required()
        ->check(CLI::IsMember({"coflow-benchmark"}));
    convert->add_option("INPUT", options.input, "Trace")->required();
    convert->add_option("-o,--output", options.output, "Workload file to write")->required();
    convert->add_option("--first", options.first, "Only this many coflows, in the file's order")
        ->check(CLI::Range(1, 1000000));
    convert->add_option("--megabyte", options.megabyte, "What the trace's MB mean")
        ->check(CLI::IsMember({"1MB", "1MiB"}))
        ->capture_default_str();
    return convert;
}

static void
AddRouting(CLI::App& plan, RoutingOptions& options)
{
    const char* const group = "Routing traces (a matrix takes none of these)";
    const auto count = [&](const char* name, auto& value, const char* help, std::uint32_t most) {
        plan.add_option(name, value, help)->check(CLI::Range(1U, most))->group(group);
    };
    count("--gpus", options.gpus, "GPUs of the all-to-all; also of --generate: 8", MAX_PLAN_GPUS);
    count("--experts", options.experts, "Experts of the layer", MAX_EXPERTS);
    count("--top-k", options.topK, "Experts per token", MAX_TOP_K);
    count("--hidden", options.hidden, "Elements of a token", MAX_HIDDEN);
    count("--element-bytes", options.elementBytes, "Bytes of an element: 2", MAX_ELEMENT_BYTES);
    plan.add_option("--token-placement",
                    options.tokenPlacement,
                    "GPU where a token starts: equal blocks of tokens (default), or in turn")
        ->check(CLI::IsMember(TokenPlacements()))
        ->group(group);
    plan.add_flag("--deduplicate",
                  options.deduplicate,
                  "Send a token to a host once, however many of its experts are there")
        ->group(group);
}

static CLI::App*
AddPlan(CLI::App& app, PlanOptions& options)
{
    CLI::App* plan =
        app.add_subcommand("plan", "Order the transmissions of a mixture-of-experts all-to-all");
    plan->add_option("TRAFFIC", options.traffic, "Matrix (CSV, JSON) or routing trace");
    plan->add_option("--generate", options.generate, "Generate the traffic: echelon list traffic");
    AddRepeatable(*plan,
                  "--parameter",
                  options.parameters,
                  "KEY=VALUE: a parameter of the generator (repeatable)");
    AddRepeatable(*plan,
                  "--order",
                  options.orders,
                  "Only this order (repeatable): echelon list orders. Default: all; aurora, sjf "
                  "and spread-out beyond 128 GPUs");
    plan->add_option("--bandwidth",
                     options.bandwidth,
                     "Rate of all ports, or a list with one for each GPU: 8x100Gbps,8x40Gbps "
                     "(default 100Gbps)");
    plan->add_option(
        "--topology",
        options.topology,
        "Topology file: rank r is its device r, and the plans run on the fluid fabric");
    plan->add_flag("--combine", options.combine, "Plan the way back: the transposed traffic");
    plan->add_option("--seed", options.seed, "Seed of random orders and generators")
        ->check(IsWholeNumber(0, MAX_SEED))
        ->capture_default_str();
    plan->add_option("--gap",
                     options.gap,
                     "Part of the bound by which orders by decomposition may exceed it, for fewer "
                     "stages")
        ->capture_default_str();
    plan->add_flag("--json", options.json, "Print the figures as JSON instead of the table");
    plan->add_option("--out", options.out, "Write the whole plans to this file (JSON)");
    AddRouting(*plan, options.routing);
    return plan;
}

int
RunCommandLine(int argc, char** argv)
{
    ExitOnInterrupt();
    CLI::App app("Compare network flow schedulers on distributed training jobs", "echelon");
    app.set_version_flag("--version", VersionText());
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 an expectation failed, 64 usage, 65 bad input, 70 internal "
               "error, 75 interrupted");

    RunOptions runOptions;
    runOptions.command.assign(argv, argv + argc);
    AddRun(app, runOptions);

    CheckOptions checkOptions;
    const CLI::App* check = AddCheck(app, checkOptions);

    std::string what;
    bool listJson = false;
    CLI::App* list =
        app.add_subcommand("list", "What scenarios and plans can name, with all parameters");
    list->add_option("WHAT",
                     what,
                     "schedulers, fabrics, workloads, placements, orders, traffic or fields")
        ->required()
        ->check(CLI::IsMember(Listings()));
    list->add_flag("--json", listJson, "Print JSON");

    ConvertOptions convertOptions;
    const CLI::App* convert = AddConvert(app, convertOptions);
    PlanOptions planOptions;
    const CLI::App* plan = AddPlan(app, planOptions);

    try
    {
        app.parse(argc, argv);
    }
    catch (const CLI::ParseError& error)
    {
        return ReportUsage(app, error);
    }
    try
    {
        const int code = check->parsed()     ? CheckCommand(checkOptions)
                         : list->parsed()    ? ListCommand(what, listJson)
                         : convert->parsed() ? ConvertCommand(convertOptions)
                         : plan->parsed()    ? PlanCommand(planOptions)
                                             : RunCommand(runOptions);
        // A sweep must not lose its summaries to a full disk unnoticed.
        if (code != EXIT_INTERRUPTED && !std::cout.flush())
        {
            throw OutputError("standard output cannot be written");
        }
        return code;
    }
    catch (const InputError& error)
    {
        std::cerr << error.what() << '\n';
        return EXIT_BAD_INPUT;
    }
    catch (const TimeOverflow& error)
    {
        std::cerr << "echelon: " << error.what() << '\n';
        return EXIT_BAD_INPUT;
    }
    catch (const UsageError& error)
    {
        std::cerr << "echelon: " << Printable(error.what()) << '\n';
        return EXIT_BAD_USAGE;
    }
    catch (const OutputError& error)
    {
        std::cerr << "echelon: " << Printable(error.what()) << '\n';
        return EXIT_BAD_USAGE;
    }
    catch (const std::exception& error)
    {
        std::cerr << "echelon: internal error: " << Printable(error.what()) << '\n';
        return EXIT_INTERNAL;
    }
}

} // namespace echelon
