// SPDX-License-Identifier: GPL-2.0-only
#include "sched/coflow-orders.h"
#include "support/hand-view.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::DoubleNear;
using testing::Pointwise;

constexpr double NOISE = 1e-12;

// Links 0 and 1 of capacity 1. Group 0 has 1 on link 0 and 3 on link 1 (Γ = 3); group 1 has 2 on
// link 0 (Γ = 2) and goes first: it fills link 0. Group 0 crosses the full link 0, so MADD skips
// it; backfill gives its second flow link 1.
TEST(Sebf, TheSmallerBottleneckGoesFirst)
{
    HandView question({1, 1});
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Flow({LinkId(1)}, 3);
    question.Group();
    question.Flow({LinkId(0)}, 2);
    SebfScheduler sebf;
    EXPECT_THAT(Rates(sebf, question), Pointwise(DoubleNear(NOISE), {0, 1, 1}));
}

// Links of capacity 1. Group 0: 3 on link 0 and 1 on link 1, so Γ = 3 and MADD gives 1 and 1/3.
// Group 1: 4 on link 1 (Γ = 4, second); MADD gives it the 2/3 that are left, before the backfill
// could raise group 0's second flow.
TEST(Sebf, MaddOfAllComesBeforeTheBackfill)
{
    HandView question({1, 1});
    question.Group();
    question.Flow({LinkId(0)}, 3);
    question.Flow({LinkId(1)}, 1);
    question.Group();
    question.Flow({LinkId(1)}, 4);
    SebfScheduler sebf;
    EXPECT_THAT(Rates(sebf, question), Pointwise(DoubleNear(NOISE), {1., 1. / 3, 2. / 3}));
}

// A big switch: egress links 0, 1 and ingress links 2, 3, capacity 1. Flows 0→2: 1, 0→3: 2, 1→3: 1:
// Γ = 3 on links 0 and 3. MADD: 1/3, 2/3, 1/3, which fills links 0 and 3: nothing is left to
// backfill.
TEST(Sebf, MaddEndsAllFlowsTogether)
{
    HandView question({1, 1, 1, 1});
    question.Group();
    question.Flow({LinkId(0), LinkId(2)}, 1);
    question.Flow({LinkId(0), LinkId(3)}, 2);
    question.Flow({LinkId(1), LinkId(3)}, 1);
    SebfScheduler sebf;
    EXPECT_THAT(Rates(sebf, question), Pointwise(DoubleNear(NOISE), {1. / 3, 2. / 3, 1. / 3}));
}

// Alone, that second flow is raised to the whole of link 1.
TEST(Sebf, BackfillUsesWhatMaddLeaves)
{
    HandView question({1, 1});
    question.Group();
    question.Flow({LinkId(0)}, 3);
    question.Flow({LinkId(1)}, 1);
    SebfScheduler sebf;
    EXPECT_THAT(Rates(sebf, question), Pointwise(DoubleNear(NOISE), {1, 1}));
}

TEST(Sebf, EqualBottlenecksGoByGroupId)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Group();
    question.Flow({LinkId(0)}, 1);
    SebfScheduler sebf;
    EXPECT_THAT(Rates(sebf, question), Pointwise(DoubleNear(NOISE), {1, 0}));
}

} // namespace
} // namespace echelon
