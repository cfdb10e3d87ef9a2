// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Links that change their rates during a run, down to 0 and back: finish times worked out by hand,
 * capacities that are never exceeded (support/capacity-checker.h), and runs that stall.
 */
#include "base/contracts.h"
#include "base/random.h"
#include "emulation/emulation.h"
#include "emulation/run-failure.h"
#include "fabric/fair-fabric.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "support/capacity-checker.h"
#include "support/routes.h"
#include "support/scheduler-names.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

constexpr BitRate GIGABIT = 1e9;
constexpr Bytes GIGABYTE = 1000000000;

Time
Seconds(double seconds)
{
    return Time::FromSeconds(seconds);
}

/// Four hosts at 8 Gb/s on one switch. Links: egress 0 to 3, ingress 4 to 7.
Topology
Switch()
{
    return MakeBigSwitch({4, {1, {8 * GIGABIT, Time()}, {}, {}}});
}

/// A job of one flow, of that many gigabytes, that starts at once.
Job
OneFlow(const std::string& name, std::uint32_t from, std::uint32_t to, double gigabytes)
{
    Job job;
    job.name = name;
    FlowTemplate flow;
    flow.group = job.graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    flow.source = DeviceId(from);
    flow.destination = DeviceId(to);
    flow.bytes = static_cast<Bytes>(gigabytes * GIGABYTE);
    job.graph.AddFlow(flow);
    return job;
}

/// The flows' finish times in seconds, by job. Every capacity is checked.
std::vector<double>
Finishes(const std::vector<Job>& jobs,
         std::vector<LinkEvent> events,
         const std::string& name = "fair",
         const ControlPlane& control = {})
{
    const Topology topology = Switch();
    FluidFabric fluid(topology);
    CheckedFabric fabric(fluid, topology);
    const SchedulerEntry& entry = SchedulerEntryOf(name);
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    EmulationInput input{topology, jobs};
    input.control = control;
    input.events = std::move(events);
    const RunRecord record = RunEmulation(input, *scheduler, fabric);
    std::vector<double> finishes(jobs.size());
    for (const FlowRecord& flow : record.flows)
    {
        finishes[record.groups[flow.group.Value()].job.Value()] = flow.finish.Seconds();
    }
    return finishes;
}

void
ExpectNear(const std::vector<double>& actual, const std::vector<double>& expected)
{
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i)
    {
        EXPECT_NEAR(actual[i], expected[i], 1e-10) << i;
    }
}

TEST(NetworkConditionOfRates, KnowsWhatLinksCarryNowAndWhenBuilt)
{
    NetworkCondition condition({8e9, 4e9}, 0.5);
    EXPECT_EQ(condition.Capacity(), (std::vector<BitRate>{4e9, 2e9}));
    const Route route = TestRoutes().Intern({{LinkId(0), 1}, {LinkId(1), 0.25}}, Time());
    EXPECT_EQ(condition.MostAlone(route), 4e9); // link 1 would take a flow of 8e9
    EXPECT_FALSE(condition.HasLinkDown());
    condition.SetRate(LinkId(1), 0);
    condition.SetRate(LinkId(1), 0);
    EXPECT_TRUE(condition.HasLinkDown());
    EXPECT_FALSE(condition.Carries(route));
    EXPECT_TRUE(condition.Carries(RouteOf({LinkId(0)})));
    EXPECT_EQ(condition.MostAlone(route), 4e9);
    condition.SetRate(LinkId(1), 3e9);
    EXPECT_FALSE(condition.HasLinkDown());
    EXPECT_EQ(condition.Capacity(), (std::vector<BitRate>{4e9, 1.5e9}));
    EXPECT_EQ(condition.AsBuilt(), (std::vector<BitRate>{4e9, 2e9}));
    EXPECT_THROW(condition.SetRate(LinkId(0), -1), ContractViolation);
    EXPECT_THROW(condition.SetRate(LinkId(2), 1e9), ContractViolation);
}

