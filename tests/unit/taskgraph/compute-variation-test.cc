// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Noise in compute times: exp(sigma × N) has median 1, mean exp(sigma² / 2), and 68.27 % of it lies
 * between exp(-sigma) and exp(sigma).
 */
#include "taskgraph/compute-variation.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

const Time SECOND = Time::FromSeconds(1);

/// Factors of n tasks of one iteration, ascending.
std::vector<double>
Factors(const ComputeTimes& times, std::uint32_t n)
{
    std::vector<double> factors;
    for (std::uint32_t t = 0; t < n; ++t)
    {
        factors.push_back(times.Real(SECOND, DeviceId(0), 0, TaskId(t)).Seconds());
    }
    std::sort(factors.begin(), factors.end());
    return factors;
}

TEST(ComputeTimes, AreTheProfileByDefault)
{
    const ComputeTimes times({}, 1, "a");
    EXPECT_EQ(times.Real(SECOND, DeviceId(3), 7, TaskId(11)), SECOND);
}

TEST(ComputeTimes, AreLognormalWithMedianOne)
{
    // 40,000 draws: the standard error of the mean is 0.2 / 200 = 0.001, of the median 0.00125, of
    // the share 0.0023. Four of them are allowed.
    constexpr std::uint32_t n = 40000;
    const std::vector<double> factors =
        Factors(ComputeTimes({0.2, ComputeVariation::Scope::TASK, {}, 1}, 1, "a"), n);
    double sum = 0;
    std::size_t within = 0;
    for (const double factor : factors)
    {
        sum += factor;
        within += std::abs(std::log(factor)) <= 0.2 ? 1 : 0;
    }
    EXPECT_NEAR(sum / n, std::exp(0.02), 0.0041);
    EXPECT_NEAR(factors[n / 2], 1, 0.005);
    EXPECT_NEAR(static_cast<double>(within) / n, 0.6827, 0.0093);
}

TEST(ComputeTimes, AreDrawnPerJobIterationAndTaskOrOnce)
{
    const auto real = [](ComputeVariation::Scope scope,
                         std::uint64_t seed,
                         const char* job,
                         std::uint32_t iteration,
                         std::uint32_t task) {
        return ComputeTimes({0.2, scope, {}, 1}, seed, job)
            .Real(SECOND, DeviceId(0), iteration, TaskId(task));
    };
    constexpr auto perTask = ComputeVariation::Scope::TASK;
    constexpr auto perJob = ComputeVariation::Scope::JOB;
    const Time first = real(perTask, 1, "a", 0, 0);
    EXPECT_EQ(first, real(perTask, 1, "a", 0, 0));
    EXPECT_NE(first, real(perTask, 2, "a", 0, 0));
    EXPECT_NE(first, real(perTask, 1, "b", 0, 0));
    EXPECT_NE(first, real(perTask, 1, "a", 1, 0));
    EXPECT_NE(first, real(perTask, 1, "a", 0, 1));
    EXPECT_NE(real(perTask, 1, "a", 1, 0), real(perTask, 1, "a", 0, 1));
    EXPECT_EQ(real(perJob, 1, "a", 0, 0), real(perJob, 1, "a", 5, 9));
    EXPECT_NE(real(perJob, 1, "a", 0, 0), real(perJob, 1, "b", 0, 0));
    EXPECT_NE(real(perJob, 1, "a", 0, 0), SECOND);
}

TEST(ComputeTimes, OfStragglersAreLonger)
{
    const ComputeTimes times({0, ComputeVariation::Scope::TASK, {DeviceId(5), DeviceId(2)}, 1.5},
                             1,
                             "a");
    EXPECT_EQ(times.Real(2 * SECOND, DeviceId(5), 0, TaskId(0)), 3 * SECOND);
    EXPECT_EQ(times.Real(2 * SECOND, DeviceId(2), 0, TaskId(0)), 3 * SECOND);
    EXPECT_EQ(times.Real(2 * SECOND, DeviceId(3), 0, TaskId(0)), 2 * SECOND);
}

} // namespace
} // namespace echelon
