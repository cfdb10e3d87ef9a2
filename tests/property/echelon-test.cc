// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Theorems of docs/algorithms/echelonflow.md on random instances: on one link the schedule attains
 * τ, the optimum; coflows with one reference time are scheduled as by sebf.
 */
#include "sched/echelon.h"

#include "sched/edf.h"
#include "sched/sebf.h"
#include "support/hand-view.h"
#include "support/random-view.h"
#include "topology/builders.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Flows on one link of capacity 1, in the order of ideal finish times.
struct Volume
{
    double bits;
    double idealFinish;
};

std::vector<Volume>
RandomVolumes(std::uint64_t seed)
{
    RandomStream stream(seed, "volumes");
    std::vector<Volume> volumes;
    double due = 0;
    const std::uint64_t count = 1 + stream.Below(8);
    for (std::uint64_t i = 0; i < count; ++i)
    {
        // Now and then two flows are due together.
        due += stream.Below(4) == 0 ? 0.0 : stream.Uniform();
        volumes.push_back({0.01 + stream.Exponential(0.6), due});
    }
    return volumes;
}

/// The largest over prefixes of (sum of bits - ideal finish): what no schedule can beat (Jackson
/// 1955).
double
LeastTardiness(const std::vector<Volume>& volumes)
{
    double sum = 0;
    double tardiness = -1e9;
    for (const Volume& volume : volumes)
    {
        sum += volume.bits;
        tardiness = std::max(tardiness, sum - volume.idealFinish);
    }
    return tardiness;
}

/// Runs the flows to their ends, asking again whenever one ends. @return the largest tardiness.
double
RunToTheEnd(Scheduler& scheduler, std::vector<Volume> volumes)
{
    double now = 0;
    double tardiness = -1e9;
    while (!volumes.empty())
    {
        HandView question({1.0});
        question.view.now = Time::FromSeconds(now);
        question.Group();
        for (const Volume& volume : volumes)
        {
            question.Flow({LinkId(0)}, volume.bits).idealFinish =
                Time::FromSeconds(volume.idealFinish);
        }
        const std::vector<BitRate> rates = Rates(scheduler, question);
        double step = 1e9;
        for (std::size_t i = 0; i < volumes.size(); ++i)
        {
            step = rates[i] > 0 ? std::min(step, volumes[i].bits / rates[i]) : step;
        }
        now += step;
        std::vector<Volume> left;
        for (std::size_t i = 0; i < volumes.size(); ++i)
        {
            const double bits = volumes[i].bits - rates[i] * step;
            if (bits > 1e-12)
            {
                left.push_back({bits, volumes[i].idealFinish});
            }
            else
            {
                tardiness = std::max(tardiness, now - volumes[i].idealFinish);
            }
        }
        volumes = left;
    }
    return tardiness;
}

TEST(EchelonProperty, OneLinkAttainsTheOptimum)
{
    for (std::uint64_t seed = 0; seed < 2000; ++seed)
    {
        const std::vector<Volume> volumes = RandomVolumes(seed);
        EchelonScheduler echelon;
        EdfScheduler edf;
        const double optimum = LeastTardiness(volumes);
        // Ideal finish times are whole picoseconds in the view.
        EXPECT_NEAR(RunToTheEnd(echelon, volumes), optimum, 1e-10) << "seed " << seed;
        EXPECT_NEAR(RunToTheEnd(edf, volumes), optimum, 1e-10) << "seed " << seed;
    }
}

TEST(EchelonProperty, CoflowsWithOneReferenceTimeAreScheduledAsBySebf)
{
    const Topology topology = MakeLeafSpine({4, 2, 2, {1, {10e9, Time()}, {}, {}}, {5e9, Time()}});
    for (std::uint64_t seed = 0; seed < 300; ++seed)
    {
        const auto flows = static_cast<std::uint32_t>(1 + seed % 50);
        RandomView question(topology, {flows, 1 + flows / 4, 4}, seed);
        for (ActiveFlow& flow : question.view.flows)
        {
            flow.idealFinish = Time::FromSeconds(9);
        }
        EchelonScheduler echelon;
        SebfScheduler sebf;
        const std::vector<BitRate> expected = sebf.Allocate(question.view).rates;
        const std::vector<BitRate> actual = echelon.Allocate(question.view).rates;
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            ASSERT_NEAR(actual[i], expected[i], 1e-12 * 10e9) << "flow " << i << ", seed " << seed;
        }
    }
}

} // namespace
} // namespace echelon
