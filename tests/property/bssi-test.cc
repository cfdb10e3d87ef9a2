// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `bssi` over whole runs: Σ w CCT of coflows that start together against a lower bound.
 *
 * On one link, whatever the others do, Σ w_c C_c is no less than if this link were alone; alone it
 * is a machine on which the weighted shortest processing time first is optimal (Smith 1956). The
 * largest of these bounds over the links bounds the optimum. The order is within 4 times the
 * optimum (docs/algorithms/coflow-baselines.md), and on these instances within 4 times the bound.
 */
#include "base/random.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

constexpr std::uint64_t SEEDS = 40;
constexpr std::uint64_t HOSTS = 6;
constexpr std::uint32_t COFLOWS = 10;
constexpr BitRate RATE = 10e9;

struct Instance
{
    Job job;
    std::vector<double> weights;
    /// By port, egress first: seconds of each coflow there.
    std::vector<std::vector<double>> load;
};

Instance
RandomInstance(std::uint64_t seed, bool weighted)
{
    RandomStream stream(seed, "coflows");
    Instance instance;
    instance.job.name = "random";
    instance.load.assign(2 * HOSTS, std::vector<double>(COFLOWS, 0.0));
    for (std::uint32_t c = 0; c < COFLOWS; ++c)
    {
        instance.weights.push_back(weighted ? 1 + static_cast<double>(stream.Below(20)) : 1);
        instance.job.graph.AddGroup(
            {"c" + std::to_string(c), "world", Arrangement::Coflow(), instance.weights[c]});
        const std::uint64_t flows = 1 + stream.Below(8);
        for (std::uint64_t i = 0; i < flows; ++i)
        {
            const std::uint64_t source = stream.Below(HOSTS);
            const std::uint64_t destination = (source + 1 + stream.Below(HOSTS - 1)) % HOSTS;
            const auto bytes = static_cast<Bytes>(1 + stream.Exponential(1e9));
            instance.job.graph.AddFlow({c, DeviceId(source), DeviceId(destination), bytes, 0, 1});
            instance.load[source][c] += 8.0 * static_cast<double>(bytes) / RATE;
            instance.load[HOSTS + destination][c] += 8.0 * static_cast<double>(bytes) / RATE;
        }
    }
    return instance;
}

double
LowerBound(const Instance& instance)
{
    double largest = 0;
    for (const std::vector<double>& load : instance.load)
    {
        std::vector<std::uint32_t> order;
        for (std::uint32_t c = 0; c < COFLOWS; ++c)
        {
            order.push_back(c);
        }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return load[a] * instance.weights[b] < load[b] * instance.weights[a];
        });
        double now = 0;
        double sum = 0;
        for (const std::uint32_t c : order)
        {
            now += load[c];
            sum += load[c] > 0 ? instance.weights[c] * now : 0;
        }
        largest = std::max(largest, sum);
    }
    return largest;
}

/// Σ w CCT under a scheduler.
double
WeightedCompletion(const Instance& instance, const std::string& name)
{
    const Topology topology = MakeBigSwitch({HOSTS, {1, {RATE, Time()}, {}, {}}});
    const SchedulerEntry& entry = SchedulerEntryOf(name);
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    const std::vector<Job> jobs{instance.job};
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, jobs, 1}, *scheduler, fabric);
    double sum = 0;
    for (const GroupRecord& group : record.groups)
    {
        sum += group.weight * (group.finish - group.reference).Seconds();
    }
    return sum;
}

class Bssi : public testing::TestWithParam<bool>
{
};

TEST_P(Bssi, StaysWithinFourTimesALowerBound)
{
    for (std::uint64_t seed = 1; seed <= SEEDS; ++seed)
    {
        const Instance instance = RandomInstance(seed, GetParam());
        const double sum = WeightedCompletion(instance, "bssi");
        const double bound = LowerBound(instance);
        EXPECT_GE(sum, bound * (1 - 1e-9)) << "no schedule is better than the bound, seed " << seed;
        EXPECT_LE(sum, 4 * bound) << "seed " << seed;
    }
}

// Over all instances with weights, it beats the orders that ignore them.
TEST(BssiWeights, AreRespected)
{
    double bssi = 0;
    double sebf = 0;
    double fair = 0;
    for (std::uint64_t seed = 1; seed <= SEEDS; ++seed)
    {
        const Instance instance = RandomInstance(seed, true);
        bssi += WeightedCompletion(instance, "bssi");
        sebf += WeightedCompletion(instance, "sebf");
        fair += WeightedCompletion(instance, "fair");
    }
    EXPECT_LT(bssi, sebf);
    EXPECT_LT(sebf, fair);
}

INSTANTIATE_TEST_SUITE_P(Weighted, Bssi, testing::Bool());

} // namespace
} // namespace echelon
