// SPDX-License-Identifier: GPL-2.0-only
#include "commands/run-command.h"

#include "commands/comparison-table.h"
#include "commands/progress-line.h"
#include "commands/runnable-scenario.h"
#include "emulation/run-failure.h"
#include "input/text-buffer.h"
#include "results/result-folder.h"
#include "results/result-writer.h"
#include "scenario/expectation.h"
#include "support/exit-codes.h"
#include "support/printable.h"
#include "support/process-pool.h"
#include "support/signals.h"

#include <exception>
#include <iostream>
#include <memory>

namespace echelon
{

/// The work of one process: run, write, or say why not.
static TaskEnd
RunInChild(const Scenario& scenario,
           const std::string& folder,
           std::size_t index,
           const std::shared_ptr<const IdealRuns>& idealRuns,
           const RunOptions& options,
           const ProgressCallback& progress)
{
    try
    {
        const RunOutcome outcome =
            RunOne(scenario, scenario.schedulers[index], idealRuns, progress, options.files);
        WritePart(folder, index, scenario, outcome, options.files, options.timeline);
        return {};
    }
    catch (const std::bad_alloc&)
    {
        return {EXIT_INTERNAL, "out of memory"};
    }
    catch (const OutputError& error)
    {
        return {EXIT_BAD_USAGE, error.what()};
    }
    catch (const RunFailure& error)
    {
        return {EXIT_BAD_INPUT, error.what()};
    }
    catch (const TimeOverflow& error)
    {
        return {EXIT_BAD_INPUT, error.what()};
    }
    catch (const std::exception& error)
    {
        return {EXIT_INTERNAL, error.what()};
    }
}

static std::vector<std::string>
LabelsOf(const Scenario& scenario)
{
    std::vector<std::string> labels;
    for (const SchedulerChoice& choice : scenario.schedulers)
    {
        labels.push_back(choice.label);
    }
    return labels;
}

/// Runs all schedulers; prints rows as they come.
static std::vector<Part>
RunAll(const Scenario& scenario, const RunOptions& options, const std::string& folder)
{
    const bool showsTable = !options.json && !options.quiet;
    ComparisonTable table(std::cout, scenario);
    ProgressLine line(LabelsOf(scenario), !options.quiet);
    if (showsTable)
    {
        table.Head();
    }
    std::vector<Part> parts;
    // The processes share what does not depend on the scheduler.
    const auto idealRuns = std::make_shared<const IdealRuns>(scenario.jobs, scenario.topology);
    const auto task = [&](std::size_t i, const auto& progress) {
        return RunInChild(scenario, folder, i, idealRuns, options, progress);
    };
    ProcessPool pool(scenario.schedulers.size(), options.jobs, task);
    pool.Run({[&](std::size_t i) {
                  parts.push_back(ReadPart(folder, i));
                  if (showsTable)
                  {
                      line.Clear();
                      table.Row(parts.back().run, parts.back().engine);
                  }
              },
              [&](const std::vector<double>& done) { line.Show(done); }});
    line.Clear();
    if (showsTable)
    {
        table.Best();
    }
    return parts;
}

/// Says whose waits could not all be worked out.
static void
ReportFullLogs(const std::vector<Part>& parts)
{
    for (const std::string& scheduler : SchedulersWithFullLog(parts))
    {
        std::cerr << "echelon: scheduler " << Printable(scheduler)
                  << ": the rate log overflowed; waits after that point are not attributed (in "
                     "waits.csv: unattributed)\n";
    }
}

/// @returns the exit code.
static int
ReportExpectations(const Scenario& scenario, const OrderedJson& summary, bool quiet)
{
    if (scenario.expectations.empty())
    {
        return EXIT_DONE;
    }
    if (!scenario.checkExpectations)
    {
        if (!quiet)
        {
            std::cerr << "expect: not checked, the command line changed the scenario\n";
        }
        return EXIT_DONE;
    }
    const std::vector<std::string> failures = CheckExpectations(scenario.expectations, summary);
    for (const std::string& failure : failures)
    {
        std::cerr << Printable(scenario.file) << ": expect: " << Printable(failure) << '\n';
    }
    return failures.empty() ? EXIT_DONE : EXIT_EXPECTATION_FAILED;
}

int
RunCommand(const RunOptions& options)
{
    if (!options.timeline.ShowsAll() && !WritesTimeline(options.files))
    {
        throw UsageError("--timeline-window, --timeline-top: --files leaves timeline.json out");
    }
    const Scenario scenario = LoadRunnable(options.file, options.overrides, options.files);
    if (!options.quiet)
    {
        PrintWarnings(scenario);
    }
    std::cout.flush(); // what stands in the buffer would be printed by the forked processes too
    InterruptGuard guard;
    ResultFolder folder(options.out, scenario.name, RunHash(scenario));
    std::vector<Part> parts;
    try
    {
        parts = RunAll(scenario, options, folder.Path());
    }
    catch (const TaskFailed& failure)
    {
        const bool isInput = failure.Code() == EXIT_BAD_INPUT;
        std::cerr << (isInput ? Printable(options.file) : "echelon") << ": scheduler "
                  << Printable(scenario.schedulers[failure.Index()].label) << ": "
                  << Printable(failure.what()) << '\n';
        return failure.Code();
    }
    catch (const RunFailure& failure)
    {
        std::cerr << Printable(options.file) << ": " << Printable(failure.what()) << '\n';
        return EXIT_BAD_INPUT;
    }
    catch (const Interrupted&)
    {
        std::cerr << "echelon: interrupted, no results\n";
        return EXIT_INTERRUPTED;
    }
    const OrderedJson summary = MakeSummary(scenario, parts);
    JoinParts(folder.Path(),
              scenario,
              summary,
              MakeManifest(scenario, options.command),
              options.files,
              options.timeline);
    if (guard.Wait(0))
    {
        std::cerr << "echelon: interrupted, no results\n";
        return EXIT_INTERRUPTED;
    }
    folder.Publish();
    if (!options.quiet)
    {
        ReportFullLogs(parts);
    }
    if (options.json)
    {
        std::cout << summary.dump(2) << '\n';
    }
    else if (!options.quiet)
    {
        std::cout << "results: " << folder.FinalPath() << '\n';
    }
    return ReportExpectations(scenario, summary, options.quiet);
}

} // namespace echelon