TEST(CapacityChanges, AFlowSlowsDownAndSpeedsUpWithItsLink)
{
    // 8 Gbit at 8 Gb/s. From 0.5 s on 4 Gb/s for the other 4 Gbit: 1.5 s. If the link is whole
    // again at 1 s, 2 Gbit are left: 1.25 s.
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 1)};
    ExpectNear(Finishes(jobs, {{Seconds(0.5), LinkId(0), 4 * GIGABIT}}), {1.5});
    ExpectNear(
        Finishes(jobs,
                 {{Seconds(0.5), LinkId(5), 4 * GIGABIT}, {Seconds(1), LinkId(5), 8 * GIGABIT}}),
        {1.25});
    // Both links carry 4 Gb/s from the start. Twice the rate helps only where no other link is in
    // the way: 2 s if one link is whole again at 0.5 s, and if both are, 6 Gbit last 0.75 s more.
    std::vector<LinkEvent> events{{Time(), LinkId(0), 4 * GIGABIT},
                                  {Time(), LinkId(5), 4 * GIGABIT},
                                  {Seconds(0.5), LinkId(0), 8 * GIGABIT}};
    ExpectNear(Finishes(jobs, events), {2});
    events.push_back({Seconds(0.5), LinkId(5), 8 * GIGABIT});
    ExpectNear(Finishes(jobs, events), {1.25});
}

TEST(CapacityChanges, EventsAreOfTheTopologyAndGiveLinksAtMostWhatWasBuilt)
{
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 1)};
    ExpectNear(Finishes(jobs, {{Seconds(0.5), LinkId(0), 8 * GIGABIT}}), {1});
    EXPECT_THROW(Finishes(jobs, {{Seconds(0.5), LinkId(0), 8.001 * GIGABIT}}), ContractViolation);
    EXPECT_THROW(Finishes(jobs, {{Seconds(0.5), LinkId(8), GIGABIT}}), ContractViolation);
}

TEST(CapacityChanges, OthersTakeWhatASlowFlowLeaves)
{
    // Two flows of 4 Gbit into host 1 share 8 Gb/s. At 0.5 s 2 Gbit are left of each, and host 0
    // sends at 2 Gb/s from then on: its flow ends at 1.5 s, the other at 0.5 + 2 / 6 s.
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 0.5), OneFlow("b", 2, 1, 0.5)};
    ExpectNear(Finishes(jobs, {{Seconds(0.5), LinkId(0), 2 * GIGABIT}}), {1.5, 0.5 + 1.0 / 3});
}

TEST(CapacityChanges, AgentsCutAtOnceAndTheDecisionComesLater)
{
    // In force 0.1 s after a change. At 0.5 s 4.8 of 8 Gbit are left, and the link carries 4 Gb/s
    // at once: 1.7 s. If it is whole again at 1 s, 4 Gb/s last until 1.1 s: 2.4 Gbit are left, 1.4
    // s.
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 1)};
    ControlPlane late;
    late.controlDelay = Seconds(0.1);
    const LinkEvent half{Seconds(0.5), LinkId(0), 4 * GIGABIT};
    ExpectNear(Finishes(jobs, {half}, "fair", late), {1.7});
    ExpectNear(Finishes(jobs, {half, {Seconds(1), LinkId(0), 8 * GIGABIT}}, "fair", late), {1.4});
    // A decision of 0 s that is on its way when the link changes at 0.05 s is dropped: 0.15 s +
    // 2 s.
    ExpectNear(Finishes(jobs, {{Seconds(0.05), LinkId(0), 4 * GIGABIT}}, "fair", late), {2.15});
}

