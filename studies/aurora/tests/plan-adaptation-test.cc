// SPDX-License-Identifier: GPL-2.0-only
#include "plan-adaptation.h"

#include <gtest/gtest.h>

namespace echelon
{

namespace
{

// Planned: 0 → 1 in two parts of 30 and 10 bytes, 1 → 0 20 bytes. Actual: 0 → 1 carries 10 bytes,
// 1 → 0 nothing, 2 → 0 7 bytes. Of 10 bytes the first part carries 10 · 30/40 = 7 (rounded down),
// the second what is left, 3. 1 → 0 disappears. 2 → 0 was not planned: it follows, in the stage of
// shift 1 (2 + 1 = 0 mod 3).
TEST(PlanAdaptationTest, SpreadsActualBytesAsPlanned)
{
    TransmissionPlan plan{3, StartRule::EXCLUSIVE, {}};
    plan.stages.push_back({{{0, 1, 30, 1}, {1, 0, 20, 0}}});
    plan.stages.push_back({{{0, 1, 10, 1}}});
    TrafficMatrix actual(3);
    actual.Set(0, 1, 10);
    actual.Set(2, 0, 7);

    const TransmissionPlan real = AdaptPlan(plan, actual);

    ASSERT_EQ(real.stages.size(), 3U);
    ASSERT_EQ(real.stages[0].transmissions.size(), 1U);
    EXPECT_EQ(real.stages[0].transmissions[0].bytes, 7);
    EXPECT_EQ(real.stages[1].transmissions[0].bytes, 3);
    EXPECT_EQ(real.stages[2].transmissions[0].source, 2U);
    EXPECT_EQ(real.stages[2].transmissions[0].bytes, 7);
}

// With the traffic that it was made for a plan stays as it is.
TEST(PlanAdaptationTest, KeepsThePlanForItsOwnTraffic)
{
    TransmissionPlan plan{2, StartRule::SENDER_ORDER, {}};
    plan.stages.push_back({{{0, 1, 3'000'000'000'000'000'001, 1}}});
    plan.stages.push_back({{{0, 1, 2, 1}, {1, 0, 5, 0}}});
    TrafficMatrix actual(2);
    actual.Set(0, 1, 3'000'000'000'000'000'003);
    actual.Set(1, 0, 5);

    const TransmissionPlan real = AdaptPlan(plan, actual);

    ASSERT_EQ(real.stages.size(), 2U);
    EXPECT_EQ(real.stages[0].transmissions[0].bytes, 3'000'000'000'000'000'001);
    EXPECT_EQ(real.stages[1].transmissions[0].bytes, 2);
    EXPECT_EQ(real.stages[1].transmissions[1].bytes, 5);
}

// At once: one stage, sorted.
TEST(PlanAdaptationTest, AddsUnplannedPairsToTheOneStageOfAtOnce)
{
    TransmissionPlan plan{3, StartRule::UNORDERED, {}};
    TrafficMatrix actual(3);
    actual.Set(1, 0, 4);
    actual.Set(0, 2, 6);

    const TransmissionPlan real = AdaptPlan(plan, actual);

    ASSERT_EQ(real.stages.size(), 1U);
    ASSERT_EQ(real.stages[0].transmissions.size(), 2U);
    EXPECT_EQ(real.stages[0].transmissions[0].source, 0U);
    EXPECT_EQ(real.stages[0].transmissions[1].bytes, 4);
    EXPECT_TRUE(AdaptPlan(plan, TrafficMatrix(3)).stages.empty());
}

} // namespace

} // namespace echelon
