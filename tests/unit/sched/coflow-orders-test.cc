// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * bssi, scf and ncf: coflows in an order, on questions whose rates show the order.
 */
#include "sched/coflow-orders.h"

#include "sched/bssi-order.h"
#include "support/hand-view.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::DoubleNear;
using testing::Pointwise;

constexpr double NOISE = 1e-12;

// One link of capacity 1, coflows of 1 and 2 bits. By Smith's rule the larger w / bits goes first:
// with equal weights 1 > 1/2, the short one; with weights 1 and 3 it is 1 < 3/2, the long one.
TEST(Bssi, OnOneLinkItIsSmithsRule)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 1);
    ActiveGroup& longer = question.Group();
    question.Flow({LinkId(0)}, 2);
    BssiScheduler bssi;
    EXPECT_THAT(Rates(bssi, question), Pointwise(DoubleNear(NOISE), {1, 0}));
    longer.weight = 3;
    EXPECT_THAT(Rates(bssi, question), Pointwise(DoubleNear(NOISE), {0, 1}));
}

// Links 0 and 1 of capacity 1; coflow A has 3 bits on link 0, B has 2 on each link, C 4 on link 1.
// Loads: 5 on link 0, 6 on link 1, the bottleneck: B costs 1/2, C 1/4, so C is last and B's weight
// becomes 1 - 2/4 = 1/2. Then link 0 (5 against 2): A costs 1/3, B 1/2 / 2 = 1/4, so B is second,
// although without the scaling it would cost 1/2 and A would be second. A first: it fills link 0.
// MADD passes over B, which crosses the full link, and gives C all of link 1.
TEST(Bssi, EarlierPlacesPayForLaterOnes)
{
    HandView question({1, 1});
    question.Group();
    question.Flow({LinkId(0)}, 3);
    question.Group();
    question.Flow({LinkId(0)}, 2);
    question.Flow({LinkId(1)}, 2);
    question.Group();
    question.Flow({LinkId(1)}, 4);
    BssiScheduler bssi;
    EXPECT_THAT(Rates(bssi, question), Pointwise(DoubleNear(NOISE), {1, 0, 0, 1}));
}

// Coflow 0 has 4 bits on link 0 of 4, 1 s; coflow 1 has 2 bits on link 1 of 1, 2 s. Link 2 of 4.5
// carries both, 6 bits in 4/3 s. The bottleneck is link 1, so coflow 1 goes last and gets what is
// left of link 2. By bits it would be link 2, and coflow 0 last, since 1/4 < 1/2.
TEST(Bssi, LoadsAreInSeconds)
{
    HandView question({4, 1, 4.5});
    question.Group();
    question.Flow({LinkId(0), LinkId(2)}, 4);
    question.Group();
    question.Flow({LinkId(1), LinkId(2)}, 2);
    BssiScheduler bssi;
    EXPECT_THAT(Rates(bssi, question), Pointwise(DoubleNear(NOISE), {4.0, 0.5}));
}

TEST(Bssi, EqualCoflowsGoByGroupId)
{
    HandView question({1});
    for (int g = 0; g < 3; ++g)
    {
        question.Group();
        question.Flow({LinkId(0)}, 1);
    }
    BssiScheduler bssi;
    EXPECT_THAT(Rates(bssi, question), Pointwise(DoubleNear(NOISE), {1, 0, 0}));
}

// Links of capacity 1. Coflow 0: 2 on link 0 and 2 on link 1, in all 4, longest 2. Coflow 1: 3 on
// link 0. By the total coflow 1 goes first, by the longest flow coflow 0.
TEST(Scf, TotalOrLongest)
{
    HandView question({1, 1});
    question.Group();
    question.Flow({LinkId(0)}, 2);
    question.Flow({LinkId(1)}, 2);
    question.Group();
    question.Flow({LinkId(0)}, 3);
    ScfScheduler total(CoflowSize::TOTAL);
    EXPECT_THAT(Rates(total, question), Pointwise(DoubleNear(NOISE), {0, 1, 1}));
    ScfScheduler longest(CoflowSize::LONGEST);
    EXPECT_THAT(Rates(longest, question), Pointwise(DoubleNear(NOISE), {1, 1, 0}));
}

// Two bundles on one link of 1: 4 flows of 1 bit each, and 1 flow of 2 bits. The longest flow of
// the first is 1 bit, its total 4.
TEST(Scf, ABundleCountsAsItsFlows)
{
    HandView question({1});
    question.Group();
    question.Flow({LinkId(0)}, 4).multiplicity = 4;
    question.Group();
    question.Flow({LinkId(0)}, 2);
    ScfScheduler total(CoflowSize::TOTAL);
    EXPECT_THAT(Rates(total, question), Pointwise(DoubleNear(NOISE), {0, 1}));
    ScfScheduler longest(CoflowSize::LONGEST);
    EXPECT_THAT(Rates(longest, question), Pointwise(DoubleNear(NOISE), {1, 0}));
}

// Egress links 0, 1, 2 and ingress links 3, 4, capacity 1. Coflow 0: 0→3, 1→4: two senders and two
// receivers, width 2, 1 bit each. Coflow 1: 0→3 and 0→3 again and 2→3: one receiver, width 1,
// although it has more flows and more bits: it goes first and fills link 3 with 10, 10 and 10 bits
// at 1/3 each. Coflow 0's flow over link 3 waits; its other has its path.
TEST(Ncf, TheSmallerOfSendersAndReceiversCounts)
{
    HandView question({1, 1, 1, 1, 1});
    question.Group();
    question.Flow({LinkId(0), LinkId(3)}, 1);
    question.Flow({LinkId(1), LinkId(4)}, 1);
    question.Group();
    question.Flow({LinkId(0), LinkId(3)}, 10);
    question.Flow({LinkId(0), LinkId(3)}, 10);
    question.Flow({LinkId(2), LinkId(3)}, 10);
    NcfScheduler ncf;
    EXPECT_THAT(Rates(ncf, question),
                Pointwise(DoubleNear(NOISE), {0., 1., 1. / 3, 1. / 3, 1. / 3}));
}

TEST(Ncf, EqualWidthsGoByReferenceTime)
{
    HandView question({1});
    question.Group().reference = Time::FromSeconds(2);
    question.Flow({LinkId(0)}, 1);
    question.Group().reference = Time::FromSeconds(1);
    question.Flow({LinkId(0)}, 5);
    NcfScheduler ncf;
    EXPECT_THAT(Rates(ncf, question), Pointwise(DoubleNear(NOISE), {0, 1}));
}

} // namespace
} // namespace echelon