TEST(CapacityChanges, DuringAnOutageFlowsThatAreCutKeepTheirRatesNoMore)
{
    // Two flows of 4 Gbit into host 1 at 4 Gb/s each when the coordinator is lost. At 0.5 s 2 Gbit
    // are left of each, and host 0 sends at 2 Gb/s from then on: its flow ends at 1.5 s, and the
    // other one keeps its rate until 1 s.
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 0.5), OneFlow("b", 2, 1, 0.5)};
    ControlPlane lost;
    lost.lostAt = Seconds(0.25);
    const LinkEvent quarter{Seconds(0.5), LinkId(0), 2 * GIGABIT};
    ExpectNear(Finishes(jobs, {quarter}, "fair", lost), {1.5, 1});
    // Host 0's link is whole again at 1.25 s, with 0.5 Gbit left: 8 Gb/s, as nobody else is there.
    ExpectNear(Finishes(jobs, {quarter, {Seconds(1.25), LinkId(0), 8 * GIGABIT}}, "fair", lost),
               {1.3125, 1});
    // Both stand still for half a second and then share the link.
    ExpectNear(Finishes(jobs,
                        {{Seconds(0.5), LinkId(5), 0}, {Seconds(1), LinkId(5), 8 * GIGABIT}},
                        "fair",
                        lost),
               {1.5, 1.5});
}

TEST(CapacityChanges, AFabricThatSharesByItselfDoesAsTheSchedulerFair)
{
    const Topology topology = Switch();
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 0.5), OneFlow("b", 2, 1, 0.5)};
    for (const std::vector<LinkEvent>& events :
         {std::vector<LinkEvent>{{Seconds(0.5), LinkId(0), 2 * GIGABIT}},
          std::vector<LinkEvent>{{Seconds(0.25), LinkId(5), 0},
                                 {Seconds(0.75), LinkId(5), 4 * GIGABIT}}})
    {
        FairFabric fabric(topology);
        const auto scheduler =
            SchedulerEntryOf("fair").make(ParameterSet(SchedulerEntryOf("fair").parameters));
        EmulationInput input{topology, jobs};
        input.events = events;
        const RunRecord record = RunEmulation(input, *scheduler, fabric);
        std::vector<double> finishes;
        for (const FlowRecord& flow : record.flows)
        {
            finishes.push_back(flow.finish.Seconds());
        }
        ExpectNear(finishes, Finishes(jobs, events));
    }
}

TEST(CapacityChanges, InsideAHostPortsChangeToo)
{
    // Two GPUs at 8 Gb/s inside a host. Links: 0 and 1 of the interface; egress 2, 3; ingress 4, 5.
    const Topology topology =
        MakeBigSwitch({1, {2, {8 * GIGABIT, Time()}, {}, {8 * GIGABIT, Time()}}});
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 1)};
    FluidFabric fluid(topology);
    CheckedFabric fabric(fluid, topology);
    const auto scheduler =
        SchedulerEntryOf("sebf").make(ParameterSet(SchedulerEntryOf("sebf").parameters));
    EmulationInput input{topology, jobs};
    input.events = {{Seconds(0.5), LinkId(5), 0}, {Seconds(2), LinkId(5), 4 * GIGABIT}};
    EXPECT_NEAR(RunEmulation(input, *scheduler, fabric).makespan.Seconds(), 3, 1e-10);
}

TEST(Reroute, TheLastBitTakesTheNewWay)
{
    // 8 Gbit at 8 Gb/s, sent at 1 s; over the new way it arrives 3 ms later, not 1.
    const Topology topology = Switch();
    FluidFabric fluid(topology);
    CheckedFabric fabric(fluid, topology);

    struct : FabricObserver
    {
        void OnFlowSent(FlowId /*flow*/) override
        {
            sent = clock->Now();
        }

        void OnFlowFinished(FlowId /*flow*/) override
        {
            finished = clock->Now();
        }

        Clock* clock = nullptr;
        Time sent;
        Time finished;
    } witness;

    witness.clock = &fabric.GetClock();
    fabric.SetObserver(&witness);
    Flow flow;
    flow.bytes = GIGABYTE;
    flow.route = TestRoutes().Intern({{LinkId(0), 1}, {LinkId(5), 1}}, Seconds(0.001));
    const Route other = TestRoutes().Intern({{LinkId(0), 1}, {LinkId(6), 1}}, Seconds(0.003));
    fabric.StartFlow(flow);
    fabric.SetRates({{flow.id, 8 * GIGABIT, 0}});
    fabric.GetClock().CallAt(Seconds(0.5), [&] { fabric.Reroute(flow.id, other); });
    fabric.GetClock().Run();
    EXPECT_EQ(witness.sent, Seconds(1));
    EXPECT_EQ(witness.finished, Seconds(1.003));
}

