// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * d-clas and las: rates and the times at which they decide again.
 */
#include "sched/d-clas.h"
#include "sched/las.h"
#include "support/hand-view.h"
#include "support/routes.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::DoubleNear;
using testing::Pointwise;

constexpr double NOISE = 1e-9;

/// Limits 10, 100, 1000, …
DClasOptions
Limits(QueueSharing sharing)
{
    return {10, 10, 10, sharing};
}

TEST(DClas, QueuesByWhatWasSent)
{
    const DClasScheduler dClas(Limits(QueueSharing::STRICT));
    EXPECT_EQ(dClas.QueueOf(0), 0U);
    EXPECT_EQ(dClas.QueueOf(9.99), 0U);
    EXPECT_EQ(dClas.QueueOf(10), 1U);
    EXPECT_EQ(dClas.QueueOf(10 - 1e-12), 1U) << "noise below the limit";
    EXPECT_EQ(dClas.QueueOf(99), 1U);
    EXPECT_EQ(dClas.QueueOf(5e8), 8U);
    EXPECT_EQ(dClas.QueueOf(1e30), 9U);
}

// One link of 2. Group 0 came first but has sent 50 and is in queue 1; group 1 is new and has the
// link until it has sent 10, in 5 s.
TEST(DClas, ANewCoflowGoesBeforeOneThatHasSent)
{
    HandView question({2});
    question.Group().sentBits = 50;
    question.Flow({LinkId(0)}, 1000);
    question.Group().reference = Time::FromSeconds(1);
    question.Flow({LinkId(0)}, 1000);
    question.view.now = Time::FromSeconds(1);
    DClasScheduler dClas(Limits(QueueSharing::STRICT));
    const Allocation& decision = dClas.Allocate(question.view);
    EXPECT_THAT(decision.rates, Pointwise(DoubleNear(NOISE), {0, 2}));
    EXPECT_EQ(decision.validUntil, Time::FromSeconds(6));
}

// Both in queue 1; group 1 came first. Group 1 has 100 - 20 to go at rate 2: 40 s.
TEST(DClas, FifoInsideAQueue)
{
    HandView question({2});
    ActiveGroup& later = question.Group();
    later.reference = Time::FromSeconds(2);
    later.sentBits = 15;
    question.Flow({LinkId(0)}, 1);
    ActiveGroup& earlier = question.Group();
    earlier.reference = Time::FromSeconds(1);
    earlier.sentBits = 20;
    question.Flow({LinkId(0)}, 1000);
    DClasScheduler dClas(Limits(QueueSharing::STRICT));
    const Allocation& decision = dClas.Allocate(question.view);
    EXPECT_THAT(decision.rates, Pointwise(DoubleNear(NOISE), {0, 2}));
    EXPECT_EQ(decision.validUntil, Time::FromSeconds(40));
}

// Links of 3 and 9. Coflow: two flows on link 0, one of them a bundle of 2, whatever is left of
// them: thirds of link 0, 1 and 2. Its flow on link 1 has all of it. Sum 12: at its limit in 10 /
// 12 s, rounded up to a picosecond.
TEST(DClas, MaxMinInsideACoflow)
{
    HandView question({3, 9});
    question.Group();
    question.Flow({LinkId(0)}, 100);
    question.Flow({LinkId(0)}, 7).multiplicity = 2;
    question.Flow({LinkId(1)}, 50);
    DClasScheduler dClas(Limits(QueueSharing::STRICT));
    const Allocation& decision = dClas.Allocate(question.view);
    EXPECT_THAT(decision.rates, Pointwise(DoubleNear(NOISE), {1, 2, 9}));
    EXPECT_EQ(decision.validUntil, Time::FromPicoseconds(833333333334));
}

// Three queues of weights 3, 2, 1 would share a link of 12 as 6, 4, 2. Queues 0 and 2 are on link
// 0: 9 and 3. Queue 0 cannot use its part: link 1 of 5 holds it; the rest goes to queue 2.
TEST(DClas, QueuesShareByWeight)
{
    HandView question({12, 5});
    ActiveGroup& old = question.Group();
    old.sentBits = 500;
    question.Flow({LinkId(0)}, 1);
    question.Group();
    question.Flow({LinkId(0)}, 1);
    DClasOptions options = Limits(QueueSharing::WEIGHTED);
    options.queues = 3;
    DClasScheduler dClas(options);
    EXPECT_THAT(Rates(dClas, question), Pointwise(DoubleNear(NOISE), {3, 9}));
    question.view.flows[1].route = RouteOf({LinkId(0), LinkId(1)});
    EXPECT_THAT(Rates(dClas, question), Pointwise(DoubleNear(NOISE), {7, 5}));
}

