// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Whole runs on every fabric: what delays add, determinism, and the rates of a scheduler under the
 * checker.
 */
#include "fabric-kinds.h"

#include "base/random.h"
#include "emulation/emulation.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"
#include "support/capacity-checker.h"

#include <algorithm>
#include <iterator>

namespace echelon
{
namespace
{

/// Without a fabric in the fixture: packet fabrics live one at a time.
class FabricContractRuns : public testing::TestWithParam<FabricKind>
{
};

TEST_P(FabricContractRuns, EveryLinkAddsItsDelayToTheLastBit)
{
    std::vector<Time> finished;
    std::vector<Time> sent;
    for (const Time delay : {Time(), LINK_DELAY})
    {
        const Topology topology = TwoLeaves(delay);
        const auto fabric = GetParam().make(topology);
        Witness witness(*fabric);
        fabric->SetObserver(&witness);
        fabric->StartFlow(MakeFlow(topology, 0, 0, 2));
        fabric->SetRates({{FlowId(0), 4e9, 0}});
        fabric->GetClock().Run();
        sent.push_back(witness.sent[FlowId(0)]);
        finished.push_back(witness.finished[FlowId(0)]);
    }
    EXPECT_EQ(sent[1], sent[0]);
    EXPECT_EQ(finished[1] - finished[0], HOPS * LINK_DELAY);
}

/// 60 flows at random times, at rates that change. No link is over capacity: 60 times the rate of
/// one flow is less. @return what happened, in order, and how much work it was.
std::vector<std::string>
RandomRun(const FabricKind& kind)
{
    const Topology topology = TwoLeaves();
    const auto fabric = kind.make(topology);
    CheckedFabric checked(*fabric, topology, kind.segment);
    Witness witness(checked);
    checked.SetObserver(&witness);
    RandomStream stream(7, "fabric contract");
    constexpr std::uint32_t FLOWS = 60;
    std::vector<Time> starts;
    std::generate_n(std::back_inserter(starts), FLOWS, [&stream] {
        return Milliseconds(stream.Uniform());
    });
    std::sort(starts.begin(), starts.end());
    for (std::uint32_t id = 0; id < FLOWS; ++id)
    {
        const Time start = starts[id];
        const auto from = static_cast<std::uint32_t>(stream.Below(4));
        const auto step = static_cast<std::uint32_t>(1 + stream.Below(3));
        Flow flow = MakeFlow(topology, id, from, (from + step) % 4);
        flow.bytes = static_cast<Bytes>(1 + stream.Below(200000));
        flow.multiplicity = static_cast<std::uint32_t>(1 + stream.Below(3));
        const BitRate most = LINK_RATE * checked.GoodputFactor() / FLOWS;
        const BitRate first = most * stream.Uniform();
        checked.GetClock().CallAt(start, [&checked, flow, first] {
            checked.StartFlow(flow);
            checked.SetRates({{flow.id, first, 0}});
        });
        checked.GetClock().CallAt(start + Milliseconds(stream.Uniform()),
                                  [&checked, &witness, flow, most] {
                                      if (witness.sent.count(flow.id) == 0)
                                      {
                                          checked.SetRates({{flow.id, most, 0}});
                                      }
                                  });
    }
    checked.GetClock().Run();
    EXPECT_EQ(witness.finished.size(), FLOWS);
    for (const auto& [flow, finish] : witness.finished)
    {
        EXPECT_GT(finish, witness.sent.at(flow));
    }
    witness.log.push_back(std::to_string(checked.Counts().events) + " events");
    return witness.log;
}

TEST_P(FabricContractRuns, EqualRunsAreEqualToTheLastEvent)
{
    EXPECT_EQ(RandomRun(GetParam()), RandomRun(GetParam()));
}

/// Two jobs of random flows between 12 GPUs, each flow after a delay or after some earlier flow.
std::vector<Job>
RandomJobs(const Topology& topology)
{
    std::vector<Job> jobs(2);
    for (Job& job : jobs)
    {
        job.name = &job == &jobs[0] ? "a" : "b";
        job.iterations = 2;
        RandomStream stream(11, job.name);
        std::vector<TaskId> tasks;
        for (int i = 0; i < 30; ++i)
        {
            const GroupIndex group =
                job.graph.AddGroup({std::to_string(i), "c", Arrangement::Coflow(), 1.0});
            const std::uint64_t from = stream.Below(topology.Devices());
            const std::uint64_t step = 1 + stream.Below(topology.Devices() - 1);
            FlowTemplate flow;
            flow.group = group;
            flow.source = DeviceId(from);
            flow.destination = DeviceId((from + step) % topology.Devices());
            flow.bytes = static_cast<Bytes>(1 + stream.Below(400000));
            flow.multiplicity = static_cast<std::uint32_t>(1 + stream.Below(3));
            const TaskId task = job.graph.AddFlow(flow);
            const bool isFree = tasks.empty() || stream.Below(3) == 0;
            job.graph.AddDependency(isFree ? job.graph.AddDelay(Milliseconds(stream.Uniform()))
                                           : tasks[stream.Below(tasks.size())],
                                    task);
            tasks.push_back(task);
        }
    }
    return jobs;
}

TEST_P(FabricContractRuns, ASchedulersRunPassesTheChecker)
{
    // 1:2 oversubscribed, two GPUs a host that share an interface or have one each. With and
    // without a control delay.
    for (const std::uint32_t interfaces : {1U, 2U})
    {
        const ServerSpec server{2, {10e9, LINK_DELAY}, {}, {80e9, Time()}, interfaces};
        const Topology topology = MakeLeafSpine({3, 2, 2, server, {interfaces * 5e9, LINK_DELAY}});
        const std::vector<Job> jobs = RandomJobs(topology);
        const SchedulerEntry& entry = SchedulerEntryOf("fair");
        for (const Time controlDelay : {Time(), Time::FromSeconds(5e-6)})
        {
            const auto scheduler = entry.make(ParameterSet(entry.parameters));
            const auto fabric = GetParam().make(topology);
            CheckedFabric checked(*fabric, topology, GetParam().segment);
            EmulationInput input{topology, jobs};
            input.control.controlDelay = controlDelay;
            const RunRecord record = RunEmulation(input, *scheduler, checked);
            EXPECT_EQ(record.flows.size(), 2 * 2 * 30);
            for (const FlowRecord& flow : record.flows)
            {
                EXPECT_GT(flow.finish, flow.start);
            }
            EXPECT_EQ(checked.Counts().drops, 0);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AllFabrics,
                         FabricContractRuns,
                         testing::ValuesIn(FabricKinds()),
                         NameOfKind);

} // namespace
} // namespace echelon
