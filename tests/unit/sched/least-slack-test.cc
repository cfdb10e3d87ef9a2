// SPDX-License-Identifier: GPL-2.0-only
#include "sched/least-slack.h"

#include "support/hand-view.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::DoubleNear;
using testing::Pointwise;

constexpr double NOISE = 1e-12;

// One link of 1, now = 0. A: 2 units, latest finish 5; B: 3 units, latest finish 0. Need and slack:
// A 2 + 5 = 7, B 3 + 0 = 3. B goes first, although A needs less.
TEST(Slack, WhatMayWaitWaits)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 2).latestFinish = Time::FromSeconds(5);
    question.Group();
    question.Flow({LinkId(0)}, 3).latestFinish = Time();
    LeastSlackScheduler slack;
    EXPECT_THAT(Rates(slack, question), Pointwise(DoubleNear(NOISE), {0, 1}));
}

// The same at now = 10: both are late, no slack is left, and the shorter stage goes first.
TEST(Slack, LatenessSufferedDoesNotCount)
{
    HandView question({1});
    question.view.now = Time::FromSeconds(10);
    question.Group();
    question.Flow({LinkId(0)}, 2).latestFinish = Time::FromSeconds(5);
    question.Group();
    question.Flow({LinkId(0)}, 3).latestFinish = Time();
    LeastSlackScheduler slack;
    EXPECT_THAT(Rates(slack, question), Pointwise(DoubleNear(NOISE), {1, 0}));
}

// B's group weighs 4: (3 + 0) / 4 is less than A's 2 + 0.
TEST(Slack, WeightsDivide)
{
    HandView question({1});
    question.view.now = Time::FromSeconds(10);
    question.Group();
    question.Flow({LinkId(0)}, 2);
    question.Group().weight = 4;
    question.Flow({LinkId(0)}, 3);
    LeastSlackScheduler slack;
    EXPECT_THAT(Rates(slack, question), Pointwise(DoubleNear(NOISE), {0, 1}));
}

// One group, two stages: 4 units ideally done at 1, 1 unit at 2. The second needs less, but a stage
// does not overtake those before it in its group.
TEST(Slack, StagesKeepTheirOrder)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 4).idealFinish = Time::FromSeconds(1);
    question.Flow({LinkId(0)}, 1).idealFinish = Time::FromSeconds(2);
    LeastSlackScheduler slack;
    EXPECT_THAT(Rates(slack, question), Pointwise(DoubleNear(NOISE), {1, 0}));
}

// Two jobs; the second is to go first whatever its stages need.
TEST(Slack, AJobMayGoFirst)
{
    HandView question({1});
    question.view.jobs.emplace_back();
    question.view.jobs.back().id = JobId(1);
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Group().job = 1;
    question.Flow({LinkId(0)}, 9);
    LeastSlackScheduler second(JobId(1));
    EXPECT_THAT(Rates(second, question), Pointwise(DoubleNear(NOISE), {0, 1}));
}

} // namespace
} // namespace echelon
