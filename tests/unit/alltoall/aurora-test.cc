// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/aurora.h"

#include "alltoall/entry-durations.h"
#include "alltoall/plan-time.h"
#include "support/plan-checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

using ::testing::IsEmpty;

/// At 8 Gb/s a byte takes 1 ns.
constexpr BitRate PORT = 8e9;

Time
Nanoseconds(std::int64_t ns)
{
    return Time::FromPicoseconds(1000 * ns);
}

TEST(Aurora, EndsWithTheBusiestPort)
{
    // Rows 7, 5, 6 and columns 4, 8, 6: rank 1 receives 8 bytes, 8 ns.
    TrafficMatrix traffic(3);
    traffic.Set(0, 1, 5);
    traffic.Set(0, 2, 2);
    traffic.Set(1, 0, 1);
    traffic.Set(1, 2, 4);
    traffic.Set(2, 0, 3);
    traffic.Set(2, 1, 3);
    const PlanningFabric fabric = PlanningFabric::BigSwitch({PORT, PORT, PORT});
    const TransmissionPlan plan = PlanAurora(traffic, fabric, {});
    EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
    EXPECT_EQ(TimePlan(plan, fabric).makespan, Nanoseconds(8));
    EXPECT_EQ(TimePlan(plan, fabric).fanIn, 1U);
    EXPECT_DOUBLE_EQ(OneSenderBound(traffic, fabric), 8e-9);
}

TEST(Aurora, NothingToSendNeedsNoStage)
{
    const PlanningFabric fabric = PlanningFabric::BigSwitch({PORT, PORT});
    EXPECT_THAT(PlanAurora(TrafficMatrix(2), fabric, {}).stages, IsEmpty());
    EXPECT_THAT(PlanAurora(TrafficMatrix(1), PlanningFabric::BigSwitch({PORT}), {}).stages,
                IsEmpty());
}

TEST(Aurora, UnequalPortsTakeOneSenderPerReceiver)
{
    // Rank 2 receives 100 bytes from ranks 0 and 1 each, which send at half its rate: one after
    // the other 400 ns, though 200 ns would do if it heard both at once.
    TrafficMatrix traffic(3);
    traffic.Set(0, 2, 100);
    traffic.Set(1, 2, 100);
    const PlanningFabric fabric = PlanningFabric::BigSwitch({PORT / 2, PORT / 2, PORT});
    const TransmissionPlan plan = PlanAurora(traffic, fabric, {});
    EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
    EXPECT_EQ(TimePlan(plan, fabric).makespan, Nanoseconds(400));
    EXPECT_DOUBLE_EQ(OneSenderBound(traffic, fabric), 400e-9);
    EXPECT_DOUBLE_EQ(LowerBound(traffic, fabric), 200e-9);
}

TEST(Aurora, MoreTimeThanPicosecondsCountIsPlannedToo)
{
    // 4 × 10^18 bytes at 8 and 4 kb/s: 8 × 10^15 s, or 8 × 10^27 ps.
    TrafficMatrix traffic(2);
    traffic.Set(0, 1, TrafficMatrix::MAX_BYTES);
    const PlanningFabric fabric = PlanningFabric::BigSwitch({8e3, 4e3});
    const TransmissionPlan plan = PlanAurora(traffic, fabric, {});
    EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
    EXPECT_EQ(TimePlan(plan, fabric).makespan, Time::Max());
}

TEST(Aurora, TrafficInsideServersGoesAtOnce)
{
    // 0 → 1 over scale-up, beside 0 → 2 and 1 → 2 over the network.
    PlanningFabric fabric = PlanningFabric::BigSwitch({PORT, PORT, PORT});
    fabric.server = {0, 0, 1};
    fabric.scaleUpRate = 10 * PORT;
    TrafficMatrix traffic(3);
    traffic.Set(0, 1, 1000);
    traffic.Set(0, 2, 100);
    traffic.Set(1, 2, 100);
    const TransmissionPlan plan = PlanAurora(traffic, fabric, {});
    EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
    EXPECT_EQ(plan.stages.size(), 2U);
    EXPECT_EQ(plan.stages.front().transmissions.size(), 2U);
    EXPECT_EQ(TimePlan(plan, fabric).makespan, Nanoseconds(200));
}

} // namespace
} // namespace echelon
