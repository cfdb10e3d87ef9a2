// SPDX-License-Identifier: GPL-2.0-only
#if ECHELON_WITH_NS3
#include "emulation/emulation.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"

#include "ns3/packet-fabric.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// The loads of links in the first second, of one flow between two hosts.
std::size_t
LoadsOf(const PacketFabricOptions& options)
{
    const Topology topology = MakeBigSwitch({2, {1, {100e9, {}}, {}, {}}});
    std::vector<Job> jobs(1);
    TaskGraph& graph = jobs[0].graph;
    const GroupIndex group = graph.AddGroup({"g", "c", Arrangement::Coflow(), 1.0});
    graph.AddFlow({group, DeviceId(0), DeviceId(1), 1000000, 0, 1});
    const SchedulerEntry& entry = SchedulerEntryOf("fair");
    const auto scheduler = entry.make(ParameterSet(entry.parameters));
    const auto fabric = MakePacketFabric(topology, options);
    RunEmulation({topology, jobs}, *scheduler, *fabric);
    return fabric->MeasuredLoads(Time::FromSeconds(1)).size();
}

TEST(PacketLoads, AreRecordedWhereTheyAreAskedFor)
{
    // One bin for each of the two links of the path.
    PacketFabricOptions options;
    EXPECT_EQ(LoadsOf(options), 2U);
    options.recordsLoads = false;
    EXPECT_EQ(LoadsOf(options), 0U);
}

} // namespace
} // namespace echelon
#endif
