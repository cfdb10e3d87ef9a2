// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Planned all-to-alls on the packet fabric: completion against the bound, fan-in, queues at the
 * receivers.
 *
 * A stage without lookahead costs, besides its bytes at the payload rate, the delay of two links
 * (1 µs) and one segment's transmission at the switch (0.33 µs): 1.4 µs with rounding.
 */
#include "support/all-to-all-run.h"
#include "topology/builders.h"

#include <gtest/gtest.h>

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

TEST(AllToAllOnPackets, AuroraMeetsTheBoundWithShortQueues)
{
    // 16 GPUs that send 256 MB each, skewed; the busiest port receives twice the mean. Rows and
    // columns: within 2 % of b_max, one sender per receiver, at most a few segments in front of it.
    const TrafficMatrix traffic = SkewedTraffic(16, 256000000, 0.5, 1);
    for (const Topology& topology : {Switch(16), FatSpine(16)})
    {
        const AllToAllRun run(topology, traffic, {"aurora", 0, "fair"});
        EXPECT_GE(run.Seconds(), run.Bound());
        EXPECT_LE(run.Seconds(), 1.02 * run.Bound());
        EXPECT_EQ(run.FanIn(), 1);
        EXPECT_LE(run.ReceiverQueue(), 3);
        EXPECT_EQ(run.Drops(), 0);
    }
}

TEST(AllToAllOnPackets, LookaheadHidesTheStagesDelays)
{
    // A quarter of the bytes: the stages' delays are 2 % of the time. Standing by hides them; a
    // receiver then has two senders, and what they overlap waits.
    const TrafficMatrix traffic = SkewedTraffic(16, 64000000, 0.5, 1);
    const AllToAllRun waits(Switch(16), traffic, {"aurora", 0, "edf"});
    const AllToAllRun standsBy(Switch(16), traffic, {"aurora", 1, "edf"});
    EXPECT_LT(standsBy.Seconds(), waits.Seconds());
    EXPECT_LE(standsBy.Seconds(), 1.01 * standsBy.Bound());
    EXPECT_LE(standsBy.FanIn(), 2);
}

TEST(AllToAllOnPackets, ShiftsFallOutOfStepAndPlansDoNot)
{
    // 64 hosts, 64 kB a pair, ready at random times within 200 us, 38 times what one transmission
    // takes. Nobody waits for anybody: hosts that meet at a receiver go on together to the next.
    const TrafficMatrix traffic = UniformTraffic(64, 64000);
    AllToAllCase wanted{"spread-out", 0, "fair"};
    wanted.jitter = Time::FromSeconds(200e-6);
    const AllToAllRun shifts(Switch(64), traffic, wanted);
    EXPECT_GE(shifts.FanIn(), 8);
    EXPECT_GE(shifts.Seconds(), 1.5 * shifts.Bound());

    wanted.order = "aurora";
    const AllToAllRun inOrder(Switch(64), traffic, wanted);
    EXPECT_EQ(inOrder.FanIn(), 1);
    EXPECT_LE(inOrder.ReceiverQueue(), 3);

    wanted.lookahead = 1;
    wanted.scheduler = "edf";
    const AllToAllRun standsBy(Switch(64), traffic, wanted);
    EXPECT_LE(standsBy.FanIn(), 2);
    EXPECT_LE(standsBy.Seconds(), 1.05 * standsBy.Bound());
}

} // namespace
} // namespace echelon