TEST(DClas, TheLastQueueHasNoLimit)
{
    HandView question({2});
    question.Group().sentBits = 1e20;
    question.Flow({LinkId(0)}, 1);
    DClasScheduler dClas(Limits(QueueSharing::STRICT));
    EXPECT_EQ(dClas.Allocate(question.view).validUntil, std::nullopt);
}

// 10 bits at rate 2 take 5 s; with a control delay of 7 s the decision is not even in force.
TEST(DClas, DecidesAgainNoSoonerThanItTakesEffect)
{
    HandView question({2});
    question.Group();
    question.Flow({LinkId(0)}, 1000);
    DClasScheduler dClas(Limits(QueueSharing::STRICT));
    dClas.Prepare({Time::FromSeconds(7), {}, {}});
    EXPECT_EQ(dClas.Allocate(question.view).validUntil, Time::FromSeconds(7));
}

/// One link of 8 bits per second and quanta of 1/8 s, so of 1 bit.
class LasOnOneLink : public testing::Test
{
  protected:
    LasOnOneLink()
        : m_question({8}),
          m_las(Time::FromSeconds(0.125))
    {
        m_question.Group();
    }

    ActiveFlow& FlowThatSent(double bits)
    {
        ActiveFlow& flow = m_question.Flow({LinkId(0)}, 100);
        flow.sizeBits = 100 + bits;
        return flow;
    }

    HandView m_question;
    LasScheduler m_las;
};

// 16 bits behind, at rate 8 and the other at rest: 2 s.
TEST_F(LasOnOneLink, TheFlowThatSentLessCatchesUp)
{
    FlowThatSent(20);
    FlowThatSent(4);
    const Allocation& decision = m_las.Allocate(m_question.view);
    EXPECT_THAT(decision.rates, Pointwise(DoubleNear(NOISE), {0, 8}));
    EXPECT_EQ(decision.validUntil, Time::FromSeconds(2));
}

// The same with a control delay of 3 s: the decision is not in force before.
TEST_F(LasOnOneLink, DecidesAgainNoSoonerThanItTakesEffect)
{
    FlowThatSent(20);
    FlowThatSent(4);
    m_las.Prepare({Time::FromSeconds(3), {}, {}});
    EXPECT_EQ(m_las.Allocate(m_question.view).validUntil, Time::FromSeconds(3));
}

// Then both share, and nothing is to be foreseen.
TEST_F(LasOnOneLink, EqualServiceIsShared)
{
    FlowThatSent(20.25);
    FlowThatSent(20.75);
    const Allocation& decision = m_las.Allocate(m_question.view);
    EXPECT_THAT(decision.rates, Pointwise(DoubleNear(NOISE), {4, 4}));
    EXPECT_EQ(decision.validUntil, std::nullopt);
}

// A bundle of 3 that has sent 12 has sent 4 with each of its flows, like the other. Of four flows
// three are in the bundle. The third has 5: they need 1/2 s for it at 2 bits per second each.
TEST_F(LasOnOneLink, ABundleIsManyFlows)
{
    FlowThatSent(12).multiplicity = 3;
    FlowThatSent(4);
    FlowThatSent(5);
    const Allocation& decision = m_las.Allocate(m_question.view);
    EXPECT_THAT(decision.rates, Pointwise(DoubleNear(NOISE), {6, 2, 0}));
    EXPECT_EQ(decision.validUntil, Time::FromSeconds(0.5));
}

// Link 0 of 8, link 1 of 2. Flow 0 has sent nothing and is held by link 1 to 2; flow 1, which has
// sent 12, gets the other 6 of link 0 and is not caught up with. Flow 2 waits on link 1 behind flow
// 0 and is 10 bits ahead: 5 s.
TEST(Las, AFlowThatIsHeldElsewhereLeavesTheRest)
{
    HandView question({8, 2});
    question.Group();
    question.Flow({LinkId(0), LinkId(1)}, 100);
    question.Flow({LinkId(0)}, 100).sizeBits = 112;
    question.Flow({LinkId(1)}, 100).sizeBits = 110;
    LasScheduler las(Time::FromSeconds(0.125));
    const Allocation& decision = las.Allocate(question.view);
    EXPECT_THAT(decision.rates, Pointwise(DoubleNear(NOISE), {2, 6, 0}));
    EXPECT_EQ(decision.validUntil, Time::FromSeconds(5));
}

} // namespace
} // namespace echelon
