// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Jobs that arrive by a process, and compute times that differ from the profile: from JSON to jobs.
 * Eight hosts of one GPU; the job is an all-reduce over two ranks.
 */
#include "input/input-error.h"
#include "scenario/scenario-loader.h"

#include <gtest/gtest.h>

namespace echelon
{

namespace
{

/// One job "train" with more keys, and perhaps further jobs.
Scenario
Load(const std::string& keys, const std::string& jobs = "")
{
    const std::string text =
        R"({"schema": "echelon/scenario/1", "name": "s", "seed": 7,
        "topology": {"kind": "big-switch", "hosts": 8, "host_link": {"rate": "8Gbps"}},
        "jobs": [{"name": "train", )" +
        keys + R"(, "workload": {"kind": "collective", "ranks": 2, "bytes": "1MB"}})" + jobs +
        R"(], "schedulers": ["fair"]})";
    return LoadScenario("s.json", MemoryFiles({{"s.json", text}}), {});
}

/// The scenario that the resolved document describes.
Scenario
Again(const Scenario& scenario)
{
    return LoadScenario("r.json", MemoryFiles({{"r.json", scenario.resolved.dump()}}), {});
}

std::vector<DeviceId>
DevicesOf(const Scenario& scenario, std::size_t job)
{
    return scenario.jobs[job].graph.Devices();
}

std::vector<DeviceId>
Devices(std::initializer_list<std::uint32_t> numbers)
{
    std::vector<DeviceId> devices;
    for (const std::uint32_t number : numbers)
    {
        devices.emplace_back(number);
    }
    return devices;
}

} // namespace

// Two hosts of two GPUs. "one" has a rank less than a host holds, "pair" takes a host, in blocks of
// 1. In the order of the file: the one that stands first gets host 0.
TEST(PlacementOfJobs, FollowsTheOrderOfTheFile)
{
    const auto load = [](const std::string& first, const std::string& second) {
        const auto job = [](const std::string& name) {
            return R"({"name": ")" + name +
                   R"(", "workload": {"kind": "collective", "ranks": 2, "bytes": "1MB"}})";
        };
        return LoadScenario("s.json",
                            MemoryFiles({{"s.json",
                                          R"({"schema": "echelon/scenario/1", "name": "s",
            "topology": {"kind": "big-switch", "hosts": 2, "gpus_per_host": 2,
                         "host_link": {"rate": "8Gbps"}, "scale_up": {"rate": "80Gbps"}},
            "schedulers": ["fair"], "jobs": [)" +
                                              job(first) + ", " + job(second) + "]}"}}),
                            {});
    };
    const Scenario byName = load("a", "b");
    EXPECT_EQ(DevicesOf(byName, 0), Devices({0, 1}));
    EXPECT_EQ(DevicesOf(byName, 1), Devices({2, 3}));
    const Scenario otherWay = load("b", "a");
    EXPECT_EQ(otherWay.jobs[0].name, "a");
    EXPECT_EQ(DevicesOf(otherWay, 0), Devices({2, 3}));
    EXPECT_EQ(DevicesOf(otherWay, 1), Devices({0, 1}));
    // The resolved scenario lists what was chosen, so that its order by name changes nothing.
    EXPECT_EQ(DevicesOf(Again(otherWay), 0), Devices({2, 3}));
}

TEST(Arrivals, TakeTurnsOnPlaces)
{
    // Two GPUs are taken by another job: six are left, three places. Jobs 3, 4, … wait for 0, 1, ….
    const Scenario scenario = Load(R"("arrival": "10s", "arrivals": {"process": "trace",
                "times": ["5s", "1s", "2s", "3s", "4s"]})",
                                   R"(, {"name": "other", "placement": [2, 3],
                   "workload": {"kind": "collective", "ranks": 2, "bytes": "1MB"}})");
    ASSERT_EQ(scenario.jobs.size(), 6U); // "other" comes first by name
    const std::vector<std::vector<DeviceId>> places{Devices({0, 1}),
                                                    Devices({4, 5}),
                                                    Devices({6, 7})};
    for (std::size_t i = 0; i < 5; ++i)
    {
        const Job& job = scenario.jobs[i + 1];
        EXPECT_EQ(job.name, "train-" + std::to_string(i));
        EXPECT_EQ(job.arrival, Time::FromSeconds(11 + static_cast<double>(i)));
        EXPECT_EQ(DevicesOf(scenario, i + 1), places[i % 3]);
        EXPECT_EQ(job.after, i < 3 ? std::optional<JobId>() : JobId(i - 2));
    }
}

TEST(Arrivals, PlacesAreAsManyAsWantedOrListed)
{
    const Scenario limited =
        Load(R"("arrivals": {"process": "trace", "times": ["0s", "0s", "0s"], "places": 1})");
    EXPECT_EQ(limited.jobs[1].after, JobId(0));
    EXPECT_EQ(limited.jobs[2].after, JobId(1));
    const Scenario listed = Load(
        R"("placement": [7, 0, "3-4"], "arrivals": {"process": "trace", "times": ["0s", "0s", "0s"]})");
    EXPECT_EQ(DevicesOf(listed, 0), Devices({0, 7}));
    EXPECT_EQ(DevicesOf(listed, 1), Devices({3, 4}));
    EXPECT_EQ(listed.jobs[2].after, JobId(0));
}

