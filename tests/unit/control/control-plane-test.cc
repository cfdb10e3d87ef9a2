// SPDX-License-Identifier: GPL-2.0-only

// Delays, losses and outages between agents and coordinator.

#include "control/control-plane.h"

#include "base/contracts.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"
#include "support/capacity-checker.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Links of 1 GB/s.
Topology
FourHosts()
{
    return MakeBigSwitch({4, {1, {8e9, {}}, {}, {}}});
}

/// A job of flows of 1 GB, each in a group of its own, released at whole seconds.
struct Transfer
{
    int from;
    int to;
    double release;
};

Job
Transfers(const std::vector<Transfer>& transfers)
{
    Job job;
    job.name = "j";
    for (const Transfer& transfer : transfers)
    {
        const auto group = job.graph.AddGroup(
            {std::to_string(job.graph.Groups().size()), "c", Arrangement::Coflow(), 1.0});
        const TaskId flow = job.graph.AddFlow(
            {group, DeviceId(transfer.from), DeviceId(transfer.to), 1000000000, 0, 1});
        if (transfer.release > 0)
        {
            job.graph.AddDependency(job.graph.AddDelay(Time::FromSeconds(transfer.release)), flow);
        }
    }
    return job;
}

RunRecord
RunJobs(const std::vector<Job>& jobs,
        const std::string& scheduler,
        const ControlPlane& control,
        ControlObserver* observer = nullptr)
{
    const Topology topology = FourHosts();
    FluidFabric fluid(topology);
    CheckedFabric fabric(fluid, topology);
    const SchedulerEntry& entry = SchedulerEntryOf(scheduler);
    const auto made = entry.make(ParameterSet(entry.parameters));
    EmulationInput input{topology, jobs, 1};
    input.control = control;
    input.observer = observer;
    return RunEmulation(input, *made, fabric);
}

std::vector<double>
Finishes(const RunRecord& record)
{
    std::vector<double> seconds;
    for (const FlowRecord& flow : record.flows)
    {
        seconds.push_back(flow.finish.Seconds());
    }
    return seconds;
}

TEST(ControlPlane, ReportsDelayArrivalsAndDepartures)
{
    // A alone: known at 0.25 s, done at 1.25 s. B, released at 1.25 s on the same link: known at
    // 1.5 s, when A's departure is known as well; done at 2.5 s.
    ControlPlane control;
    control.reportDelay = Time::FromSeconds(0.25);
    const RunRecord record = RunJobs({Transfers({{0, 1, 0}, {0, 1, 1.25}})}, "fair", control);
    EXPECT_EQ(Finishes(record), (std::vector<double>{1.25, 2.5}));
    EXPECT_EQ(record.control.reports, 4U);
}

/// All flows share equally; the flows of the view have priorities 1, 2, ….
class Ranked : public Scheduler
{
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        for (std::size_t i = 0; i < view.flows.size(); ++i)
        {
            out.rates[i] = 8e9 / static_cast<double>(view.flows.size());
            out.priorities.push_back(static_cast<std::uint8_t>(i + 1));
        }
    }
};

/// Writes down the priorities that agents are told.
class PriorityLog : public ControlObserver
{
  public:
    void OnReport(FlowId, Report) override
    {
    }

    void OnDecision(std::size_t) override
    {
    }

    void OnRates(const std::vector<RateChange>& changes) override
    {
        for (const RateChange& change : changes)
        {
            told.emplace_back(change.flow.Value(), change.priority);
        }
    }

    void OnOutage(bool) override
    {
    }

    std::vector<std::pair<std::uint32_t, int>> told;
};

TEST(ControlPlane, PrioritiesReachTheAgentsWithTheRates)
{
    // A and B share a link until C comes after 1 s: then all three share it and are told their
    // priorities again. When A and B have left together, C is the first.
    const Topology topology = FourHosts();
    const std::vector<Job> jobs{Transfers({{0, 1, 0}, {0, 1, 0}, {0, 1, 1}})};
    FluidFabric fabric(topology);
    Ranked scheduler;
    PriorityLog log;
    EmulationInput input{topology, jobs};
    input.observer = &log;
    RunEmulation(input, scheduler, fabric);
    EXPECT_EQ(log.told,
              (std::vector<
                  std::pair<std::uint32_t, int>>{{0, 1}, {1, 2}, {0, 1}, {1, 2}, {2, 3}, {2, 1}}));
}

