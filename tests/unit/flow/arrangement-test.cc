// SPDX-License-Identifier: GPL-2.0-only
#include "flow/arrangement.h"

#include "base/contracts.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

const Time SECOND = Time::FromSeconds(1);

std::vector<double>
Seconds(const Arrangement& arrangement)
{
    std::vector<double> seconds;
    for (const Time offset : arrangement.Offsets())
    {
        seconds.push_back(offset.Seconds());
    }
    return seconds;
}

TEST(Arrangement, CoflowsFinishTogether)
{
    const Arrangement coflow = Arrangement::Coflow();
    EXPECT_EQ(coflow.Offset(0), Time());
    EXPECT_EQ(coflow.Offset(41), Time());
}

TEST(Arrangement, PipelineFollowsEquation6)
{
    // d_0 = r, d_j = d_(j-1) + T with T = 2 s
    EXPECT_EQ(Seconds(Arrangement::Pipeline(4, 2 * SECOND)), (std::vector<double>{0, 2, 4, 6}));
}

TEST(Arrangement, FsdpFollowsEquation7)
{
    // n = 3 layers, T_fwd = 1 s, T_bwd = 2 s: C_1, C_2 come after a forward layer each, C_3 … C_5
    // after a backward layer each.
    EXPECT_EQ(Seconds(Arrangement::Fsdp(3, SECOND, 2 * SECOND)),
              (std::vector<double>{0, 1, 2, 4, 6, 8}));
}

TEST(Arrangement, FsdpOfUnitsThatDiffer)
{
    // Forward passes of 1, 2, 4 s and backward passes of 10, 20, 40 s; C_3 feeds the backward pass
    // of unit 2, which can begin when all forward passes are done.
    EXPECT_EQ(Seconds(Arrangement::Fsdp({SECOND, 2 * SECOND, 4 * SECOND},
                                        {10 * SECOND, 20 * SECOND, 40 * SECOND})),
              (std::vector<double>{0, 1, 3, 7, 47, 67}));
}

TEST(Arrangement, RefusesOffsetsThatDecreaseOrDoNotStartAtZero)
{
    EXPECT_THROW(Arrangement::Explicit({}), ContractViolation);
    EXPECT_THROW(Arrangement::Explicit({SECOND}), ContractViolation);
    EXPECT_THROW(Arrangement::Explicit({Time(), 2 * SECOND, SECOND}), ContractViolation);
}

} // namespace
} // namespace echelon
