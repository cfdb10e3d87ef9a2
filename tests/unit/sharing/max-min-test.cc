// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/max-min.h"

#include "support/routes.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::DoubleNear;
using testing::Pointwise;

constexpr double NOISE = 1e-12;

std::vector<double>
Rates(const MaxMinSolver& solver)
{
    std::vector<double> rates;
    for (std::size_t i = 0; i < solver.Flows(); ++i)
    {
        rates.push_back(solver.Rate(i));
    }
    return rates;
}

// The textbook's line of links: a flow over both links, one over each. Link 0 carries 1, link 1
// carries 2. Link 0 fills first, at 1/2 for its two flows; the third flow takes what is left of
// link 1, 2 - 1/2.
TEST(MaxMin, ALineOfTwoLinks)
{
    MaxMinSolver solver;
    solver.Clear();
    solver.Add(RouteOf({LinkId(0), LinkId(1)}), 1);
    solver.Add(RouteOf({LinkId(0)}), 1);
    solver.Add(RouteOf({LinkId(1)}), 1);
    solver.Solve({1, 2});
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {0.5, 0.5, 1.5}));
}

// A bundle of 3 and a flow on one link of 8: four equal shares of 2, so 6 for the bundle.
TEST(MaxMin, ABundleHasAsManySharesAsFlows)
{
    MaxMinSolver solver;
    solver.Clear();
    solver.Add(RouteOf({LinkId(0)}), 3);
    solver.Add(RouteOf({LinkId(0)}), 1);
    solver.Solve({8});
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {6, 2}));
}

// Link 1 is full: its flow gets nothing, and leaves link 0 to the other.
TEST(MaxMin, AFullLinkGivesNothing)
{
    MaxMinSolver solver;
    solver.Clear();
    solver.Add(RouteOf({LinkId(0), LinkId(1)}), 1);
    solver.Add(RouteOf({LinkId(0)}), 1);
    solver.Solve({8, 0});
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {0, 8}));
}

// Three levels in a chain, each known only after the one before: link 0 (3 flows, 3): 1 each; link
// 1 has 5 - 1 = 4 for 2: 2 each; link 2 has 6 - 1 - 2 = 3 for one.
TEST(MaxMin, LevelsRiseOneAfterTheOther)
{
    MaxMinSolver solver;
    solver.Clear();
    solver.Add(RouteOf({LinkId(0), LinkId(1)}), 1);
    solver.Add(RouteOf({LinkId(0), LinkId(2)}), 1);
    solver.Add(RouteOf({LinkId(0)}), 1);
    solver.Add(RouteOf({LinkId(1), LinkId(2)}), 1);
    solver.Add(RouteOf({LinkId(1)}), 1);
    solver.Add(RouteOf({LinkId(2)}), 1);
    solver.Solve({3, 5, 6});
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {1, 1, 1, 2, 2, 3}));
}

TEST(MaxMin, ASolverCanBeUsedAgain)
{
    MaxMinSolver solver;
    solver.Clear();
    solver.Add(RouteOf({LinkId(7), LinkId(9)}), 2);
    solver.Solve(std::vector<double>(10, 4.0));
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {4}));
    solver.Clear();
    solver.Solve({});
    EXPECT_EQ(solver.Flows(), 0U);
    solver.Clear();
    solver.Add(RouteOf({LinkId(9)}), 1);
    solver.Add(RouteOf({LinkId(9), LinkId(1)}), 1);
    solver.Solve(std::vector<double>(10, 4.0));
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {2, 2}));
}

TEST(MaxMin, ASplitFlowPutsItsShareOnEachLink)
{
    // A flow in halves over two links of 4 and 2, each with a whole flow. Link 1 is full first:
    // (1/2 + 1) t = 2. Link 0 has 4 - 2/3 left for its own flow.
    const Route halves = TestRoutes().Intern({{LinkId(0), 0.5}, {LinkId(1), 0.5}}, Time());
    MaxMinSolver solver;
    solver.Clear();
    solver.Add(halves, 1);
    solver.Add(RouteOf({LinkId(0)}), 1);
    solver.Add(RouteOf({LinkId(1)}), 1);
    solver.Solve({4, 2});
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {4.0 / 3, 10.0 / 3, 4.0 / 3}));
    // A bundle of two alike, alone: each link carries half of it.
    solver.Clear();
    solver.Add(halves, 2);
    solver.Solve({4, 2});
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {4}));
}

TEST(MaxMin, RoutesMayHaveAnyNumberOfLinks)
{
    MaxMinSolver solver;
    solver.Clear();
    Path path;
    for (std::size_t link = 0; link < 9; ++link)
    {
        path.emplace_back(link);
    }
    solver.Add(RouteOf(path), 1);
    solver.Add(RouteOf({LinkId(8)}), 1);
    solver.Solve({9, 9, 9, 9, 9, 9, 9, 3, 8});
    EXPECT_THAT(Rates(solver), Pointwise(DoubleNear(NOISE), {3, 5}));
}

TEST(MaxMin, RefusesFlowsWithoutLinksOrWeight)
{
    MaxMinSolver solver;
    solver.Clear();
    EXPECT_THROW(solver.Add(RouteOf({}), 1), ContractViolation);
    EXPECT_THROW(solver.Add(RouteOf({LinkId(0)}), 0), ContractViolation);
}

} // namespace
} // namespace echelon
