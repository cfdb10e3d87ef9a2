// SPDX-License-Identifier: GPL-2.0-only
#include "sched/echelon.h"
#include "support/hand-view.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

constexpr double NOISE = 1e-12;

// One link; now = 10. Group 0: 1 left, due at 0: τ = 11. Group 1: 2 left, due at 10: τ = 2, and it
// goes first, although Σ τ is then 13 + 2 instead of 11 + 3.
TEST(EchelonPaper, TheLeastTardyGroupGoesFirst)
{
    HandView question({1});
    question.view.now = Time::FromSeconds(10);
    question.Group();
    question.Flow({LinkId(0)}, 1);
    question.Group();
    question.Flow({LinkId(0)}, 2).idealFinish = Time::FromSeconds(10);
    EchelonPaperScheduler paper;
    EXPECT_THAT(Rates(paper, question), Pointwise(DoubleNear(NOISE), {0, 1}));
}

// A flow of the group has ended 4 late: the literal rule does not use that as room. 1 left, due at
// 9, now = 10: it gets the whole link.
TEST(EchelonPaper, TardinessSufferedIsNoRoom)
{
    HandView question({1});
    question.view.now = Time::FromSeconds(10);
    question.Group().tardiness = Time::FromSeconds(4);
    question.Flow({LinkId(0)}, 1).idealFinish = Time::FromSeconds(9);
    EchelonPaperScheduler paper;
    EXPECT_THAT(Rates(paper, question), ElementsAre(DoubleNear(1, NOISE)));
}

} // namespace
} // namespace echelon
