// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Theorems of docs/algorithms/echelonflow.md on random instances: on one link the schedule attains
 * the optimum; coflows are scheduled as by sebf, whenever they start.
 */
#include "sched/echelon.h"

#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "sched/coflow-orders.h"
#include "sched/flow-orders.h"
#include "support/hand-view.h"
#include "support/random-view.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// A flow on one link of capacity 1.
struct Volume
{
    double bits;
    double idealFinish;
    double release;
};

/// In the order of ideal finish times. @param latest releases are drawn from [0, latest).
std::vector<Volume>
RandomVolumes(std::uint64_t seed, double latest)
{
    RandomStream stream(seed, "volumes");
    std::vector<Volume> volumes;
    double due = 0;
    const std::uint64_t count = 1 + stream.Below(8);
    for (std::uint64_t i = 0; i < count; ++i)
    {
        // Now and then two flows are due together.
        due += stream.Below(4) == 0 ? 0.0 : stream.Uniform();
        volumes.push_back({0.01 + stream.Exponential(0.6), due, latest * stream.Uniform()});
    }
    return volumes;
}

/// Without releases: the largest over prefixes of (sum of bits - ideal finish), which no schedule
/// can beat (Jackson 1955).
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

/// Asks on every release and finish. @return the largest tardiness.
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
        std::vector<std::size_t> active;
        double next = 1e9;
        for (std::size_t i = 0; i < volumes.size(); ++i)
        {
            if (volumes[i].release > now)
            {
                next = std::min(next, volumes[i].release);
                continue;
            }
            active.push_back(i);
            question.Flow({LinkId(0)}, volumes[i].bits).idealFinish =
                Time::FromSeconds(volumes[i].idealFinish);
        }
        std::vector<double> rate(volumes.size(), 0.0);
        if (!active.empty())
        {
            const std::vector<BitRate> rates = Rates(scheduler, question);
            for (std::size_t k = 0; k < active.size(); ++k)
            {
                rate[active[k]] = rates[k];
                next =
                    rates[k] > 0 ? std::min(next, now + volumes[active[k]].bits / rates[k]) : next;
            }
        }
        std::vector<Volume> left;
        for (std::size_t i = 0; i < volumes.size(); ++i)
        {
            Volume volume = volumes[i];
            volume.bits -= rate[i] * (next - now);
            if (volume.bits > 1e-12)
            {
                left.push_back(volume);
            }
            else
            {
                tardiness = std::max(tardiness, next - volume.idealFinish);
            }
        }
        volumes = left;
        now = next;
    }
    return tardiness;
}

/// Ideal finish times are whole picoseconds in the view, and each of a few events rounds.
constexpr double NOISE_SECONDS = 1e-10;

TEST(EchelonProperty, OneLinkAttainsTheOptimum)
{
    for (std::uint64_t seed = 0; seed < 2000; ++seed)
    {
        const std::vector<Volume> volumes = RandomVolumes(seed, 0);
        EchelonScheduler echelon;
        EdfScheduler edf;
        const double optimum = LeastTardiness(volumes);
        EXPECT_NEAR(RunToTheEnd(echelon, volumes), optimum, NOISE_SECONDS) << "seed " << seed;
        EXPECT_NEAR(RunToTheEnd(edf, volumes), optimum, NOISE_SECONDS) << "seed " << seed;
    }
}

TEST(EchelonProperty, OneLinkAttainsTheOptimumWithReleasesUnknownInAdvance)
{
    // Preemptive earliest deadline first is optimal with releases (Horn 1974).
    for (std::uint64_t seed = 0; seed < 2000; ++seed)
    {
        const std::vector<Volume> volumes = RandomVolumes(seed, 3);
        EchelonScheduler echelon;
        EdfScheduler edf;
        EXPECT_NEAR(RunToTheEnd(echelon, volumes), RunToTheEnd(edf, volumes), NOISE_SECONDS)
            << "seed " << seed;
    }
}