TEST(Arrivals, OfAPoissonProcessHaveTheirMeanAndTheirStream)
{
    // 400 intervals of mean 1 s: their sum is 400 s, with standard deviation 20 s.
    const std::string keys =
        R"("arrivals": {"process": "poisson", "mean_interval": "1s", "count": 400})";
    const Scenario scenario = Load(keys);
    ASSERT_EQ(scenario.jobs.size(), 400U);
    EXPECT_EQ(scenario.jobs[7].name, "train-007");
    EXPECT_NEAR(scenario.jobs[399].arrival.Seconds(), 400, 80);
    for (std::size_t i = 1; i < 400; ++i)
    {
        EXPECT_GT(scenario.jobs[i].arrival, scenario.jobs[i - 1].arrival);
    }
    // Another job does not move it.
    const Scenario more = Load(keys,
                               R"(, {"name": "also", "placement": [0, 1],
                    "arrivals": {"process": "poisson", "mean_interval": "1s", "count": 2},
                    "workload": {"kind": "collective", "ranks": 2, "bytes": "1MB"}})");
    ASSERT_EQ(more.jobs.size(), 402U);
    EXPECT_EQ(more.jobs[401].arrival, scenario.jobs[399].arrival);
    EXPECT_NE(more.jobs[0].arrival, scenario.jobs[0].arrival);
}

TEST(Arrivals, TheResolvedScenarioDescribesTheSameJobs)
{
    const Scenario scenario =
        Load(R"("arrival": "1s", "placement": "random", "stragglers": {"count": 1, "factor": 2},
                "compute_noise": {"sigma": 0.1},
                "arrivals": {"process": "poisson", "mean_interval": "1s", "count": 5, "places": 3})");
    const Scenario again = Again(scenario);
    ASSERT_EQ(again.jobs.size(), scenario.jobs.size());
    for (std::size_t j = 0; j < again.jobs.size(); ++j)
    {
        EXPECT_EQ(again.jobs[j].name, scenario.jobs[j].name);
        EXPECT_EQ(again.jobs[j].arrival, scenario.jobs[j].arrival);
        EXPECT_EQ(again.jobs[j].after, scenario.jobs[j].after);
        EXPECT_EQ(again.jobs[j].graph.Devices(), scenario.jobs[j].graph.Devices());
        EXPECT_EQ(again.jobs[j].variation.stragglers, scenario.jobs[j].variation.stragglers);
    }
    EXPECT_EQ(Again(again).resolved, again.resolved);
}

TEST(ComputeVariationLoader, RanksAndDraws)
{
    const Scenario named = Load(R"("placement": [5, 2], "stragglers": {"ranks": [1], "factor": 1.5},
                                   "compute_noise": {"sigma": 0.3, "per": "job"})");
    const ComputeVariation& variation = named.jobs[0].variation;
    EXPECT_EQ(variation.stragglers, Devices({2})); // where rank 1 runs
    EXPECT_DOUBLE_EQ(variation.factor, 1.5);
    EXPECT_DOUBLE_EQ(variation.sigma, 0.3);
    EXPECT_EQ(variation.scope, ComputeVariation::Scope::JOB);
    const Scenario drawn = Load(R"("stragglers": {"count": 1, "factor": 2})");
    ASSERT_EQ(drawn.jobs[0].variation.stragglers.size(), 1U);
    EXPECT_LT(drawn.jobs[0].variation.stragglers[0].Value(), 2U);
    EXPECT_DOUBLE_EQ(Load(R"("weight": 1)").jobs[0].variation.sigma, 0);
}

TEST(Arrangements, AreDerivedOnDemand)
{
    // A flow whose consumer waits 3 s longer than the first one's; declared as a coflow.
    const auto load = [](const std::string& keys) {
        const std::string text =
            R"({"schema": "echelon/scenario/1", "name": "s",
            "topology": {"kind": "big-switch", "hosts": 2, "host_link": {"rate": "8Gbps"}},
            "jobs": [{"name": "a", )" +
            keys + R"( "workload": {"kind": "tasks", "tasks": [
                {"id": "f0", "kind": "flow", "group": "g", "source": 0, "destination": 1, "bytes": 8},
                {"id": "f1", "kind": "flow", "group": "g", "source": 0, "destination": 1, "bytes": 8,
                 "position": 1},
                {"id": "c0", "kind": "compute", "device": 1, "duration": "3s", "after": ["f0"]},
                {"id": "c1", "kind": "compute", "device": 1, "duration": "1s", "after": ["c0", "f1"]}
            ]}}], "schedulers": ["fair"]})";
        return LoadScenario("s.json", MemoryFiles({{"s.json", text}}), {})
            .jobs[0]
            .graph.Groups()[0]
            .arrangement.Offset(1);
    };
    EXPECT_EQ(load(""), Time());
    EXPECT_EQ(load(R"("arrangements": "declared",)"), Time());
    EXPECT_EQ(load(R"("arrangements": "derived",)"), Time::FromSeconds(3));
}

} // namespace echelon
