// SPDX-License-Identifier: GPL-2.0-only
#include "results/summary-figures.h"

#include "input/input-error.h"
#include "scenario/scenario-loader.h"

#include <gtest/gtest.h>

namespace echelon
{

namespace
{

/// "problem (hint)" at the pointer of the one expectation, or "" when it is accepted.
std::string
Refusal(const std::string& pointer, ScenarioOverrides overrides = {})
{
    // Job "a" three times by arrivals, job "b" of two iterations.
    const std::string text = R"({"schema": "echelon/scenario/1", "name": "s",
        "topology": {"kind": "big-switch", "hosts": 8, "host_link": {"rate": "8Gbps"}},
        "jobs": [{"name": "a", "arrivals": {"process": "trace", "times": ["0s", "1s", "2s"]},
                  "workload": {"kind": "collective", "ranks": 2, "bytes": "1MB"}},
                 {"name": "b", "iterations": 2,
                  "workload": {"kind": "collective", "ranks": 2, "bytes": "1MB"}}],
        "schedulers": ["fair", "portfolio", {"name": "echelon", "label": "late"}],
        "expect": {")" + pointer +
                             R"(": {"min": 0}}})";
    try
    {
        RequireFigures(LoadScenario("s.json", MemoryFiles({{"s.json", text}}), overrides));
    }
    catch (const InputError& error)
    {
        EXPECT_EQ(error.File(), "s.json");
        EXPECT_EQ(error.Pointer(), "/expect/" + EscapePointerToken(pointer));
        return error.Problem() + " (" + error.Hint() + ")";
    }
    return "";
}

} // namespace

TEST(SummaryFigures, FiguresThatTheSummaryWillHoldAreAccepted)
{
    // Jobs by name: a-0, a-1, a-2, b. The scheduler portfolio has five members, and one more for
    // each of the four jobs.
    for (const char* pointer : {"/runs/fair/makespan_s",
                                "/runs/2/seed",
                                "/runs/late/jobs/a-2/slowdown",
                                "/runs/late/jobs/3/critical_path/waiting_s",
                                "/runs/fair/jobs/b/iteration_times_s/1",
                                "/runs/portfolio/links/utilisation_max",
                                "/engine/fair/control/decisions",
                                "/engine/portfolio/portfolio/costs/8/objective_s"})
    {
        EXPECT_EQ(Refusal(pointer), "") << pointer;
    }
}

TEST(SummaryFigures, OthersAreRefusedWithARemedy)
{
    EXPECT_EQ(Refusal("/runs/fair/makespan"),
              R"("/runs/fair" has no "makespan" (did you mean "makespan_s"?))");
    EXPECT_EQ(Refusal("/runs/fari/makespan_s"),
              R"(there is no scheduler "fari" (did you mean "fair"?))");
    // The label counts, not the scheduler's name.
    EXPECT_EQ(Refusal("/runs/echelon/makespan_s"),
              R"(there is no scheduler "echelon" (known: "fair", "portfolio", "late"))");
    EXPECT_EQ(Refusal("/runs/3/makespan_s"), "there is no scheduler 3 (from 0 to 2 is possible)");
    EXPECT_EQ(Refusal("/runs/fair/jobs/a-3/slowdown"),
              R"(there is no job "a-3" (did you mean "a-0"?))");
    EXPECT_EQ(Refusal("/runs/fair/jobs/4/slowdown"), "there is no job 4 (from 0 to 3 is possible)");
    EXPECT_EQ(Refusal("/runs/fair/jobs/a-0/iteration_times_s/1"),
              "there is no iteration 1 (0 is the only one)");
    EXPECT_EQ(Refusal("/runs/fair/jobs/b/iteration_times_s/last"),
              R"(there is no iteration "last" (from 0 to 1 is possible))");
    EXPECT_EQ(
        Refusal("/runs/fair/jobs/b/iteration_times_s"),
        R"("/runs/fair/jobs/b/iteration_times_s" is no number (go on to an entry of the list))");
    EXPECT_EQ(Refusal("/runs/fair/jobs/b/critical_path"),
              R"("/runs/fair/jobs/b/critical_path" is no single figure (go on to one of: )"
              R"("compute_s", "transmission_s", "waiting_s", "delay_s"))");
    EXPECT_EQ(Refusal("/runs/fair/fabric"),
              R"("/runs/fair/fabric" is no number (only numbers can be expected))");
    EXPECT_EQ(Refusal("/engine/fair/rate_log_full"),
              R"("/engine/fair/rate_log_full" is no number (only numbers can be expected))");
    EXPECT_EQ(Refusal("/runs/fair/makespan_s/0"),
              R"("/runs/fair/makespan_s" has nothing inside it (leave out "0"))");
    EXPECT_EQ(Refusal("/engine/portfolio/portfolio/costs/9/objective_s"),
              "there is no cost 9 (from 0 to 8 is possible)");
    EXPECT_EQ(Refusal("/run/fair/makespan_s"),
              R"("/run/fair/makespan_s" is no figure of the summary (did you mean "runs"?))");
    EXPECT_EQ(Refusal("/runs"),
              R"("/runs" is no figure of the summary: it does not lead into an entry )"
              R"((for example "/runs/0/makespan_s"))");
}

TEST(SummaryFigures, AreThoseOfTheScenarioAsChanged)
{
    const std::string pointer = "/runs/srpt/makespan_s";
    EXPECT_NE(Refusal(pointer), "");
    // Not checked when the command line changes the scenario …
    EXPECT_EQ(Refusal(pointer, {{}, {"fair"}, {}, {}}), "");
    EXPECT_EQ(Refusal("/runs/fair/jobs/a-7/slowdown", {{}, {}, {}, 2}), "");
    // … unless it changes them too.
    const std::string bound = "/expect/~1runs~1srpt~1makespan_s/min=1";
    EXPECT_EQ(Refusal(pointer, {{bound}, {"srpt"}, {}, {}}), "");
    EXPECT_NE(Refusal(pointer, {{bound}, {"fair"}, {}, {}}), "");
}

} // namespace echelon