TEST(ControlPlane, TheFairShareIsLeftToEverybody)
{
    // fifo would send A's 1 GB first, then B's. With a fair share of one half A has 3/4 of the
    // link and B 1/4: A is sent after 4/3 s; B has 2/3 GB left then and ends at 2 s.
    ControlPlane control;
    control.fairShare = 0.5;
    const RunRecord record = RunJobs({Transfers({{0, 1, 0}, {0, 1, 0}})}, "fifo", control);
    EXPECT_NEAR(Finishes(record)[0], 4.0 / 3, 1e-9);
    EXPECT_NEAR(Finishes(record)[1], 2, 1e-9);
}

TEST(ControlPlane, AFlowThatHasLeftHoldsItsRateUntilTheReport)
{
    // fifo. A has the link from 0.25 s to 1.25 s. B is known at 0.35 s and waits. A's departure is
    // known at 1.5 s; only then B starts: done at 2.5 s.
    ControlPlane control;
    control.reportDelay = Time::FromSeconds(0.25);
    const RunRecord record = RunJobs({Transfers({{0, 1, 0}, {0, 1, 0.1}})}, "fifo", control);
    EXPECT_EQ(Finishes(record), (std::vector<double>{1.25, 2.5}));
}

TEST(ControlPlane, DecisionsKeepTheirInterval)
{
    // Interval 0.4 s. A is decided on at 0. B (another link) comes at 0.1 s and C at 0.3 s: both
    // are decided on at 0.4 s and done at 1.4 s.
    ControlPlane control;
    control.minimumInterval = Time::FromSeconds(0.4);
    const RunRecord record =
        RunJobs({Transfers({{0, 1, 0}, {2, 3, 0.1}, {3, 2, 0.3}})}, "fair", control);
    EXPECT_EQ(Finishes(record), (std::vector<double>{1, 1.4, 1.4}));
}

TEST(ControlPlane, LostReportsAreSentAgain)
{
    // Reports are lost half the time and repeated after 1 s: every arrival is known after a whole
    // number of seconds, and the same seed gives the same.
    ControlPlane control;
    control.reportLoss = 0.5;
    control.reportTimeout = Time::FromSeconds(1);
    const std::vector<Job> jobs{Transfers({{0, 1, 0}, {1, 2, 0}, {2, 3, 0}, {3, 0, 0}})};
    const RunRecord record = RunJobs(jobs, "fair", control);
    double last = 0;
    for (const double finish : Finishes(record))
    {
        EXPECT_EQ(finish, std::floor(finish));
        last = std::max(last, finish);
    }
    EXPECT_GT(last, 1);
    EXPECT_GT(record.control.reportsLost, 0U);
    EXPECT_EQ(record.control.reports, 8 + record.control.reportsLost);
    EXPECT_EQ(Finishes(record), Finishes(RunJobs(jobs, "fair", control)));
    control.seed = 2;
    EXPECT_NE(Finishes(record), Finishes(RunJobs(jobs, "fair", control)));
}