class UnderEveryScheduler : public testing::TestWithParam<std::string>
{
};

TEST_P(UnderEveryScheduler, ALinkThatIsDownAndComesBackDelaysItsFlow)
{
    // Down from 0.5 to 2 s: 4 Gbit stand still, and last 0.5 s more.
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 1), OneFlow("b", 2, 3, 1)};
    ExpectNear(Finishes(jobs,
                        {{Seconds(0.5), LinkId(0), 0}, {Seconds(2), LinkId(0), 8 * GIGABIT}},
                        GetParam()),
               {2.5, 1});
}

TEST_P(UnderEveryScheduler, ALinkThatStaysDownStallsTheRun)
{
    const std::vector<Job> jobs{OneFlow("a", 0, 1, 1), OneFlow("b", 2, 3, 1)};
    try
    {
        Finishes(jobs, {{Seconds(0.5), LinkId(0), 0}}, GetParam());
        FAIL() << "the run does not end";
    }
    catch (const RunStalled& stalled)
    {
        EXPECT_EQ(std::string(stalled.what()),
                  "the run stalls at 1.00 s, when nothing can move any more: the flow of job \"a\" "
                  "from device 0 to device 1 (\"host0->switch\" is down) stands still");
    }
}

TEST_P(UnderEveryScheduler, AllBytesArriveHoweverLinksChange)
{
    // The checker holds the integral of each flow's rate to its bytes, and rates to capacities.
    for (const char* const router : {"ecmp", "spray"})
    {
        const ServerSpec server{2, {10e9, Time::FromSeconds(1e-6)}, {}, {80e9, Time()}, 1};
        const Topology topology = MakeLeafSpine({3, 2, 2, server, {5e9, Time::FromSeconds(1e-6)}});
        RandomStream stream(3, router);
        std::vector<Job> jobs;
        for (std::uint32_t f = 0; f < 40; ++f)
        {
            const auto from = static_cast<std::uint32_t>(stream.Below(12));
            const auto to = static_cast<std::uint32_t>((from + 1 + stream.Below(11)) % 12);
            jobs.push_back(OneFlow(std::to_string(f), from, to, 0.001 + 0.01 * stream.Uniform()));
            jobs.back().arrival = Seconds(0.02 * stream.Uniform());
        }
        std::vector<LinkEvent> events;
        for (int e = 0; e < 30; ++e)
        {
            const LinkId link(stream.Below(topology.Links().size()));
            const Time at = Seconds(0.05 * stream.Uniform());
            const BitRate built = topology.GetLink(link).rate;
            events.push_back({at, link, 0.4 * built * static_cast<double>(stream.Below(3))});
            events.push_back({at + Seconds(0.01), link, built});
        }
        ControlPlane late;
        late.controlDelay = Seconds(20e-6);
        ControlPlane failing = late;
        failing.minimumInterval = Seconds(50e-6);
        failing.reportDelay = Seconds(10e-6);
        failing.reportLoss = 0.1;
        failing.lostAt = Seconds(0.01);
        failing.backAt = Seconds(0.03);
        for (const ControlPlane& control : {ControlPlane(), late, failing})
        {
            FluidFabric fluid(topology);
            CheckedFabric fabric(fluid, topology);
            const SchedulerEntry& entry = SchedulerEntryOf(GetParam());
            const auto scheduler = entry.make(ParameterSet(entry.parameters));
            EmulationInput input{topology, jobs};
            input.control = control;
            input.events = events;
            input.router = router;
            EXPECT_EQ(RunEmulation(input, *scheduler, fabric).flows.size(), jobs.size());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AllSchedulers,
                         UnderEveryScheduler,
                         testing::ValuesIn(SchedulerNames()),
                         TestNameOf);

} // namespace
} // namespace echelon
