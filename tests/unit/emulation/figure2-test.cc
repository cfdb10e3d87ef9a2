// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Figure 2 of Pan et al., "Efficient Flow Scheduling in Distributed Deep Learning Training with
 * Echelon Formation" (HotNets 2022), through the whole loop of executor, coordinator, scheduler and
 * fluid fabric.
 *
 * One link of B = 8 Gb/s. A producer computes three micro-batches, 1 s each from t = 0 on, and
 * sends 2B = 2 GB after each, so flows are released at 1, 2, 3 s. A consumer computes 1 s on each.
 * The group's arrangement is a pipeline with T = 1 s.
 */
#include "base/tolerances.h"
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

const Time SECOND = Time::FromSeconds(1);
constexpr double LINK_RATE = 8e9;

std::vector<Job>
PipelineOfThree()
{
    Job job;
    job.name = "figure-2";
    TaskGraph& graph = job.graph;
    const GroupIndex group =
        graph.AddGroup({"pp 0->1", "pp", Arrangement::Pipeline(3, SECOND), 1.0});
    for (std::uint32_t microBatch = 0; microBatch < 3; ++microBatch)
    {
        const TaskId produce = graph.AddCompute(DeviceId(0), SECOND, "produce");
        const TaskId send =
            graph.AddFlow({group, DeviceId(0), DeviceId(1), 2000000000, microBatch, 1});
        const TaskId consume = graph.AddCompute(DeviceId(1), SECOND, "consume");
        graph.AddDependency(produce, send);
        graph.AddDependency(send, consume);
    }
    return {job};
}

/// Passes rates on and writes down each decision as (time, the flows' shares of the link).
class SpyFabric : public FluidFabric
{
  public:
    using FluidFabric::FluidFabric;

    void SetRates(const std::vector<RateChange>& changes) override
    {
        for (const RateChange& change : changes)
        {
            m_share[change.flow.Value()] = change.rate / LINK_RATE;
        }
        history[Now().Seconds()] = m_share;
        FluidFabric::SetRates(changes);
    }

    std::map<double, std::array<double, 3>> history;

  private:
    std::array<double, 3> m_share{};
};

struct Expectation
{
    const char* scheduler;
    std::array<double, 3> finishes;
    double computationDone;
    /// At these times, the shares of those flows that are then unfinished (a finished flow's share
    /// is not compared: -1).
    std::map<double, std::array<double, 3>> shares;
};

class Figure2Test : public testing::TestWithParam<Expectation>
{
};

TEST_P(Figure2Test, MatchesThePapersTable)
{
    const Expectation& expected = GetParam();
    const Topology topology = MakeBigSwitch({2, {1, {LINK_RATE, Time()}, {}, {}}});
    const std::vector<Job> jobs = PipelineOfThree();
    const SchedulerEntry& entry = SchedulerEntryOf(expected.scheduler);
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    SpyFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, jobs, 1}, *scheduler, fabric);

    ASSERT_EQ(record.flows.size(), 3);
    for (std::size_t f = 0; f < 3; ++f)
    {
        EXPECT_NEAR(record.flows[f].finish.Seconds(),
                    expected.finishes[f],
                    1e-9 * expected.finishes[f]);
    }
    EXPECT_NEAR(record.makespan.Seconds(),
                expected.computationDone,
                1e-9 * expected.computationDone);
    for (const auto& [time, shares] : expected.shares)
    {
        // Finishes are rounded up to whole picoseconds and coalesced: find the decision nearest to
        // the time.
        const auto it = fabric.history.lower_bound(time - 1e-9);
        ASSERT_NE(it, fabric.history.end());
        ASSERT_NEAR(it->first, time, 1e-9);
        for (std::size_t f = 0; f < 3; ++f)
        {
            if (shares[f] >= 0)
            {
                EXPECT_NEAR(it->second[f], shares[f], 1e-9)
                    << "flow " << f << " at " << time << " s";
            }
        }
    }
}

/// With one EchelonFlow the rank decides nothing, so both readings of the paper give its row.
Expectation
EchelonFlow(const char* scheduler)
{
    return {scheduler,
            {5, 6, 7},
            8,
            {{1, {1, 0, 0}},
             {2, {1.0 / 2, 1.0 / 2, 0}},
             {3, {1.0 / 4, 5.0 / 12, 1.0 / 3}},
             {5, {-1, 2.0 / 3, 1.0 / 3}},
             {6, {-1, -1, 1}}}};
}

// The rows of the paper's figure. Tardiness of the EchelonFlow (reference time 1 s, ideal finishes
// 1, 2, 3 s) under "echelon": 4, 4, 4.
INSTANTIATE_TEST_SUITE_P(
    Fluid,
    Figure2Test,
    testing::Values(
        Expectation{"fair",
                    {4.5, 6.5, 7},
                    8.5,
                    {{1, {1, 0, 0}},
                     {2, {1.0 / 2, 1.0 / 2, 0}},
                     {3, {1.0 / 3, 1.0 / 3, 1.0 / 3}},
                     {4.5, {-1, 1.0 / 2, 1.0 / 2}},
                     {6.5, {-1, -1, 1}}}},
        Expectation{"sebf",
                    {7, 7, 7},
                    10,
                    {{1, {1, 0, 0}}, {2, {1.0 / 3, 2.0 / 3, 0}}, {3, {1.0 / 6, 1.0 / 3, 1.0 / 2}}}},
        EchelonFlow("echelon"),
        EchelonFlow("echelon-paper"),
        // Derived: order alone reaches the optimum on one link (1 + 2, + 2, + 2).
        Expectation{"edf", {3, 5, 7}, 8, {{1, {1, 0, 0}}, {3, {-1, 1, 0}}, {5, {-1, -1, 1}}}},
        Expectation{"fifo", {3, 5, 7}, 8, {}}),
    [](const auto& info) {
        std::string name = info.param.scheduler;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

TEST(Figure2Test, TardinessIsFourForEveryFlow)
{
    const Topology topology = MakeBigSwitch({2, {1, {LINK_RATE, Time()}, {}, {}}});
    const std::vector<Job> jobs = PipelineOfThree();
    const SchedulerEntry& entry = SchedulerEntryOf("echelon");
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    FluidFabric fabric(topology);
    const RunRecord record = RunEmulation({topology, jobs, 1}, *scheduler, fabric);
    for (const FlowRecord& flow : record.flows)
    {
        EXPECT_NEAR((flow.finish - flow.idealFinish).Seconds(), 4, 4e-9);
    }
    ASSERT_EQ(record.groups.size(), 1);
    EXPECT_NEAR(record.groups[0].tardiness.Seconds(), 4, 4e-9);
    EXPECT_EQ(record.groups[0].reference, SECOND);
}

} // namespace
} // namespace echelon
