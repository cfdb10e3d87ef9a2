// SPDX-License-Identifier: GPL-2.0-only
#include "support/plan-checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// 0 → 1: 10 bytes, 0 → 2: 20, 1 → 2: 30.
TrafficMatrix
Traffic()
{
    TrafficMatrix traffic(3);
    traffic.Set(0, 1, 10);
    traffic.Set(0, 2, 20);
    traffic.Set(1, 2, 30);
    return traffic;
}

PlanningFabric
Switch(std::uint32_t ranks)
{
    return PlanningFabric::BigSwitch(std::vector<BitRate>(ranks, 8e9));
}

/// Ranks 0 and 1 in one rack, 2 and 3 in another; two spines, uplinks as fast as ports.
PlanningFabric
TwoRacks()
{
    PlanningFabric fabric = Switch(4);
    fabric.rack = {0, 0, 1, 1};
    fabric.spines = 2;
    fabric.uplinkRate = {8e9, 8e9, 8e9, 8e9};
    return fabric;
}

std::vector<std::string>
Check(std::vector<Stage> stages, StartRule rule = StartRule::EXCLUSIVE)
{
    return CheckPlan({3, rule, std::move(stages)}, Traffic(), Switch(3));
}

TEST(PlanChecker, ARightPlanHasNoFaults)
{
    EXPECT_THAT(Check({{{{0, 1, 10, 1}, {1, 2, 30, 2}}}, {{{0, 2, 20, 2}}}}), IsEmpty());
    EXPECT_THAT(Check({{{{0, 1, 10, 1}, {0, 2, 20, 2}, {1, 2, 30, 2}}}}, StartRule::UNORDERED),
                IsEmpty());
}

TEST(PlanChecker, MissingAndDoubledBytesAreFound)
{
    EXPECT_THAT(Check({{{{0, 1, 10, 1}, {1, 2, 29, 2}}}, {{{0, 2, 20, 2}}}}),
                ElementsAre("rank 1 still has 1 bytes for rank 2"));
    EXPECT_THAT(Check({{{{0, 1, 10, 1}, {1, 2, 30, 2}}}, {{{0, 2, 20, 2}}}, {{{0, 1, 10, 1}}}}),
                ElementsAre("stage 2: rank 0 to rank 1: sends 10 bytes of 0"));
}

TEST(PlanChecker, AStageIsAMatching)
{
    EXPECT_THAT(Check({{{{0, 1, 10, 1}, {0, 2, 20, 2}}}, {{{1, 2, 30, 2}}}}),
                ElementsAre("stage 0: rank 0 to rank 2: sends to rank 1 too"));
    EXPECT_THAT(Check({{{{0, 2, 20, 2}, {1, 2, 30, 2}}}, {{{0, 1, 10, 1}}}}),
                ElementsAre("stage 0: rank 1 to rank 2: receives from rank 0 too"));
}

TEST(PlanChecker, ARelayHasWhatItForwardsFromEarlierStages)
{
    // 0's bytes for 2 by way of 1: not in the stage that brings them.
    EXPECT_THAT(Check({{{{0, 1, 10, 1}, {1, 2, 30, 2}}}, {{{0, 1, 20, 2}}}, {{{1, 2, 20, 2}}}}),
                IsEmpty());
    EXPECT_THAT(Check({{{{0, 1, 10, 1}, {1, 2, 30, 2}}}, {{{0, 1, 20, 2}, {1, 2, 20, 2}}}}),
                ElementsAre("stage 1: rank 1 to rank 2: sends 20 bytes of 0",
                            "rank 1 still has 20 bytes for rank 2"));
    EXPECT_THAT(Check({{{{0, 1, 10, 1}, {0, 1, 20, 2}}}}, StartRule::SENDER_ORDER),
                ::testing::Contains(HasSubstr("only exclusive plans relay")));
}

TEST(PlanChecker, MalformedTransmissionsAreFound)
{
    EXPECT_THAT(Check({{{{0, 3, 10, 3}}}}), ElementsAre("stage 0: rank 0 to rank 3: no such rank"));
    EXPECT_THAT(Check({{{{0, 0, 10, 0}}}}),
                ::testing::Contains("stage 0: rank 0 to rank 0: a rank sends itself nothing"));
    EXPECT_THAT(Check({{{{0, 1, 0, 1}}}}),
                ::testing::Contains("stage 0: rank 0 to rank 1: 0 bytes"));
    EXPECT_THAT(Check({{{{1, 2, 30, 2}, {0, 1, 10, 1}}}, {{{0, 2, 20, 2}}}}),
                ElementsAre("stage 0: rank 0 to rank 1: not sorted, or listed twice"));
    EXPECT_THAT(Check({{{{0, 1, 10, 1, 0}}}}),
                ::testing::Contains("stage 0: rank 0 to rank 1: crosses no spine 0"));
    EXPECT_THAT(Check({{}, {}}, StartRule::UNORDERED),
                ::testing::Contains(HasSubstr("more than one stage")));
    EXPECT_THAT(CheckPlan({2, StartRule::EXCLUSIVE, {}}, Traffic(), Switch(3)),
                ElementsAre("the plan is for 2 ranks, the fabric has 3, the traffic 3"));
}

TEST(PlanChecker, UplinksCarryAtMostTheirRate)
{
    TrafficMatrix traffic(4);
    traffic.Set(0, 2, 1000000);
    traffic.Set(1, 3, 1000000);
    // Each on a spine of its own; then both on one, both ways out of rack 0 and into rack 1.
    const TransmissionPlan apart{4,
                                 StartRule::EXCLUSIVE,
                                 {{{{0, 2, 1000000, 2, 0}, {1, 3, 1000000, 3, 1}}}}};
    EXPECT_THAT(CheckPlan(apart, traffic, TwoRacks()), IsEmpty());
    const TransmissionPlan together{4,
                                    StartRule::EXCLUSIVE,
                                    {{{{0, 2, 1000000, 2, 1}, {1, 3, 1000000, 3, 1}}}}};
    EXPECT_THAT(CheckPlan(together, traffic, TwoRacks()),
                ElementsAre("stage 0: to rack 1 over spine 1: 16.0 Gb/s on a link of 8.00 Gb/s",
                            "stage 0: from rack 0 over spine 1: 16.0 Gb/s on a link of 8.00 Gb/s"));
    // Split in halves over both spines: 4 + 4 Gb/s on each.
    const TransmissionPlan split{4,
                                 StartRule::EXCLUSIVE,
                                 {{{{0, 2, 500000, 2, 0},
                                    {0, 2, 500000, 2, 1},
                                    {1, 3, 500000, 3, 0},
                                    {1, 3, 500000, 3, 1}}}}};
    EXPECT_THAT(CheckPlan(split, traffic, TwoRacks()), IsEmpty());
}

TEST(PlanChecker, AtMostTenFaults)
{
    std::vector<Stage> stages(20);
    for (Stage& stage : stages)
    {
        stage.transmissions.push_back({2, 0, 1, 0});
    }
    EXPECT_EQ(Check(stages).size(), 10U);
}

} // namespace
} // namespace echelon
