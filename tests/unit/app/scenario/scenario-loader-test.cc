// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/scenario-loader.h"

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
    EXPECT_EQ(scenario.resolved["control"]["control_delay"], "0s");
    EXPECT_FALSE(scenario.resolved["schedulers"][0].contains("control_delay"));
    EXPECT_EQ(scenario.resolved["schedulers"][1]["control_delay"], "50us");
    EXPECT_EQ(scenario.schedulers[0].control.controlDelay, Time());
    EXPECT_EQ(scenario.schedulers[1].control.controlDelay, Time::FromSeconds(50e-6));
}

TEST(ScenarioLoader, SchedulersSetTheirOwnControlDelayAndFairShare)
{
    const Scenario scenario = Load(WithFlows(TWO_FLOWS),
                                   {{R"(/control={"control_delay": "1ms", "fair_share": 0.25})",
                                     R"(/schedulers=["fair", {"name": "edf", "fair_share": 0}])"},
                                    {},
                                    {},
                                    {}});
    EXPECT_EQ(scenario.schedulers[0].control.controlDelay, Time::FromSeconds(1e-3));
    EXPECT_EQ(scenario.schedulers[0].control.fairShare, 0.25);
    EXPECT_EQ(scenario.schedulers[1].control.controlDelay, Time::FromSeconds(1e-3));
    EXPECT_EQ(scenario.schedulers[1].control.fairShare, 0);
    EXPECT_EQ(Load(scenario.resolved.dump()).resolved, scenario.resolved);
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
    EXPECT_EQ(scenario.schedulers[1].control.controlDelay, Time::FromSeconds(50e-6));
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

} // namespace echelon
