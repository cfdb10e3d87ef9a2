// SPDX-License-Identifier: GPL-2.0-only
#include "base/random.h"
#include "matching/assignment.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

std::int64_t
Sum(const std::vector<std::int64_t>& weights, const std::vector<std::uint32_t>& columnOf)
{
    std::int64_t sum = 0;
    for (std::size_t row = 0; row < columnOf.size(); ++row)
    {
        sum += weights[row * columnOf.size() + columnOf[row]];
    }
    return sum;
}

/// Cells that are taken out one assignment after the other: the sums are those from scratch, and
/// potentials stay within twice the largest weight.
TEST(AssignmentPotentials, FromEarlierPotentialsTheSumIsTheSame)
{
    RandomStream stream(1, "assignment/potentials");
    for (std::uint32_t n = 1; n <= 24; ++n)
    {
        std::vector<std::int64_t> weights(std::size_t{n} * n);
        for (std::int64_t& weight : weights)
        {
            weight = static_cast<std::int64_t>(stream.Below(n % 2 == 0 ? 4 : 1000));
        }
        std::vector<std::int64_t> potentials;
        for (std::uint32_t stage = 0; stage < 2 * n; ++stage)
        {
            const std::vector<std::uint32_t> columnOf = MaximumAssignment(n, weights, potentials);
            ASSERT_EQ(Sum(weights, columnOf), Sum(weights, MaximumAssignment(n, weights)));
            std::vector<bool> taken(n, false);
            for (std::uint32_t row = 0; row < n; ++row)
            {
                ASSERT_FALSE(taken[columnOf[row]]);
                taken[columnOf[row]] = true;
                weights[std::size_t{row} * n + columnOf[row]] = 0;
            }
            for (const std::int64_t potential : potentials)
            {
                ASSERT_LE(potential, 0);
                ASSERT_GE(potential, -2 * 1000);
            }
        }
    }
}

/// Weights of either sign at the limit, from potentials of others at the limit: nothing overflows.
TEST(AssignmentPotentials, FitAtTheLargestWeights)
{
    RandomStream stream(1, "assignment/limit");
    for (std::uint32_t n = 1; n <= 6; ++n)
    {
        const std::int64_t largest = LARGEST_ASSIGNMENT_SUM / n;
        std::vector<std::int64_t> potentials;
        for (std::uint32_t k = 0; k < 200; ++k)
        {
            std::vector<std::int64_t> weights(std::size_t{n} * n);
            for (std::int64_t& weight : weights)
            {
                weight = stream.Below(2) == 0 ? largest : -largest;
            }
            const std::vector<std::uint32_t> columnOf = MaximumAssignment(n, weights, potentials);
            ASSERT_EQ(Sum(weights, columnOf), Sum(weights, MaximumAssignment(n, weights)));
            for (const std::int64_t potential : potentials)
            {
                ASSERT_LE(potential, 0);
                ASSERT_GE(potential, -2 * largest);
            }
        }
    }
}

} // namespace
} // namespace echelon
