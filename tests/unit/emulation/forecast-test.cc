// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Two jobs on one link of 8 Gb/s = 1 GB/s, one iteration each of one flow: job 0 sends 3 GB, job 1
 * sends 1 GB. Iteration times: shared fairly 4 + 2 = 6 s, the short one first 4 + 1 = 5 s, the long
 * one first 3 + 4 = 7 s.
 */
#include "emulation/forecast.h"

#include "emulation/emulation.h"
#include "network/big-switch.h"
#include "sched/portfolio.h"

#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

Job
SendingJob(const std::string& name, Bytes bytes, double weight)
{
    Job job;
    job.name = name;
    job.weight = weight;
    const GroupIndex g = job.graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    job.graph.AddFlow({g, DeviceId(0), DeviceId(1), bytes, 0, 1});
    return job;
}

Preparation
Prepare(double weightOfLong, PortfolioObjective objective)
{
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    const std::vector<Job> jobs{SendingJob("long", 3000000000, weightOfLong),
                                SendingJob("short", 1000000000, 1)};
    const EmulationInput input{topology, jobs};
    PortfolioScheduler portfolio(objective);
    portfolio.Prepare(
        ForecastOf(input, 1, std::make_shared<const IdealRuns>(jobs, topology), RunEmulation));
    return portfolio.Prepared();
}

std::map<std::string, double>
CostsOf(const Preparation& found)
{
    std::map<std::string, double> costs;
    for (const Preparation::Cost& cost : found.costs)
    {
        costs[cost.member] = cost.seconds;
    }
    return costs;
}

TEST(ForecastTest, TakesTheCheapestMember)
{
    const Preparation found = Prepare(1, PortfolioObjective::ITERATION_TIME);
    const std::map<std::string, double> costs = CostsOf(found);
    EXPECT_NEAR(costs.at("fair"), 6, 1e-9);
    EXPECT_NEAR(costs.at("least-slack"), 5, 1e-9);
    EXPECT_NEAR(costs.at("least-slack, job 0 first"), 7, 1e-9);
    EXPECT_EQ(found.costs[found.selected].member, "least-slack");
}

// The long job weighs 4: 4 × 3 + 4 = 16 against 4 × 4 + 1 = 17 and 4 × 4 + 2 = 18.
TEST(ForecastTest, WeightsDecide)
{
    const Preparation found = Prepare(4, PortfolioObjective::ITERATION_TIME);
    const std::map<std::string, double> costs = CostsOf(found);
    EXPECT_NEAR(costs.at("sebf"), 17, 1e-9);
    EXPECT_NEAR(costs.at("fair"), 18, 1e-9);
    EXPECT_NEAR(found.costs[found.selected].seconds, 16, 1e-9);
}

// Tardiness is measured from the start of each group, here 0: the same figures.
TEST(ForecastTest, TardinessAsTheObjective)
{
    EXPECT_NEAR(CostsOf(Prepare(1, PortfolioObjective::TARDINESS)).at("fair"), 6, 1e-9);
}

} // namespace
} // namespace echelon
