// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Planned all-to-alls on the packet fabric: completion against the bound, fan-in, queues at the
 * receivers.
 *
 * A port goes from one transmission to the next without idling; so completion is the bound, the
 * delay of the path (big switch: 1 µs and a segment's 0.33 µs at the switch), and what rounding to
 * segments costs. On a leaf-spine paths inside and between leaves differ by 1 µs and the
 * transmission of a segment at each of two switches: at uplinks as slow as ports, 5 segments that
 * may meet at a receiver, and one more where they met on the way.
 */
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "support/all-to-all-run.h"

#include <gtest/gtest.h>
#include <tuple>

namespace echelon
{
namespace
{

Topology
Switch(std::uint32_t hosts)
{
    ServerSpec server;
    server.hostLink = {100e9, Time::FromPicoseconds(500000)};
    return MakeBigSwitch({hosts, server});
}

/// Without oversubscription; 8 hosts a leaf, one spine that any leaf can fill.
Topology
FatSpine(std::uint32_t hosts)
{
    ServerSpec server;
    server.hostLink = {100e9, Time::FromPicoseconds(500000)};
    return MakeLeafSpine({hosts / 8, 1, 8, server, {800e9, Time::FromPicoseconds(500000)}});
}

/// As many spines as hosts a leaf, all links of one rate: what crosses needs spines of its own.
Topology
ManySpines(std::uint32_t hosts)
{
    ServerSpec server;
    server.hostLink = {100e9, Time::FromPicoseconds(500000)};
    return MakeLeafSpine({hosts / 8, 8, 8, server, server.hostLink});
}

TEST(AllToAllOnPackets, PlansMeetTheBoundWithShortQueues)
{
    // 16 and 64 GPUs that send 64 MB each, skewed; the busiest port receives twice the mean and
    // more.
    for (const std::uint32_t hosts : {16U, 64U})
    {
        const TrafficMatrix traffic = SkewedTraffic(hosts, 64000000, 0.5, 1);
        const std::tuple<Topology, const char*, double> cases[] = {
            {Switch(hosts), "aurora", 1.5},
            {FatSpine(hosts), "aurora", 5},
            {ManySpines(hosts), "rack-aware", 7}};
        for (const auto& [topology, order, queue] : cases)
        {
            const AllToAllRun run(topology, traffic, {order, 0, "fair"});
            EXPECT_GE(run.Seconds(), run.Bound());
            EXPECT_LE(run.Seconds(), 1.001 * run.Bound()) << order << ' ' << hosts;
            EXPECT_LE(run.ReceiverQueue(), queue) << order << ' ' << hosts;
            EXPECT_EQ(run.Drops(), 0);
        }
    }
}

TEST(AllToAllOnPackets, ShiftsFallOutOfStepAndPlansDoNot)
{
    // 64 hosts, 64 kB a pair, ready at random times within 200 us, 38 times what one transmission
    // takes. Nobody waits for a receiver: hosts that meet at one go on together to the next.
    const TrafficMatrix traffic = UniformTraffic(64, 64000);
    AllToAllCase wanted{"spread-out", 0, "fair"};
    wanted.jitter = Time::FromSeconds(200e-6);
    const AllToAllRun shifts(Switch(64), traffic, wanted);
    EXPECT_GE(shifts.FanIn(), 8);
    EXPECT_GE(shifts.Seconds(), 1.5 * shifts.Bound());

    // Crowds grow when a sender goes on later than its share does.
    wanted.senderAwaits = Milestone::SENT;
    const AllToAllRun crowds(Switch(64), traffic, wanted);
    EXPECT_GT(crowds.FanIn(), shifts.FanIn());
    EXPECT_GE(crowds.Seconds(), 3 * shifts.Seconds());

    wanted.order = "aurora";
    const AllToAllRun inOrder(Switch(64), traffic, wanted);
    EXPECT_LE(inOrder.FanIn(), 2);
    EXPECT_LE(inOrder.ReceiverQueue(), 1.5);
    EXPECT_LE(inOrder.Seconds(), 1.01 * inOrder.Bound());

    wanted.order = "rack-aware";
    const AllToAllRun pinned(ManySpines(64), traffic, wanted);
    EXPECT_LE(pinned.FanIn(), 2);
    EXPECT_LE(pinned.ReceiverQueue(), 5);
    EXPECT_LE(pinned.Seconds(), 1.05 * pinned.Bound());
}

} // namespace
} // namespace echelon