TEST(ControlPlane, AgentsKeepTheLastDecisionWhileTheCoordinatorIsLost)
{
    // fifo on one link: A at full rate, B waits. The coordinator is lost at 0.5 s. A keeps its rate
    // until it ends at 1 s; B has none and takes what A leaves: nothing until 1 s, then all. C
    // comes at 1.5 s with B half done; they share: 0.5 GB each takes 1 s, B ends at 2.5 s, then C
    // has the rest, 0.5 GB, until 3 s. (With its coordinator C would have waited for B: 2 s and 3
    // s.)
    ControlPlane control;
    control.lostAt = Time::FromSeconds(0.5);
    const std::vector<Job> jobs{Transfers({{0, 1, 0}, {0, 1, 0}, {0, 1, 1.5}})};
    EXPECT_EQ(Finishes(RunJobs(jobs, "fifo", control)), (std::vector<double>{1, 2.5, 3}));
    EXPECT_EQ(Finishes(RunJobs(jobs, "fifo", {})), (std::vector<double>{1, 2, 3}));
    // Back at 2 s: B has 0.25 GB left and goes first: 2.25 s.
    control.backAt = Time::FromSeconds(2);
    EXPECT_EQ(Finishes(RunJobs(jobs, "fifo", control)), (std::vector<double>{1, 2.25, 3}));
}

TEST(ControlPlane, ReportsAndDecisionsOnTheirWayAreLostWithTheCoordinator)
{
    // A's report would be there at 0.5 s, but the coordinator is lost at 0.25 s: the agents share
    // at once, A is done at 1.25 s. The same for a decision on its way.
    ControlPlane control;
    control.reportDelay = Time::FromSeconds(0.5);
    control.lostAt = Time::FromSeconds(0.25);
    EXPECT_EQ(Finishes(RunJobs({Transfers({{0, 1, 0}})}, "fair", control)),
              (std::vector<double>{1.25}));
}

TEST(ControlPlane, EveryFlowEndsUnderEverySchedulerWhateverIsLost)
{
    // 40 flows over four links in bursts, an outage in the middle, reports that come late, twice or
    // in another order. The checker around the fabric watches the links' capacities.
    std::vector<Transfer> transfers;
    for (int i = 0; i < 40; ++i)
    {
        transfers.push_back({i % 4, (i + 1 + i % 3) % 4, 0.37 * (i % 11)});
    }
    const std::vector<Job> jobs{Transfers(transfers)};
    ControlPlane control;
    control.reportDelay = Time::FromSeconds(0.02);
    control.reportLoss = 0.3;
    control.reportTimeout = Time::FromSeconds(0.1);
    control.minimumInterval = Time::FromSeconds(0.05);
    control.lostAt = Time::FromSeconds(3);
    for (const std::optional<Time> back :
         {std::optional<Time>(), std::optional(Time::FromSeconds(6))})
    {
        control.backAt = back;
        for (const SchedulerEntry& entry : SchedulerEntries())
        {
            SCOPED_TRACE(entry.name);
            const RunRecord record = RunJobs(jobs, entry.name, control);
            for (const FlowRecord& flow : record.flows)
            {
                EXPECT_GE(flow.finish - flow.start, Time::FromSeconds(1));
            }
        }
    }
}

/// Counts what passes.
class Counter : public ControlObserver
{
  public:
    void OnReport(FlowId /*flow*/, Report report) override
    {
        ++(report == Report::ARRIVAL ? arrivals : departures);
    }

    void OnDecision(std::size_t /*flows*/) override
    {
        ++decisions;
    }

    void OnRates(const std::vector<RateChange>& changes) override
    {
        rates += changes.size();
    }

    void OnOutage(bool /*lost*/) override
    {
        ++outages;
    }

    std::size_t arrivals = 0;
    std::size_t departures = 0;
    std::size_t decisions = 0;
    std::size_t rates = 0;
    std::size_t outages = 0;
};

TEST(ControlPlane, ObserverHearsReportsDecisionsAndRates)
{
    // Two flows one after the other on one link, fifo: arrivals are decided on together (both get a
    // rate, one of them 0), then A's departure (B's rate), then B's (nothing left to rate).
    Counter counter;
    RunJobs({Transfers({{0, 1, 0}, {0, 1, 0}})}, "fifo", {}, &counter);
    EXPECT_EQ(counter.arrivals, 2U);
    EXPECT_EQ(counter.departures, 2U);
    EXPECT_EQ(counter.decisions, 3U);
    EXPECT_EQ(counter.rates, 3U);
    EXPECT_EQ(counter.outages, 0U);
}

} // namespace
} // namespace echelon
