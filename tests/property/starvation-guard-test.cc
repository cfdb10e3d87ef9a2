// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The starvation guard around every scheduler: its bound at every instant, and over whole runs
 * against the system that the bound is stated in (docs/algorithms/starvation-guard.md).
 */
#include "control/starvation-guard.h"

#include "base/tolerances.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "support/random-view.h"
#include "support/routes.h"
#include "support/scheduler-names.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>

namespace echelon
{
namespace
{

constexpr std::uint64_t SEEDS = 20;
const double SHARES[] =
    {1e-300, 1e-12, 0.01, 0.1, 0.5, 0.9, 1 - 1e-9, 1 - 1e-12, 0.9999999999999999};

std::unique_ptr<Scheduler>
Make(const std::string& name)
{
    const SchedulerEntry& entry = SchedulerEntryOf(name);
    return entry.make(ParameterSet(entry.parameters));
}

/// Every flow gets its equal division of its tightest link, and nobody what another leaves.
class EqualDivision : public Scheduler
{
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        std::vector<double> users(view.capacity->size(), 0.0);
        for (const ActiveFlow& flow : view.flows)
        {
            for (const LinkId link : flow.route)
            {
                users[link.Value()] += flow.multiplicity;
            }
        }
        for (std::size_t i = 0; i < view.flows.size(); ++i)
        {
            const ActiveFlow& flow = view.flows[i];
            double share = std::numeric_limits<double>::infinity();
            for (const LinkId link : flow.route)
            {
                share = std::min(share, (*view.capacity)[link.Value()] / users[link.Value()]);
            }
            out.rates[i] = share * flow.multiplicity;
        }
    }
};

Topology
Oversubscribed(double scale)
{
    return MakeLeafSpine({4, 2, 2, {1, {scale * 10e9, Time()}, {}, {}}, {scale * 5e9, Time()}});
}

class Guarded : public testing::TestWithParam<std::string>
{
};

TEST_P(Guarded, EveryFlowHasItsShareAtEveryInstant)
{
    const Topology topology = Oversubscribed(1);
    for (std::uint64_t seed = 1; seed <= SEEDS; ++seed)
    {
        const RandomView question(topology, {60, 12, 3}, seed);
        const auto fair = Make("fair");
        const std::vector<BitRate> x = fair->Allocate(question.view).rates;
        for (const double share : SHARES)
        {
            const auto scheduler = Make(GetParam());
            StarvationGuard guarded(*scheduler, share);
            const std::vector<BitRate> rates = guarded.Allocate(question.view).rates;
            for (std::size_t i = 0; i < rates.size(); ++i)
            {
                EXPECT_GE(rates[i], share * x[i] * (1 - ROUNDING));
            }
        }
    }
}

TEST_P(Guarded, IsWorkConserving)
{
    const Topology topology = Oversubscribed(1);
    for (std::uint64_t seed = 1; seed <= SEEDS; ++seed)
    {
        const RandomView question(topology, {60, 12, 3}, seed);
        const auto scheduler = Make(GetParam());
        StarvationGuard guarded(*scheduler, 0.3);
        const std::vector<double> load =
            LinkLoads(question.view, guarded.Allocate(question.view).rates);
        for (const ActiveFlow& flow : question.view.flows)
        {
            EXPECT_TRUE(std::any_of(flow.route.begin(),
                                    flow.route.end(),
                                    [&](LinkId link) {
                                        return load[link.Value()] >=
                                               question.capacity[link.Value()] * (1 - 1e-9);
                                    }))
                << "flow " << flow.id.Value() << " could send faster";
        }
    }
}

TEST_P(Guarded, EndsNoLaterThanEqualDivisionOfTheShare)
{
    // 40 flows in 8 groups with releases in one second: enough for queues of several seconds.
    for (std::uint64_t seed = 1; seed <= SEEDS; ++seed)
    {
        RandomStream stream(seed, "guarded");
        std::vector<Job> jobs(1);
        jobs[0].name = "random";
        TaskGraph& graph = jobs[0].graph;
        for (std::uint32_t g = 0; g < 8; ++g)
        {
            graph.AddGroup({"g" + std::to_string(g), "world", Arrangement::Coflow(), 1.0});
        }
        for (int i = 0; i < 40; ++i)
        {
            const std::uint64_t source = stream.Below(8);
            const TaskId release = graph.AddDelay(Time::FromSeconds(stream.Uniform()));
            const TaskId flow = graph.AddFlow({static_cast<GroupIndex>(stream.Below(8)),
                                               DeviceId(source),
                                               DeviceId((source + 1 + stream.Below(7)) % 8),
                                               static_cast<Bytes>(1 + stream.Below(1000000000)),
                                               0,
                                               static_cast<std::uint32_t>(1 + stream.Below(2))});
            graph.AddDependency(release, flow);
        }
        constexpr double SHARE = 0.2;
        const Topology topology = Oversubscribed(1);
        FluidFabric fabric(topology);
        EmulationInput input{topology, jobs};
        input.control.fairShare = SHARE;
        const RunRecord record = RunEmulation(input, *Make(GetParam()), fabric);
        const Topology part = Oversubscribed(SHARE);
        FluidFabric partFabric(part);
        EqualDivision equal;
        const RunRecord bound = RunEmulation({part, jobs}, equal, partFabric);
        ASSERT_EQ(record.flows.size(), bound.flows.size());
        for (std::size_t i = 0; i < record.flows.size(); ++i)
        {
            ASSERT_EQ(record.flows[i].bytes, bound.flows[i].bytes);
            EXPECT_LE(record.flows[i].finish, bound.flows[i].finish) << seed << ' ' << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AllSchedulers, Guarded, testing::ValuesIn(SchedulerNames()), TestNameOf);

/// Strict priority to the flow with the largest id.
class LastFirst : public Scheduler
{
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        out.rates.back() = (*view.capacity)[view.flows.back().route[0].link.Value()];
    }
};

TEST(StarvationGuard, DividesOneLink)
{
    // Two flows on a link of 10 Gb/s, share 0.2: 1 Gb/s each; the last one gets the other 8.
    const Topology topology = MakeBigSwitch({2, {1, {10e9, Time()}, {}, {}}});
    RandomView question(topology, {2, 1}, 1);
    for (ActiveFlow& flow : question.view.flows)
    {
        flow.route = RouteBetween(topology, DeviceId(0), DeviceId(1), 1);
    }
    LastFirst lastFirst;
    StarvationGuard guard(lastFirst, 0.2);
    const std::vector<BitRate> rates = guard.Allocate(question.view).rates;
    EXPECT_DOUBLE_EQ(rates[0], 1e9);
    EXPECT_DOUBLE_EQ(rates[1], 9e9);
}

TEST(StarvationGuard, RefusesWhatIsNoPart)
{
    LastFirst lastFirst;
    EXPECT_THROW(StarvationGuard(lastFirst, 1), ContractViolation);
    EXPECT_THROW(StarvationGuard(lastFirst, 0), ContractViolation);
}

} // namespace
} // namespace echelon
