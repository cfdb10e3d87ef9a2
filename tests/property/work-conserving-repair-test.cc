// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Whole runs on the fluid fabric: after every decision, repairs included, no active flow could send
 * faster, whichever of the work-conserving schedulers decides.
 */
#include "base/random.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "support/scheduler-names.h"

#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

constexpr std::uint64_t SEEDS = 20;
constexpr std::uint64_t HOSTS = 8;
constexpr std::uint32_t GROUPS = 6;

/// Relative to a link's capacity: noise of a sum of rates.
constexpr double NOISE = 1e-9;

/// Decides as another scheduler does, and looks at the rates that its repairs leave.
class Watched : public Scheduler
{
  public:
    explicit Watched(Scheduler& scheduler)
        : m_scheduler(scheduler)
    {
    }

    std::size_t repairs = 0;

  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        out = m_scheduler.Allocate(view);
    }

    bool DoRepair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes) override
    {
        if (!m_scheduler.Repair(state, change, changes))
        {
            return false;
        }
        ++repairs;
        std::map<FlowId, BitRate> rates;
        for (std::uint32_t link = 0; link < state.Capacity().size(); ++link)
        {
            for (const FlowId flow : state.FlowsOn(LinkId(link)))
            {
                rates[flow] = state.RateOf(flow);
            }
        }
        for (const FlowRate& changed : changes)
        {
            rates.at(changed.flow) = changed.rate;
        }
        std::vector<BitRate> load(state.Capacity().size(), 0.0);
        for (const auto& [flow, rate] : rates)
        {
            for (const LinkId link : state.RouteOf(flow))
            {
                load[link.Value()] += rate;
            }
        }
        for (const auto& [flow, rate] : rates)
        {
            bool blocked = false;
            for (const LinkId link : state.RouteOf(flow))
            {
                const BitRate capacity = state.Capacity()[link.Value()];
                EXPECT_LE(load[link.Value()], capacity * (1 + NOISE));
                blocked = blocked || load[link.Value()] >= capacity * (1 - NOISE);
            }
            EXPECT_TRUE(blocked) << "flow " << flow.Value() << " could send faster";
        }
        return true;
    }

    Scheduler& m_scheduler;
};

/// Groups of ten flows, released within a second; half of the flows of a group at once.
Job
RandomJob(std::uint64_t seed)
{
    RandomStream stream(seed, "repairs");
    Job job;
    job.name = "random";
    for (std::uint32_t g = 0; g < GROUPS; ++g)
    {
        job.graph.AddGroup({"g" + std::to_string(g), "world", Arrangement::Coflow(), 1.0});
        const double start = stream.Uniform();
        for (int i = 0; i < 10; ++i)
        {
            const std::uint64_t source = stream.Below(HOSTS);
            const TaskId release =
                job.graph.AddDelay(Time::FromSeconds(i < 5 ? start : start + stream.Uniform()));
            const TaskId flow =
                job.graph.AddFlow({g,
                                   DeviceId(source),
                                   DeviceId((source + 1 + stream.Below(HOSTS - 1)) % HOSTS),
                                   static_cast<Bytes>(1 + stream.Below(400000000)),
                                   0,
                                   static_cast<std::uint32_t>(1 + stream.Below(3))});
            job.graph.AddDependency(release, flow);
        }
    }
    return job;
}

class WorkConservingRepair : public testing::TestWithParam<std::string>
{
};

TEST_P(WorkConservingRepair, NoFlowCouldSendFaster)
{
    const SchedulerEntry& entry = SchedulerEntryOf(GetParam());
    for (const Topology& topology :
         {MakeBigSwitch({HOSTS, {1, {10e9, Time()}, {}, {}}}),
          MakeLeafSpine({4, 2, 2, {1, {10e9, Time()}, {}, {}}, {5e9, Time()}})})
    {
        for (std::uint64_t seed = 1; seed <= SEEDS; ++seed)
        {
            SCOPED_TRACE("seed " + std::to_string(seed));
            const std::vector<Job> jobs{RandomJob(seed)};
            const auto scheduler = entry.make(ParameterSet(entry.parameters));
            Watched watched(*scheduler);
            FluidFabric fabric(topology);
            const RunRecord record = RunEmulation({topology, jobs, 1}, watched, fabric);
            ASSERT_EQ(record.flows.size(), 10 * GROUPS);
        }
    }
}

// The suite says nothing about repairs that never happen.
TEST(WorkConservingRepairs, CoflowSchedulersRepair)
{
    const Topology topology = MakeBigSwitch({HOSTS, {1, {10e9, Time()}, {}, {}}});
    for (const char* name : {"sebf", "bssi", "scf", "ncf"})
    {
        const SchedulerEntry& entry = SchedulerEntryOf(name);
        const auto scheduler = entry.make(ParameterSet(entry.parameters));
        const std::vector<Job> jobs{RandomJob(1)};
        Watched watched(*scheduler);
        FluidFabric fabric(topology);
        RunEmulation({topology, jobs, 1}, watched, fabric);
        EXPECT_GT(watched.repairs, 10U) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(AllSchedulers,
                         WorkConservingRepair,
                         testing::ValuesIn(SchedulerNames()),
                         TestNameOf);

} // namespace
} // namespace echelon
