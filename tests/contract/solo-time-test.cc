// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A flow that has its path to itself takes as long as Fabric::UncontendedTimes says, on every
 * fabric: what critical paths call transmission.
 *
 * Runs one flow at a time under the scheduler `fair`, whose rate is then the least payload rate of
 * the path. A computation that follows the flow as sent shows when it was.
 */
#include "base/tolerances.h"
#include "emulation/emulation.h"
#include "fabric/fair-fabric.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"
#include "support/routes.h"

#include <gtest/gtest.h>

#if ECHELON_WITH_NS3
#include "ns3/packet-fabric.h"
#endif

namespace echelon
{
namespace
{

struct Kind
{
    const char* name;
    std::unique_ptr<Fabric> (*make)(const Topology& topology);
};

void
PrintTo(const Kind& kind, std::ostream* out)
{
    *out << kind.name;
}

std::unique_ptr<Fabric>
MakeFluid(const Topology& topology)
{
    return std::make_unique<FluidFabric>(topology, 4096.0 / 4178);
}

std::unique_ptr<Fabric>
MakeShared(const Topology& topology)
{
    return std::make_unique<FairFabric>(topology, 4096.0 / 4178);
}

#if ECHELON_WITH_NS3
std::unique_ptr<Fabric>
MakePaced(const Topology& topology)
{
    return MakePacketFabric(topology, {});
}

std::unique_ptr<Fabric>
MakeQueues(const Topology& topology)
{
    PacketFabricOptions options;
    options.enforcement = Enforcement::QUEUES;
    return MakePacketFabric(topology, options);
}

/// A window of a byte count that need not be whole segments.
template <std::int64_t WINDOW>
std::unique_ptr<Fabric>
MakeWindow(const Topology& topology)
{
    PacketFabricOptions options;
    options.enforcement = Enforcement::QUEUES;
    options.window = WINDOW;
    return MakePacketFabric(topology, options);
}
#endif

std::vector<Kind>
Kinds()
{
    std::vector<Kind> kinds{{"fluid", MakeFluid}, {"shares_by_itself", MakeShared}};
#if ECHELON_WITH_NS3
    kinds.push_back({"packet", MakePaced});
    kinds.push_back({"packet_with_queues", MakeQueues});
    kinds.push_back({"window_less_than_a_segment", MakeWindow<1000>});
    kinds.push_back({"window_of_a_segment", MakeWindow<4096>});
    kinds.push_back({"window_of_two_segments", MakeWindow<2 * 4096>});
    kinds.push_back({"window_of_five_segments_and_a_bit", MakeWindow<5 * 4096 + 100>});
    kinds.push_back({"window_of_twenty_segments", MakeWindow<20 * 4096>});
#endif
    return kinds;
}

class SoloTime : public testing::TestWithParam<Kind>
{
};

void
Check(const Kind& kind, const Topology& topology, std::uint32_t to, Bytes bytes, std::uint32_t many)
{
    SCOPED_TRACE("to " + std::to_string(to) + ", " + std::to_string(many) + " x " +
                 std::to_string(bytes) + " bytes");
    std::vector<Job> jobs(1);
    TaskGraph& graph = jobs[0].graph;
    const GroupIndex group = graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    const TaskId task = graph.AddFlow({group, DeviceId(0), DeviceId(to), bytes, 0, many});
    graph.AddDependency(task, graph.AddCompute(DeviceId(0), Time(), "x"), Milestone::SENT);
    const SchedulerEntry& entry = SchedulerEntryOf("fair");
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    const auto fabric = kind.make(topology);
    Flow flow;
    flow.source = DeviceId(0);
    flow.destination = DeviceId(to);
    flow.bytes = bytes;
    flow.multiplicity = many;
    flow.route = RouteBetween(topology, flow.source, flow.destination, 0);
    const SoloTimes alone = fabric->UncontendedTimes(flow);
    const RunRecord record = RunEmulation({topology, jobs}, *scheduler, *fabric);
    EXPECT_NEAR(record.flows[0].finish.Picoseconds(),
                alone.finished.Picoseconds(),
                WAIT_ROUNDING_PS);
    EXPECT_NEAR(record.computes[0].start.Picoseconds(), alone.sent.Picoseconds(), WAIT_ROUNDING_PS);
    for (const PathStepRecord& step : record.criticalPath)
    {
        EXPECT_EQ(step.waiting, Time());
    }
}

TEST_P(SoloTime, IsWhatAFlowAloneTakes)
{
    // Rates that divide a segment into whole picoseconds and ones that do not; uplinks that are
    // slower, and faster, than the hosts' links; inside a host; less than a segment, whole ones,
    // and a byte more; bundles.
    const Time delay = Time::FromSeconds(500e-9);
    const auto server = [delay](double rate) {
        return ServerSpec{2, {rate, delay}, {}, {2.4e12, Time::FromSeconds(1e-7)}, 1};
    };
    const std::vector<Topology> topologies{MakeBigSwitch({2, server(100e9)}),
                                           MakeBigSwitch({2, server(33e9)}),
                                           MakeLeafSpine({2, 1, 1, server(100e9), {37e9, delay}}),
                                           MakeLeafSpine({2, 1, 1, server(47e9), {400e9, delay}})};
    for (const Topology& topology : topologies)
    {
        for (const std::uint32_t to : {1U, 2U})
        {
            for (const Bytes bytes : {1LL, 4096LL, 4097LL, 65536LL, 1000000LL, 25000003LL})
            {
                Check(GetParam(), topology, to, bytes, 1);
            }
            Check(GetParam(), topology, to, 100001, 3);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AllFabrics,
                         SoloTime,
                         testing::ValuesIn(Kinds()),
                         [](const testing::TestParamInfo<Kind>& info) {
                             return std::string(info.param.name);
                         });

} // namespace
} // namespace echelon
