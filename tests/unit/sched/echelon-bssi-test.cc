// SPDX-License-Identifier: GPL-2.0-only
#include "sched/echelon-bssi.h"

#include "support/hand-view.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::DoubleNear;
using testing::Pointwise;

constexpr double NOISE = 1e-12;

// One link of 1, now = 10: group A has 1 unit due at 0, group B 2 units due at 10. B first costs
// 13 + 2 = 15, A first 11 + 3 = 14 (docs/algorithms/echelonflow.md, where ranking by tardiness
// takes B).
TEST(EchelonBssi, LatenessSufferedDoesNotCount)
{
    HandView question({1});
    question.view.now = Time::FromSeconds(10);
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Group();
    question.Flow({LinkId(0)}, 2).idealFinish = Time::FromSeconds(10);
    EchelonBssiScheduler scheduler;
    EXPECT_THAT(Rates(scheduler, question), Pointwise(DoubleNear(NOISE), {1, 0}));
}

// 1 unit of weight 1 and 2 units of weight 3, one link of 1, all due now: 1 × 1 + 3 × 3 = 10
// against 3 × 2 + 1 × 3 = 9.
TEST(EchelonBssi, WeightsCount)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Group().weight = 3;
    question.Flow({LinkId(0)}, 2);
    EchelonBssiScheduler scheduler;
    EXPECT_THAT(Rates(scheduler, question), Pointwise(DoubleNear(NOISE), {0, 1}));
}

// One link of 1, now = 0. A: 2 units due now, and a flow of its group has been 6 s late. B: 4 units
// due now. A may be as late again for nothing, so B goes first: max(6, 4 + 2) + 4 = 10 against
// max(6, 2) + 6 = 12. By size A would go first.
TEST(EchelonBssi, AGroupMayBeAsLateAgain)
{
    HandView question({1});
    question.Group().tardiness = Time::FromSeconds(6);
    question.Flow({LinkId(0)}, 2);
    question.Group();
    question.Flow({LinkId(0)}, 4);
    EchelonBssiScheduler scheduler;
    EXPECT_THAT(Rates(scheduler, question), Pointwise(DoubleNear(NOISE), {0, 1}));
}

// Sincronia's case: group 0 has 1 unit on each of links 0 … 2, groups 1 to 3 have 1 unit on one of
// them each, capacities 1. Group 0 last: 1 + 1 + 1 + 2 = 5; group 0 first: 1 + 2 + 2 + 2 = 7.
TEST(EchelonBssi, AGroupThatBlocksManyGoesLast)
{
    HandView question({1, 1, 1});
    question.Group();
    for (std::uint32_t link = 0; link < 3; ++link)
    {
        question.Flow({LinkId(link)}, 1);
    }
    for (std::uint32_t link = 0; link < 3; ++link)
    {
        question.Group();
        question.Flow({LinkId(link)}, 1);
    }
    EchelonBssiScheduler scheduler;
    EXPECT_THAT(Rates(scheduler, question), Pointwise(DoubleNear(NOISE), {0, 0, 0, 1, 1, 1}));
}

} // namespace
} // namespace echelon
