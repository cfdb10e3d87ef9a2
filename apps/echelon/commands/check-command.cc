// SPDX-License-Identifier: GPL-2.0-only
#include "commands/check-command.h"

#include "commands/runnable-scenario.h"
#include "input/input-error.h"
#include "input/json-parser.h"
#include "results/result-writer.h"
#include "scenario/scenario-loader.h"
#include "support/exit-codes.h"
#include "support/printable.h"
#include "support/table-text.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace echelon
{

/// A line for each model: jobs that arrive by a process may be many.
static void
PrintModels(const Scenario& scenario)
{
    constexpr std::size_t MOST_NAMES = 4;
    std::map<std::pair<std::string, std::int64_t>, std::vector<std::string>> jobsOf;
    for (const Job& job : scenario.jobs)
    {
        if (job.model)
        {
            jobsOf[{job.model->name, job.model->parameters}].push_back(job.name);
        }
    }
    for (const auto& [model, jobs] : jobsOf)
    {
        std::cout << "  " << Printable(model.first) << ", "
                  << CountText(static_cast<double>(model.second)) << " parameters: ";
        for (std::size_t j = 0; j < std::min(jobs.size(), MOST_NAMES); ++j)
        {
            std::cout << (j > 0 ? ", " : jobs.size() > 1 ? "jobs " : "job ") << Printable(jobs[j]);
        }
        if (jobs.size() > MOST_NAMES)
        {
            std::cout << " and " << jobs.size() - MOST_NAMES << " more";
        }
        std::cout << '\n';
    }
}

static int
CheckFiles(const CheckOptions& options)
{
    int code = EXIT_DONE;
    for (const std::string& file : options.files)
    {
        try
        {
            const Scenario scenario = LoadRunnable(file, options.overrides, ResultFiles::SUMMARY);
            PrintWarnings(scenario);
            std::size_t tasks = 0;
            for (const Job& job : scenario.jobs)
            {
                tasks += job.graph.Tasks().size();
            }
            std::cout << Printable(file) << ": ok, " << scenario.jobs.size()
                      << (scenario.jobs.size() == 1 ? " job, " : " jobs, ")
                      << scenario.topology.Devices() << " GPUs, " << tasks
                      << " tasks per iteration, " << scenario.schedulers.size()
                      << (scenario.schedulers.size() == 1 ? " scheduler" : " schedulers") << '\n';
            PrintModels(scenario);
            std::cout.flush();
        }
        catch (const InputError& error)
        {
            std::cerr << error.what() << std::endl;
            code = EXIT_BAD_INPUT;
        }
    }
    return code;
}

/// The assignments of one line.
static std::vector<std::string>
AssignmentsOf(const std::string& line)
{
    if (line.find_first_not_of(" \t\r") == std::string::npos)
    {
        return {};
    }
    const char* const hint = "write [\"/json/pointer=VALUE\", …] in each line";
    const Json document = ParseJson(line, "--overrides");
    if (!document.is_array())
    {
        throw InputError("--overrides", "", "the line is not a JSON array", hint);
    }
    std::vector<std::string> assignments;
    for (const Json& entry : document)
    {
        if (!entry.is_string())
        {
            throw InputError("--overrides",
                             fmt::format("/{}", assignments.size()),
                             "is not a text",
                             hint);
        }
        assignments.push_back(entry.get<std::string>());
    }
    return assignments;
}

static OrderedJson
CheckLine(const CheckOptions& options, const std::string& line)
{
    try
    {
        ScenarioOverrides overrides = options.overrides;
        for (std::string& assignment : AssignmentsOf(line))
        {
            overrides.assignments.push_back(std::move(assignment));
        }
        const Scenario scenario =
            LoadRunnable(options.files.front(), overrides, ResultFiles::SUMMARY);
        return {{"inputs", HashOfInputs(scenario)}, {"seed", scenario.seed}};
    }
    catch (const InputError& error)
    {
        return {{"error", error.what()}};
    }
}

static int
CheckLines(const CheckOptions& options, std::istream& lines)
{
    int code = EXIT_DONE;
    std::string line;
    for (std::size_t i = 0; std::getline(lines, line); ++i)
    {
        OrderedJson answer{{"line", i}};
        answer.update(CheckLine(options, line));
        code = answer.contains("error") ? EXIT_BAD_INPUT : code;
        std::cout << answer.dump() << '\n';
    }
    if (lines.bad())
    {
        throw InputError(*options.lines, "", "cannot be read", "--overrides names a file, or -");
    }
    return code;
}

int
CheckCommand(const CheckOptions& options)
{
    if (!options.lines)
    {
        return CheckFiles(options);
    }
    if (options.files.size() != 1)
    {
        throw UsageError("--overrides: takes exactly one scenario");
    }
    if (*options.lines == "-")
    {
        return CheckLines(options, std::cin);
    }
    std::ifstream file(*options.lines);
    if (!file)
    {
        throw InputError(*options.lines, "", "cannot be read", "--overrides names a file, or -");
    }
    return CheckLines(options, file);
}

} // namespace echelon
