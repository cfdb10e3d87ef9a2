// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/scenario-loader.h"

#include "input/input-error.h"
#include "scenario/expectation.h"

#include <gtest/gtest.h>

namespace echelon
{

namespace
{

std::string
WithFlows(const std::string& flows)
{
    return R"({"schema": "echelon/scenario/1", "name": "s",
        "topology": {"kind": "big-switch", "hosts": 4, "host_link": {"rate": "8Gbps"}},
        "jobs": [{"name": "b", "workload": {"kind": "flows", "flows": [)" +
           flows + R"(]}},
                 {"name": "a", "arrival": "1s", "workload": {"kind": "tasks", "tasks": [
            {"id": "t10", "kind": "delay", "duration": "1s", "after": ["t9"]},
            {"id": "t9", "kind": "compute", "device": 3, "duration": "2s"}]}}],
        "schedulers": ["fair", {"name": "echelon", "control_delay": "50us"}]})";
}

Scenario
Load(const std::string& text, const ScenarioOverrides& overrides = {})
{
    return LoadScenario("s.json", MemoryFiles({{"s.json", text}}), overrides);
}

const char* const TWO_FLOWS = R"({"source": 0, "destination": 1, "bytes": "1MB", "release": "2s"},
                                 {"source": 2, "destination": 1, "bytes": 5, "release": "1s"})";

} // namespace

TEST(ScenarioLoader, JobsByNameTasksByIdFlowsByRelease)
{
    const Scenario scenario = Load(WithFlows(TWO_FLOWS));
    ASSERT_EQ(scenario.jobs.size(), 2U);
    EXPECT_EQ(scenario.jobs[0].name, "a");
    EXPECT_EQ(scenario.jobs[0].arrival, Time::FromSeconds(1));
    // t9 before t10: digits compare as numbers.
    EXPECT_EQ(scenario.jobs[0].graph.Tasks()[0].kind, TaskKind::COMPUTE);
    EXPECT_EQ(scenario.jobs[0].graph.Tasks()[0].device, DeviceId(3));
    // The flow released first is the first task of the other job, then its release.
    const auto& tasks = scenario.jobs[1].graph.Tasks();
    ASSERT_EQ(tasks.size(), 4U);
    EXPECT_EQ(tasks[0].flow.bytes, 5);
    EXPECT_EQ(tasks[1].duration, Time::FromSeconds(1));
    EXPECT_EQ(tasks[2].flow.bytes, 1000000);
}

TEST(ScenarioLoader, DefaultsAreSpeltOut)
{
    const Scenario scenario = Load(WithFlows(TWO_FLOWS));
    EXPECT_EQ(scenario.seed, 1U);
    EXPECT_EQ(scenario.fabric.kind, "fluid");
    EXPECT_EQ(scenario.resolved["fabric"]["header"], "0B");
    EXPECT_EQ(scenario.resolved["jobs"][0]["iterations"], 1);
    EXPECT_EQ(scenario.resolved["schedulers"][0]["control_delay"], "0s");
    EXPECT_EQ(scenario.schedulers[1].controlDelay, Time::FromSeconds(50e-6));
}

TEST(ScenarioLoader, DefaultsOfTopologyAndRoutingAreSpeltOut)
{
    const Scenario scenario = Load(WithFlows(TWO_FLOWS));
    EXPECT_EQ(scenario.resolved["routing"], "ecmp");
    EXPECT_EQ(scenario.resolved["topology"].dump(),
              R"({"gpus_per_host":1,"host_link":{"delay":"0s","rate":"8Gbps"},"hosts":4,)"
              R"("interfaces_per_host":1,"kind":"big-switch"})");
    // 4 hosts of 2 GPUs offer 4 × 8 Gb/s to 2 uplinks: 8 Gb/s each at 2:1.
    const Scenario tiers = Load(WithFlows(TWO_FLOWS),
                                {{R"(/topology={"kind": "leaf-spine", "leaves": 2, "spines": 2,
                                    "hosts_per_leaf": 4, "gpus_per_host": 2,
                                    "host_link": {"rate": "8Gbps", "delay": "1us"},
                                    "oversubscription": 2, "scale_up": {"rate": "1Tbps"}})"},
                                 {},
                                 {},
                                 {}});
    const Json& topology = tiers.resolved["topology"];
    EXPECT_EQ(topology["uplink"], Json({{"delay", "0s"}}));
    EXPECT_EQ(topology["scale_up"], Json({{"delay", "0s"}, {"rate", "1Tbps"}}));
    EXPECT_EQ(topology["host_link"]["delay"], "1us");
    // It describes the same fabric, and itself.
    const Scenario again = Load(tiers.resolved.dump());
    EXPECT_EQ(again.resolved, tiers.resolved);
    ASSERT_EQ(again.topology.Links().size(), tiers.topology.Links().size());
    for (std::size_t i = 0; i < again.topology.Links().size(); ++i)
    {
        const Link& link = again.topology.Links()[i];
        EXPECT_EQ(link.rate, tiers.topology.Links()[i].rate);
        EXPECT_EQ(link.delay, tiers.topology.Links()[i].delay);
        if (link.from.kind == NodeKind::LEAF && link.to.kind == NodeKind::SPINE)
        {
            EXPECT_DOUBLE_EQ(link.rate, 8e9);
        }
    }
}

TEST(ScenarioLoader, OverridesOfTheCommandLine)
{
    const Scenario scenario = Load(WithFlows(TWO_FLOWS), {{}, {"edf", "echelon"}, {}, 7});
    EXPECT_EQ(scenario.seed, 7U);
    ASSERT_EQ(scenario.schedulers.size(), 2U);
    EXPECT_EQ(scenario.schedulers[0].name, "edf");
    // Named in the file: keeps its parameters.
    EXPECT_EQ(scenario.schedulers[1].controlDelay, Time::FromSeconds(50e-6));
    EXPECT_FALSE(scenario.checkExpectations);
}

TEST(ScenarioLoader, PlacementMapsRanks)
{
    const std::string text = WithFlows(TWO_FLOWS);
    const Scenario scenario = Load(text, {{R"(/jobs/0/placement=[3, "0-1"])"}, {}, {}, {}});
    // Rank 2 sends to rank 1: device 1 to device 0.
    EXPECT_EQ(scenario.jobs[1].graph.Tasks()[0].flow.source, DeviceId(1));
    EXPECT_EQ(scenario.jobs[1].graph.Tasks()[0].flow.destination, DeviceId(0));
}

TEST(Expectations, IndexAndNameLeadToTheSameFigure)
{
    const auto summary =
        nlohmann::ordered_json::parse(R"({"runs": [{"scheduler": "fair", "makespan_s": 8.5}]})");
    Expectation byIndex{"/runs/0/makespan_s", 8.5, 1e-9, 0, {}, {}};
    Expectation byName{"/runs/fair/makespan_s", {}, 0, 0, 8.0, 9.0};
    EXPECT_TRUE(CheckExpectations({byIndex, byName}, summary).empty());
    byIndex.value = 8.6;
    byName.largest = 8.4;
    Expectation absent{"/runs/sebf/makespan_s", 1.0, 0, 0, {}, {}};
    EXPECT_EQ(CheckExpectations({byIndex, byName, absent}, summary).size(), 3U);
}

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
        Load(text, overrides);
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

TEST(ExpectationsAtLoad, FiguresThatTheSummaryWillHoldAreAccepted)
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

TEST(ExpectationsAtLoad, OthersAreRefusedWithARemedy)
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

TEST(ExpectationsAtLoad, AreThoseOfTheScenarioAsChanged)
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
