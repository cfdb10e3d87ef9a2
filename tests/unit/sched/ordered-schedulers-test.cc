// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * fifo, srpt and edf: the same greedy rates in three orders.
 *
 * The system of most tests: two links of capacity 4 and 10; flow 0 crosses both, flow 1 the first,
 * flow 2 the second. Whoever of flows 0 and 1 comes first has link 0; flow 2 gets 10 - 4 behind
 * flow 0, or before it all 10 and flow 0 nothing.
 */
#include "sched/flow-orders.h"
#include "support/hand-view.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::ElementsAre;

class OrderedSchedulers : public testing::Test
{
  protected:
    OrderedSchedulers()
        : m_question({4, 10})
    {
        m_question.Group();
        m_question.Flow({LinkId(0), LinkId(1)}, 2);
        m_question.Flow({LinkId(0)}, 2);
        m_question.Flow({LinkId(1)}, 2);
    }

    std::vector<ActiveFlow>& Flows()
    {
        return m_question.view.flows;
    }

    HandView m_question;
};

TEST_F(OrderedSchedulers, FifoServesByRelease)
{
    FifoScheduler fifo;
    Flows()[0].release = Time::FromSeconds(2);
    Flows()[1].release = Time::FromSeconds(3);
    Flows()[2].release = Time::FromSeconds(3);
    EXPECT_THAT(Rates(fifo, m_question), ElementsAre(4, 0, 6));
    Flows()[1].release = Time::FromSeconds(1);
    EXPECT_THAT(Rates(fifo, m_question), ElementsAre(0, 4, 10));
}

TEST_F(OrderedSchedulers, SrptServesTheShortestRest)
{
    SrptScheduler srpt;
    Flows()[2].remainingBits = 1;
    Flows()[0].remainingBits = 1.5;
    // Flow 2 first, 10; flow 0 is shut out by it, so flow 1 gets link 0 although its rest is
    // longer.
    EXPECT_THAT(Rates(srpt, m_question), ElementsAre(0, 4, 10));
    Flows()[2].remainingBits = 1.75;
    EXPECT_THAT(Rates(srpt, m_question), ElementsAre(4, 0, 6));
}

TEST_F(OrderedSchedulers, SrptPlacesABundleByOneOfItsFlows)
{
    SrptScheduler srpt;
    Flows()[1].remainingBits = 6;
    Flows()[1].multiplicity = 4; // 1.5 per flow, less than flow 0 has
    EXPECT_THAT(Rates(srpt, m_question), ElementsAre(0, 4, 10));
}

TEST_F(OrderedSchedulers, EdfServesByIdealFinish)
{
    EdfScheduler edf;
    Flows()[0].idealFinish = Time::FromSeconds(3);
    Flows()[1].idealFinish = Time::FromSeconds(2);
    Flows()[2].idealFinish = Time::FromSeconds(4);
    EXPECT_THAT(Rates(edf, m_question), ElementsAre(0, 4, 10));
    Flows()[0].idealFinish = Time::FromSeconds(1);
    EXPECT_THAT(Rates(edf, m_question), ElementsAre(4, 0, 6));
}

TEST_F(OrderedSchedulers, TiesGoToTheSmallerId)
{
    FifoScheduler fifo;
    SrptScheduler srpt;
    EdfScheduler edf;
    EXPECT_THAT(Rates(fifo, m_question), ElementsAre(4, 0, 6));
    EXPECT_THAT(Rates(srpt, m_question), ElementsAre(4, 0, 6));
    EXPECT_THAT(Rates(edf, m_question), ElementsAre(4, 0, 6));
}

} // namespace
} // namespace echelon
