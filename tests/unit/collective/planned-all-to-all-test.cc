// SPDX-License-Identifier: GPL-2.0-only
#include "collective/planned-all-to-all.h"

#include "collective/collectives.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"
#include "support/graph-evaluation.h"

namespace echelon
{
namespace
{

/// OneSwitch: 100 Gb/s, 80 ps a byte; two links of 500 ns.
const Time DELAY = Time::FromPicoseconds(1000000);
constexpr std::int64_t BYTE = 80;

PlannedAllToAll
OnSwitch(const TransmissionPlan& plan)
{
    return PlannedOn(plan, PlanningFabric::BigSwitch(std::vector<BitRate>(plan.ranks, 100e9)));
}

TaskGraph
GraphOf(const PlannedAllToAll& planned, std::uint32_t lookahead)
{
    TaskGraph graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    const std::vector<TaskId> done =
        AddPlannedAllToAll(graph, FirstDevices(planned.plan.ranks), planned, group, {}, lookahead);
    EXPECT_EQ(done.size(), planned.plan.ranks);
    graph.CheckAcyclic();
    return graph;
}

/// Each flow alone on its ports.
Time
Alone(const FlowTemplate& flow)
{
    return Time::FromPicoseconds(BYTE * flow.bytes) + DELAY;
}

/// When each flow of the plan is done, in the plan's order, if every flow were alone on its ports.
std::vector<Time>
FlowTimes(const TransmissionPlan& plan, std::uint32_t lookahead)
{
    const TaskGraph graph = GraphOf(OnSwitch(plan), lookahead);
    const std::vector<Time> finish = FinishTimes(graph, Alone, DELAY);
    std::vector<Time> times;
    for (std::size_t t = 0; t < finish.size(); ++t)
    {
        if (graph.Tasks()[t].kind == TaskKind::FLOW)
        {
            times.push_back(finish[t]);
        }
    }
    return times;
}

Time
After(std::int64_t bytes, std::int64_t delays)
{
    return Time::FromPicoseconds(BYTE * bytes) + delays * DELAY;
}

/// Rank 0 sends 100 to 1 and then 300 to 2; 1 sends 200 to 2 and then 100 to 0; 2 sends last.
TransmissionPlan
ThreeRanks(StartRule rule)
{
    TransmissionPlan plan{3, rule, {}};
    plan.stages.push_back({{{0, 1, 100, 1}, {1, 2, 200, 2}}});
    plan.stages.push_back({{{0, 2, 300, 2}, {1, 0, 100, 0}}});
    plan.stages.push_back({{{2, 0, 400, 0}}});
    return plan;
}

TEST(PlannedAllToAll, ExclusiveWaitsForSenderAndReceiver)
{
    // 0->1 has left after 100 bytes, 1->2 after 200. 0->2 waits for 1->2 at its receiver: 200 +
    // 300. 1->0 waits for 1->2, which it sends before: 200 + 100. 2->0 waits for 1->0 at its
    // receiver (2 has not sent before): 300 + 400. All arrive one delay after they have left.
    EXPECT_EQ(FlowTimes(ThreeRanks(StartRule::EXCLUSIVE), 0),
              (std::vector<Time>{After(100, 1),
                                 After(200, 1),
                                 After(500, 1),
                                 After(300, 1),
                                 After(700, 1)}));
}

TEST(PlannedAllToAll, LookaheadLetsTheNextStageStandBy)
{
    // The second stage of every port starts at once; 2->0 is the second one of 0's receiving port.
    EXPECT_EQ(FlowTimes(ThreeRanks(StartRule::EXCLUSIVE), 1),
              (std::vector<Time>{After(100, 1),
                                 After(200, 1),
                                 After(300, 1),
                                 After(100, 1),
                                 After(400, 1)}));
}

TEST(PlannedAllToAll, SenderOrderIgnoresReceivers)
{
    // 0: 100, then 300; 1: 200, then 100; 2 starts at once.
    EXPECT_EQ(FlowTimes(ThreeRanks(StartRule::SENDER_ORDER), 0),
              (std::vector<Time>{After(100, 1),
                                 After(200, 1),
                                 After(400, 2),
                                 After(300, 2),
                                 After(400, 1)}));
}

TEST(PlannedAllToAll, AtMostLookaheadPlusOneStagesAreUnderWay)
{
    // Rank 0 sends 900, 1, 1, 1 to different ranks. With lookahead 1 the third waits for the first,
    // although the second is long done: 900 + 1; and so does the fourth, which also waits for the
    // second.
    TransmissionPlan plan{5, StartRule::EXCLUSIVE, {}};
    const Bytes sizes[] = {900, 1, 1, 1};
    for (std::uint32_t i = 0; i < 4; ++i)
    {
        plan.stages.push_back({{{0, i + 1, sizes[i], i + 1}}});
    }
    EXPECT_EQ(FlowTimes(plan, 1),
              (std::vector<Time>{After(900, 1), After(1, 1), After(901, 1), After(901, 1)}));
}

TEST(PlannedAllToAll, ForwardsItsOwnBytesBeforeWhatItIsBrought)
{
    // Rank 1 sends 150 to 2 in two parts, 60 of them brought by 0 in stage 0. Its own 90 cover the
    // first part (80), so that part waits for nothing; the second (70) waits until 0's 60
    // have arrived, which take 60 and a delay (12,500 bytes' time), and so longer than the first
    // part takes at the sending port.
    TransmissionPlan plan{3, StartRule::EXCLUSIVE, {}};
    plan.stages.push_back({{{0, 1, 60, 2}}});
    plan.stages.push_back({{{1, 2, 80, 2}}});
    plan.stages.push_back({{{1, 2, 70, 2}}});
    EXPECT_EQ(FlowTimes(plan, 0), (std::vector<Time>{After(60, 1), After(80, 1), After(130, 2)}));

    // With one part of 150 the arrival is needed before it starts.
    plan.stages[1].transmissions[0].bytes = 150;
    plan.stages.pop_back();
    EXPECT_EQ(FlowTimes(plan, 0), (std::vector<Time>{After(60, 1), After(210, 2)}));
}

TEST(PlannedAllToAll, InsideAServerNothingWaitsItsTurn)
{
    // All three ranks in one server: everything starts at once, whatever the rule.
    PlannedAllToAll planned = OnSwitch(ThreeRanks(StartRule::EXCLUSIVE));
    planned.servers = {0, 0, 0};
    const TaskGraph graph = GraphOf(planned, 0);
    EXPECT_EQ(Makespan(FinishTimes(graph, Alone, DELAY)), After(400, 1));
}

TEST(PlannedAllToAll, EveryRankIsDoneWhenItsOwnIsDone)
{
    // As in ExclusiveWaitsForSenderAndReceiver: rank 1 takes part in 0->1, 1->2 and 1->0.
    TaskGraph graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    std::vector<TaskId> ready;
    for (std::int64_t rank = 0; rank < 3; ++rank)
    {
        ready.push_back(graph.AddDelay(After(1000 * rank, 0)));
    }
    const std::vector<TaskId> done = AddPlannedAllToAll(graph,
                                                        FirstDevices(3),
                                                        OnSwitch(ThreeRanks(StartRule::EXCLUSIVE)),
                                                        group,
                                                        ready,
                                                        0);
    // 0->1 from 1000: 1100. 1->2 from 2000: 2200. 0->2: 2500. 1->0: 2300. 2->0: 2700.
    const std::vector<Time> finish = FinishTimes(graph, Alone, DELAY);
    EXPECT_EQ(finish[done[0].Value()], After(2700, 1));
    EXPECT_EQ(finish[done[1].Value()], After(2300, 1));
    EXPECT_EQ(finish[done[2].Value()], After(2700, 1));
}

TEST(PlannedAllToAll, ArrangementIsTheBusiestPortsTime)
{
    // Port loads after each stage, bytes: 200 (1 sends, 2 receives); 500 (2 receives); 0 receives
    // 500 by now as well: 500, and a picosecond, since stages ascend.
    const PlannedAllToAll planned = OnSwitch(ThreeRanks(StartRule::EXCLUSIVE));
    EXPECT_EQ(planned.arrangement.Offsets(),
              (std::vector<Time>{Time(), After(300, 0), After(300, 0) + Time::FromPicoseconds(1)}));
    EXPECT_EQ(OnSwitch({3, StartRule::UNORDERED, {}}).arrangement.GetShape(),
              Arrangement::Shape::COFLOW);
}

/// The shifts of n ranks, 100 kB each, as EXCLUSIVE stages.
TransmissionPlan
Shifts(std::uint32_t n)
{
    TransmissionPlan plan{n, StartRule::EXCLUSIVE, {}};
    for (std::uint32_t shift = 1; shift < n; ++shift)
    {
        Stage stage;
        for (std::uint32_t s = 0; s < n; ++s)
        {
            stage.transmissions.push_back({s, (s + shift) % n, 100000, (s + shift) % n});
        }
        plan.stages.push_back(stage);
    }
    return plan;
}

Time
RunOnFluid(const Topology& topology,
           const TransmissionPlan& plan,
           std::uint32_t lookahead,
           const std::string& scheduler)
{
    const std::vector<DeviceId> ranks = FirstDevices(plan.ranks);
    TaskGraph graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    AddPlannedAllToAll(graph,
                       ranks,
                       PlannedOn(plan, PlanningFabric::Of(topology, ranks)),
                       group,
                       {},
                       lookahead);
    const std::vector<Job> jobs{{"a", std::move(graph), 1, Time(), 1.0}};
    FluidFabric fabric(topology);
    const SchedulerEntry& entry = SchedulerEntryOf(scheduler);
    const std::unique_ptr<Scheduler> made = entry.make(ParameterSet(entry.parameters));
    return RunEmulation({topology, jobs}, *made, fabric).makespan;
}

TEST(PlannedAllToAll, PortsDoNotIdleBetweenStages)
{
    // 7 stages of 100 kB: only the last pays the delay.
    const Topology topology = OneSwitch(8);
    EXPECT_EQ(RunOnFluid(topology, Shifts(8), 0, "fair"), After(700000, 1));
    for (const char* scheduler : {"edf", "least-slack", "echelon"})
    {
        EXPECT_EQ(RunOnFluid(topology, Shifts(8), 0, scheduler), After(700000, 1)) << scheduler;
        EXPECT_EQ(RunOnFluid(topology, Shifts(8), 1, scheduler), After(700000, 1)) << scheduler;
    }
}

TEST(PlannedAllToAll, LookaheadWorksRoundARankThatIsLate)
{
    // Rank 2 is ready 50 kB's time late. 0 sends to 2 and then to 1, 100 kB each: in order, 250 kB
    // from the start; with lookahead 1 the second goes first, until the first is ready to.
    for (const std::uint32_t lookahead : {0U, 1U})
    {
        TransmissionPlan plan{3, StartRule::EXCLUSIVE, {}};
        plan.stages.push_back({{{0, 2, 100000, 2}}});
        plan.stages.push_back({{{0, 1, 100000, 1}}});
        const Topology topology = OneSwitch(3);
        TaskGraph graph;
        const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
        const std::vector<TaskId> ready{graph.AddBarrier(),
                                        graph.AddBarrier(),
                                        graph.AddDelay(After(50000, 0))};
        AddPlannedAllToAll(graph, FirstDevices(3), OnSwitch(plan), group, ready, lookahead);
        const std::vector<Job> jobs{{"a", std::move(graph), 1, Time(), 1.0}};
        FluidFabric fabric(topology);
        const SchedulerEntry& entry = SchedulerEntryOf("edf");
        const std::unique_ptr<Scheduler> made = entry.make(ParameterSet(entry.parameters));
        EXPECT_EQ(RunEmulation({topology, jobs}, *made, fabric).makespan,
                  After(lookahead == 0 ? 250000 : 200000, 1));
    }
}

TEST(PlannedAllToAll, TransmissionsCrossTheirSpine)
{
    // Two leaves of two hosts, two spines, all links 100 Gb/s, 500 ns: 0->2 and 1->3 of 100 kB. On
    // one spine they share an uplink: twice the time. Four links of delay.
    ServerSpec server;
    server.hostLink = {100e9, Time::FromPicoseconds(500000)};
    const Topology topology = MakeLeafSpine({2, 2, 2, server, server.hostLink});
    for (const std::uint32_t spine : {0U, 1U})
    {
        TransmissionPlan plan{4, StartRule::EXCLUSIVE, {}};
        plan.stages.push_back({{{0, 2, 100000, 2, 1}, {1, 3, 100000, 3, spine}}});
        EXPECT_EQ(RunOnFluid(topology, plan, 0, "fair"), After(spine == 1 ? 200000 : 100000, 2));
    }
}

TEST(PlannedAllToAll, TransmissionsTakeTurnsOnLinksOfPortRate)
{
    // As before, 1->3 a stage later: on one spine it waits for 0->2, whose ports are others.
    ServerSpec server;
    server.hostLink = {100e9, Time::FromPicoseconds(500000)};
    const std::vector<DeviceId> ranks = FirstDevices(4);
    for (const double uplink : {100e9, 200e9})
    {
        const LinkSpec link{uplink, server.hostLink.delay};
        const Topology topology = MakeLeafSpine({2, 2, 2, server, link});
        for (const std::uint32_t spine : {0U, 1U})
        {
            TransmissionPlan plan{4, StartRule::EXCLUSIVE, {}};
            plan.stages.push_back({{{0, 2, 100000, 2, 1}}});
            plan.stages.push_back({{{1, 3, 100000, 3, spine}}});
            const TaskGraph graph =
                GraphOf(PlannedOn(plan, PlanningFabric::Of(topology, ranks)), 0);
            const bool waits = spine == 1 && uplink == 100e9;
            EXPECT_EQ(Makespan(FinishTimes(graph, Alone, DELAY)),
                      After(waits ? 200000 : 100000, 1));
        }
    }
}

TEST(PlannedAllToAll, CollectivesFollowTheOrderThatTheStyleNames)
{
    // spread-out by its registry name, 4 ranks of 4000 bytes: three shifts of 1000, one sender
    // each.
    CollectiveStyle style;
    style.allToAll = "spread-out";
    style.lookahead = 0;
    TaskGraph graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    AddCollective(graph,
                  OneSwitch(4),
                  {CollectiveKind::ALL_TO_ALL, FirstDevices(4), 4000, style},
                  group,
                  0,
                  {});
    EXPECT_EQ(CountTasks(graph, TaskKind::FLOW), 12);
    EXPECT_EQ(Makespan(FinishTimes(graph, Alone, DELAY)), After(3000, 3));
    EXPECT_EQ(graph.Groups()[group].arrangement.Offsets().size(), 3);
}

} // namespace
} // namespace echelon
