// SPDX-License-Identifier: GPL-2.0-only
#include "sched/echelon.h"

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

Time
At(double seconds)
{
    return Time::FromSeconds(seconds);
}

// Egress links 0, 1 and ingress links 2, 3, capacity 1; all flows are due at once. τ = 3 from links
// 0 and 3, and every flow gets remaining / 3: what sebf gives (sebf-test.cc).
TEST(Echelon, ACoflowGetsMadd)
{
    HandView question({1, 1, 1, 1});
    question.Group();
    question.Flow({LinkId(0), LinkId(2)}, 1);
    question.Flow({LinkId(0), LinkId(3)}, 2);
    question.Flow({LinkId(1), LinkId(3)}, 1);
    EchelonScheduler echelon;
    SebfScheduler sebf;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {1. / 3, 2. / 3, 1. / 3}));
    EXPECT_EQ(Rates(echelon, question), Rates(sebf, question));
}

// One link of 1, now = 0; 1, 1/2, 3/2 left, due at 1, 2, 3. τ = max(1 - 1, 3/2 - 2, 3 - 3) = 0:
// flow 0 needs the whole link until 1. Spreading evenly without a reservation would give flow 2 its
// last 1/2 over (0, 2], rate 1/4, and make flow 0 late.
TEST(Echelon, ATightEarlyFlowKeepsTheRateItNeeds)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 1).idealFinish = At(1);
    question.Flow({LinkId(0)}, 0.5).idealFinish = At(2);
    question.Flow({LinkId(0)}, 1.5).idealFinish = At(3);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {1, 0, 0}));
}

// Figure 2 at t = 3, a thousand seconds later than planned: only the differences between ideal
// finish times count inside a group.
TEST(Echelon, LateFlowsKeepTheirArrangement)
{
    HandView question({1});
    question.view.now = At(1003);
    question.Group();
    question.Flow({LinkId(0)}, 0.5).idealFinish = At(1);
    question.Flow({LinkId(0)}, 1.5).idealFinish = At(2);
    question.Flow({LinkId(0)}, 2).idealFinish = At(3);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {1. / 4, 5. / 12, 1. / 3}));
}

// The same with ids against the deadlines.
TEST(Echelon, DeadlinesNotIdsOrderAGroup)
{
    HandView question({1});
    question.view.now = At(3);
    question.Group();
    question.Flow({LinkId(0)}, 2).idealFinish = At(3);
    question.Flow({LinkId(0)}, 0.5).idealFinish = At(1);
    question.Flow({LinkId(0)}, 1.5).idealFinish = At(2);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {1. / 3, 1. / 4, 5. / 12}));
}

// Link 0 of 10 carries both flows, link 1 of 2 only flow 1. Now = 0; 5 and 4 left, due at 1 and 2.
// τ = max(5/10 - 1, 9/10 - 2, 4/2 - 2) = 0. Flow 1: 2 in (1, 2], for link 1 carries no more, and 2
// over (0, 1]: rate 2, which leaves link 0 the 5 that flow 0 needs. Flow 0: 5, and the backfill
// adds the 3 that are left on link 0.
TEST(Echelon, ASlowLinkMakesALaterFlowStartAtOnce)
{
    HandView question({10, 2});
    question.Group();
    question.Flow({LinkId(0)}, 5).idealFinish = At(1);
    question.Flow({LinkId(0), LinkId(1)}, 4).idealFinish = At(2);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {8, 2}));
}

// Links 0 and 1 of 1, one flow on each. τ = max(2 - 0, 1 - 1) = 2 from link 0; the deadlines are 2
// and 3. Flow 1 would fit into (2, 3], so only the backfill lets it use its idle link.
TEST(Echelon, DisconnectedLinksOfAGroupDoNotIdle)
{
    HandView question({1, 1});
    question.Group();
    question.Flow({LinkId(0)}, 2);
    question.Flow({LinkId(1)}, 1).idealFinish = At(1);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {1, 1}));
}

// One link; now = 10. Group 0: 1 left, due at 0; group 1: 2 left, due at 10. What both will still
// grow to is 1 and 2, whatever they are late already: group 0 goes first.
TEST(Echelon, LatenessSoFarDoesNotCount)
{
    HandView question({1});
    question.view.now = At(10);
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Group();
    question.Flow({LinkId(0)}, 2).idealFinish = At(10);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {1, 0}));
}

// One link; now = 0. Group 0: 3 left, due at 0: 3. Group 1: 1 due at 0 and 3 due at 2: max(1, 4 -
// 2) = 2. Its later flow may wait for two seconds, so group 1 goes first, at 1/2 + 1/4 … : τ = 2,
// the deadlines are 2 and 4, the prefixes need 1/2 and 4/4 = 1.
TEST(Echelon, WhatLaterFlowsMayWaitAfterTheHeadCounts)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 3);
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Flow({LinkId(0)}, 3).idealFinish = At(2);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {0.0, 0.5, 0.5}));
}

// One link of 1; now = 10. A flow of group 0 has ended 4 late, so its other flow, 1 left and due at
// 9, may end at 13 for nothing: it gets 1/3, and group 1 (4 left, due now) the rest.
TEST(Echelon, TardinessSufferedIsFreeRoom)
{
    HandView question({1});
    question.view.now = At(10);
    question.Group().tardiness = At(4);
    question.Flow({LinkId(0)}, 1).idealFinish = At(9);
    question.Group();
    question.Flow({LinkId(0)}, 4).idealFinish = At(10);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {1. / 3, 2. / 3}));
}

// Two groups that need 1 s each, the second less by what rounding leaves: the first one goes first.
TEST(Echelon, RoundingNoiseDecidesNothing)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Group();
    question.Flow({LinkId(0)}, 1 - 1e-13);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {1, 0}));
}

// Links of 1. Group 1 (τ = 1) fills link 0. Group 0 (τ = 2) crosses it, so its arrangement cannot
// be kept; the backfill gives link 1 to its flows in the order of their deadlines: flow 1, due at
// 0, before flow 2, due at 1.
TEST(Echelon, AGroupOnAFullLinkIsBackfilledByDeadline)
{
    HandView question({1, 1});
    question.Group();
    question.Flow({LinkId(1)}, 1).idealFinish = At(1);
    question.Flow({LinkId(1)}, 1);
    question.Flow({LinkId(0)}, 2);
    question.Group();
    question.Flow({LinkId(0)}, 1);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question), Pointwise(DoubleNear(NOISE), {0, 1, 0, 1}));
}

// Two classes of two flows each on one link of 1: 1 and 3 due at 0, 2 and 2 due at 2. τ = max(4 -
// 0, 8 - 2) = 6, deadlines 6 and 8. The later class: 2 of its 4 in (6, 8], the other 2 over (0, 6],
// in equal parts: 1/6 each. The head class: 1/6 and 3/6.
TEST(Echelon, FlowsOfAClassShareInProportion)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Flow({LinkId(0)}, 3);
    question.Flow({LinkId(0)}, 2).idealFinish = At(2);
    question.Flow({LinkId(0)}, 2).idealFinish = At(2);
    EchelonScheduler echelon;
    EXPECT_THAT(Rates(echelon, question),
                Pointwise(DoubleNear(NOISE), {1. / 6, 1. / 2, 1. / 6, 1. / 6}));
}

} // namespace
} // namespace echelon