Topology
BigSwitch()
{
    return MakeBigSwitch({8, {1, {10e9, Time()}, {}, {}}});
}

/// Oversubscribed 1:2.
Topology
LeafSpine()
{
    return MakeLeafSpine({4, 2, 2, {1, {10e9, Time()}, {}, {}}, {5e9, Time()}});
}

TEST(EchelonProperty, CoflowsAreRankedAndServedAsBySebfWhateverTheirStarts)
{
    // Every flow is due at its group's reference time, which differs from group to group.
    for (std::uint64_t seed = 0; seed < 300; ++seed)
    {
        const auto flows = static_cast<std::uint32_t>(1 + seed % 50);
        RandomView question(seed % 2 ? BigSwitch() : LeafSpine(), {flows, 1 + flows / 4, 4}, seed);
        for (ActiveFlow& flow : question.view.flows)
        {
            flow.idealFinish = question.view.groups[flow.group].reference;
        }
        EchelonScheduler echelon;
        SebfScheduler sebf;
        const std::vector<BitRate> expected = sebf.Allocate(question.view).rates;
        const std::vector<BitRate> actual = echelon.Allocate(question.view).rates;
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            ASSERT_EQ(actual[i], expected[i]) << "flow " << i << ", seed " << seed;
        }
    }
}

/// 2 to 12 coflows of 1 to 8 flows, which start at random times, those of one coflow in part
/// together and in part one after the other.
std::vector<Job>
RandomCoflows(const Topology& topology, std::uint64_t seed)
{
    RandomStream stream(seed, "coflows");
    Job job;
    job.name = "coflows";
    const std::uint64_t coflows = 2 + stream.Below(11);
    for (std::uint64_t c = 0; c < coflows; ++c)
    {
        const std::string name = "coflow" + std::to_string(c);
        const GroupIndex group = job.graph.AddGroup({name, name, Arrangement::Coflow(), 1.0});
        Time start = Time::FromSeconds(0.2 * stream.Uniform());
        const std::uint64_t flows = 1 + stream.Below(8);
        for (std::uint64_t f = 0; f < flows; ++f)
        {
            const std::uint64_t source = stream.Below(topology.Devices());
            const std::uint64_t step = 1 + stream.Below(topology.Devices() - 1);
            const auto bytes = static_cast<Bytes>(1 + stream.Exponential(2e7));
            if (stream.Below(3) == 0)
            {
                start += Time::FromSeconds(0.02 * stream.Uniform());
            }
            const TaskId flow =
                job.graph.AddFlow({group,
                                   DeviceId(source),
                                   DeviceId((source + step) % topology.Devices()),
                                   bytes,
                                   0,
                                   static_cast<std::uint32_t>(1 + stream.Below(2))});
            job.graph.AddDependency(job.graph.AddDelay(start), flow);
        }
    }
    return {job};
}

TEST(EchelonProperty, RunsOfCoflowsEqualSebfFlowByFlow)
{
    for (std::uint64_t seed = 0; seed < 1000; ++seed)
    {
        const Topology topology = seed % 2 ? BigSwitch() : LeafSpine();
        const std::vector<Job> jobs = RandomCoflows(topology, seed);
        std::vector<RunRecord> records;
        EchelonScheduler echelon;
        SebfScheduler sebf;
        for (Scheduler* scheduler : std::initializer_list<Scheduler*>{&echelon, &sebf})
        {
            FluidFabric fabric(topology);
            EmulationInput input{topology, jobs, seed};
            input.keepsSeries = false;
            records.push_back(RunEmulation(input, *scheduler, fabric));
        }
        ASSERT_EQ(records[0].flows.size(), records[1].flows.size());
        for (std::size_t f = 0; f < records[0].flows.size(); ++f)
        {
            ASSERT_EQ(records[0].flows[f].finish, records[1].flows[f].finish)
                << "flow " << f << ", seed " << seed;
        }
    }
}

} // namespace
} // namespace echelon
