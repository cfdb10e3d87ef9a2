// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Figure 2 of Pan et al., "Efficient Flow Scheduling in Distributed Deep Learning Training with
 * Echelon Formation" (HotNets 2022), decision by decision.
 *
 * One link of bandwidth B = 1; three flows of 2B each in one group, released at t = 1, 2, 3; ideal
 * finish times d = 1, 2, 3. Each decision below states what is left of the flows then, which
 * follows from the rates of the decision before.
 */
#include "sched/scheduler-registry.h"
#include "support/hand-view.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

using testing::DoubleNear;
using testing::Pointwise;

const LinkId LINK(0);

/// One decision: the time, and (flow 1, 2, 3) what is left, 0 for a flow that is not there.
std::vector<BitRate>
Decide(const char* scheduler, double now, std::array<double, 3> remaining)
{
    HandView question({1.0});
    question.view.now = Time::FromSeconds(now);
    question.Group().reference = Time::FromSeconds(1);
    for (std::size_t f = 0; f < remaining.size(); ++f)
    {
        if (remaining[f] > 0)
        {
            ActiveFlow& flow = question.Flow({LINK}, remaining[f]);
            flow.release = Time::FromSeconds(1.0 + static_cast<double>(f));
            flow.idealFinish = flow.release;
        }
    }
    const SchedulerEntry& entry = SchedulerEntryOf(scheduler);
    return Rates(*entry.make(ParameterSet(entry.parameters)), question);
}

#define EXPECT_RATES(actual, ...)                                                                  \
    EXPECT_THAT(actual, Pointwise(DoubleNear(1e-12), std::vector<double>{__VA_ARGS__}))

TEST(Figure2Rates, FairSharing)
{
    // The flows there share alike. Flow 1 sends 1 by t = 2, then 1/2 by t = 3, the last 1/2 at 1/3
    // by 4.5; the others then have 3/2 - 1/2 = 1 and 2 - 1/2 = 3/2 left, at 1/2 each until 6.5;
    // flow 3 has 1/2 left and ends at 7.
    EXPECT_RATES(Decide("fair", 1, {2, 0, 0}), 1);
    EXPECT_RATES(Decide("fair", 2, {1, 2, 0}), 1. / 2, 1. / 2);
    EXPECT_RATES(Decide("fair", 3, {1. / 2, 3. / 2, 2}), 1. / 3, 1. / 3, 1. / 3);
    EXPECT_RATES(Decide("fair", 4.5, {0, 1, 3. / 2}), 1. / 2, 1. / 2);
    EXPECT_RATES(Decide("fair", 6.5, {0, 0, 1. / 2}), 1);
}

TEST(Figure2Rates, Coflow)
{
    // All end together: rates in proportion to what is left, which is 1 : 2 at t = 2 and 2/3 : 4/3
    // : 2 at t = 3.
    EXPECT_RATES(Decide("sebf", 1, {2, 0, 0}), 1);
    EXPECT_RATES(Decide("sebf", 2, {1, 2, 0}), 1. / 3, 2. / 3);
    EXPECT_RATES(Decide("sebf", 3, {2. / 3, 4. / 3, 2}), 1. / 6, 1. / 3, 1. / 2);
}

TEST(Figure2Rates, EchelonFlow)
{
    // One group: how groups are ranked makes no difference.
    for (const char* scheduler : {"echelon", "echelon-paper"})
    {
        EXPECT_RATES(Decide(scheduler, 1, {2, 0, 0}), 1);
        // τ = max(2 + 1 - 1, 2 + 3 - 2) = 3, deadlines 4 and 5. Flow 2: 1 in (4, 5], the other 1
        // over (2, 4].
        EXPECT_RATES(Decide(scheduler, 2, {1, 2, 0}), 1. / 2, 1. / 2);
        // τ = max(3 + 1/2 - 1, 3 + 2 - 2, 3 + 4 - 3) = 4, deadlines 5, 6, 7. Flow 3: 1 in (6, 7], 1
        // over (3, 6]. Flow 2: 2/3 in (5, 6], 5/6 over (3, 5]. Flow 1: 1/2 over (3, 5].
        EXPECT_RATES(Decide(scheduler, 3, {1. / 2, 3. / 2, 2}), 1. / 4, 5. / 12, 1. / 3);
        // Left: 3/2 - 5/6 = 2/3 and 2 - 2/3 = 4/3; deadlines 6 and 7. Flow 3: 1 in (6, 7], 1/3 over
        // (5, 6].
        EXPECT_RATES(Decide(scheduler, 5, {0, 2. / 3, 4. / 3}), 2. / 3, 1. / 3);
        EXPECT_RATES(Decide(scheduler, 6, {0, 0, 1}), 1);
    }
}

TEST(Figure2Rates, EarliestDeadlineFirst)
{
    // Each flow has the link to itself until it ends: at 3, 5 and 7.
    EXPECT_RATES(Decide("edf", 1, {2, 0, 0}), 1);
    EXPECT_RATES(Decide("edf", 2, {1, 2, 0}), 1, 0);
    EXPECT_RATES(Decide("edf", 3, {0, 2, 2}), 1, 0);
    EXPECT_RATES(Decide("edf", 5, {0, 0, 2}), 1);
}

} // namespace
} // namespace echelon
