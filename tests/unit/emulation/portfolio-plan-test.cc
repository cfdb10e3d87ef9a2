// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Two jobs on one link of 8 Gb/s = 1 GB/s, one iteration each of one flow: job 0 sends 3 GB, job 1
 * sends 1 GB. Iteration times: shared fairly 4 + 2 = 6 s, the short one first 4 + 1 = 5 s, the long
 * one first 3 + 4 = 7 s.
 */
#include "emulation/portfolio-plan.h"

#include "network/builders.h"

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

PortfolioPlan
Plan(double weightOfLong, PortfolioScheduler& portfolio)
{
    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    const std::vector<Job> jobs{SendingJob("long", 3000000000, weightOfLong),
                                SendingJob("short", 1000000000, 1)};
    return PlanPortfolio({topology, jobs, 1, Time(), {}}, {}, 0, portfolio);
}

std::map<std::string, double>
CostsOf(const PortfolioPlan& plan)
{
    std::map<std::string, double> costs;
    for (const PortfolioPlan::Cost& cost : plan.costs)
    {
        costs[cost.member] = cost.seconds;
    }
    return costs;
}

TEST(PortfolioPlanTest, TakesTheCheapestMember)
{
    PortfolioScheduler portfolio(PortfolioObjective::ITERATION_TIME);
    const PortfolioPlan plan = Plan(1, portfolio);
    const std::map<std::string, double> costs = CostsOf(plan);
    EXPECT_NEAR(costs.at("fair"), 6, 1e-9);
    EXPECT_NEAR(costs.at("least-slack"), 5, 1e-9);
    EXPECT_NEAR(costs.at("least-slack, job 0 first"), 7, 1e-9);
    EXPECT_EQ(plan.costs[plan.selected].member, "least-slack");
}

// The long job weighs 4: 4 × 3 + 4 = 16 against 4 × 4 + 1 = 17 and 4 × 4 + 2 = 18.
TEST(PortfolioPlanTest, WeightsDecide)
{
    PortfolioScheduler portfolio(PortfolioObjective::ITERATION_TIME);
    const PortfolioPlan plan = Plan(4, portfolio);
    const std::map<std::string, double> costs = CostsOf(plan);
    EXPECT_NEAR(costs.at("sebf"), 17, 1e-9);
    EXPECT_NEAR(costs.at("fair"), 18, 1e-9);
    EXPECT_NEAR(plan.costs[plan.selected].seconds, 16, 1e-9);
}

// Tardiness is measured from the start of each group, here 0: the same figures.
TEST(PortfolioPlanTest, TardinessAsTheObjective)
{
    PortfolioScheduler portfolio(PortfolioObjective::TARDINESS);
    EXPECT_NEAR(CostsOf(Plan(1, portfolio)).at("fair"), 6, 1e-9);
}

} // namespace
} // namespace echelon
