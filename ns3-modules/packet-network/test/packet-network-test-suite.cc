// SPDX-License-Identifier: GPL-2.0-only

// The network as a whole: pacing, paths, conservation.

#include "star-network.h"

#include "ns3/fabric-switch.h"
#include "ns3/leaf-spine-helper.h"
#include "ns3/paced-rates.h"

#include <algorithm>
#include <cmath>
#include <random>

using namespace ns3;

namespace
{

/// One flow whose rate changes hundreds of times, zero included.
FABRIC_TEST_CASE(PacingTestCase,
                 "after many rate changes a flow ends within a segment of the fluid finish")
{
    // The fluid flow drains 8 bytes × 3,000,001 at the rates in force; from the last change on
    // at 50 Gb/s, so that it ends there. The packet flow's last segment is due when the fluid
    // has its bytes left, its last bit departs at the latest one transmission after the fluid
    // finish, and two hops follow: 2 × 500 ns and one more transmission.
    for (uint32_t seed = 1; seed <= 20; ++seed)
    {
        const double bits = 8.0 * 3000001;
        const double lastRate = 50e9;
        std::mt19937 random(seed);
        StarNetwork star({100e9}, {100e9});
        star.Start(0, 0, 0, 3000001);
        double drained = 0;
        double rate = 0;
        int64_t at = 0;
        for (uint32_t change = 0; change < 500; ++change)
        {
            const int64_t step = 1 + static_cast<int64_t>(random() % 800000);
            const double next =
                change == 499
                    ? lastRate
                    : (random() % 4 == 0 ? 0.0 : 1e8 * static_cast<double>(random() % 900));
            drained += rate * 1e-12 * static_cast<double>(step);
            at += step;
            rate = next;
            Simulator::Schedule(PicoSeconds(at),
                                [&star, next] { star.network->SetRate(0, next, 0); });
            if (change % 50 == 0)
            {
                const double left = bits - drained;
                Simulator::Schedule(PicoSeconds(at), [this, &star, left] {
                    if (star.sent.empty())
                    {
                        const double remaining = star.network->RemainingBits(0);
                        NS_TEST_EXPECT_MSG_EQ_TOL(remaining, left, 1e-3, "credit does not drift");
                    }
                });
            }
        }
        NS_TEST_ASSERT_MSG_LT(drained, bits - 8 * 4096, "the flow outlasts the changes");
        const double fluid = static_cast<double>(at) + (bits - drained) / lastRate * 1e12;
        Simulator::Run();
        const double transmission = 4178 * 80;
        const double latency = 2 * 500000 + transmission;
        const double segment = 4096 * 8 / lastRate * 1e12;
        const auto end = static_cast<double>(star.ends.at(0));
        NS_TEST_EXPECT_MSG_GT(end, fluid + latency - segment - transmission, "not too early");
        NS_TEST_EXPECT_MSG_LT(end, fluid + latency + transmission, "not too late");
    }
}

/// Writes down when segments arrive.
class ListeningSource : public PacedRates
{
  public:
    ListeningSource(const EngineParts& parts, uint32_t port, std::vector<int64_t>& arrivals)
        : PacedRates(parts, port),
          m_arrivals(arrivals)
    {
    }

    void Acknowledge(const FabricSegment& /* segment */, int64_t arrival, int64_t now) override
    {
        m_arrivals.push_back(now < arrival ? arrival : -1);
    }

  private:
    std::vector<int64_t>& m_arrivals;
};

/// A program's own controllers.
FABRIC_TEST_CASE(ControllerTestCase, "a controller hears of the arrival of every segment")
{
    // The flow of the suite egress-port: three segments of 4178, 4178 and 1890 bytes on the wire
    // over two links of 100 Gb/s. The second port serves them from 834,240, 1,168,480 and 1,502,720
    // on, and each arrives after its transmission (334,240, 334,240 and 151,200) and 500,000 ps.
    std::vector<int64_t> arrivals;
    StarNetwork star({100e9},
                     {100e9},
                     1 << 30,
                     0,
                     0,
                     [&arrivals](const EngineParts& parts, uint32_t port) {
                         return std::make_unique<ListeningSource>(parts, port, arrivals);
                     });
    star.Start(0, 0, 0, 10000);
    star.network->SetRate(0, PayloadRate(100e9), 0);
    Simulator::Run();
    const std::vector<int64_t> expected{1668480, 2002720, 2153920};
    NS_TEST_EXPECT_MSG_EQ((arrivals == expected), true, "arrivals");
}

/// Hash-based ECMP spreads flows.
FABRIC_TEST_CASE(EcmpTestCase, "every leaf uses every spine, and switches know their ports")
{
    Ptr<LeafSpineHelper> helper = CreateObject<LeafSpineHelper>();
    helper->SetAttribute("Spines", UintegerValue(3));
    Ptr<FabricNetwork> network = helper->Create();
    // 16 hosts, 4 to a leaf: from each leaf 4 × 12 flows leave by 3 spines.
    uint32_t id = 0;
    for (uint32_t source = 0; source < 16; ++source)
    {
        for (uint32_t shift = 1; shift < 16; ++shift, ++id)
        {
            network->StartFlow(helper->MakeFlow(id, source, (source + shift) % 16, 8192, id));
            network->SetRate(id, PayloadRate(100e9) / 15, 0);
        }
    }
    Simulator::Run();
    uint32_t leaves = 0;
    uint32_t spines = 0;
    for (const Ptr<FabricSwitch>& node : network->GetSwitches())
    {
        const bool isLeaf = DynamicCast<LeafSwitch>(node) != nullptr;
        leaves += isLeaf ? 1 : 0;
        spines += DynamicCast<SpineSwitch>(node) ? 1 : 0;
        NS_TEST_EXPECT_MSG_EQ(node->GetPorts().size(),
                              (isLeaf ? 4 + 3 : 4),
                              node->GetName() << " has a port per host and spine");
        for (const Ptr<EgressPort>& port : node->GetPorts())
        {
            NS_TEST_EXPECT_MSG_GT(port->SentSegments(), 0, port->GetName() << " carried flows");
        }
    }
    NS_TEST_EXPECT_MSG_EQ(leaves, 4, "leaves");
    NS_TEST_EXPECT_MSG_EQ(spines, 3, "spines");
    NS_TEST_EXPECT_MSG_EQ(network->LiveFlows(), 0, "all flows ended");
    network->Dispose();
    Simulator::Destroy();
}

/// Counts of traces and ports agree on a leaf-spine that loses segments.
FABRIC_TEST_CASE(ConservationTestCase, "sent = received + dropped, port by port and flow by flow")
{
    Ptr<LeafSpineHelper> helper = CreateObject<LeafSpineHelper>();
    helper->SetAttribute("GpusPerHost", UintegerValue(2));
    helper->SetAttribute("UplinkRate", DataRateValue(DataRate("40Gbps")));
    helper->SetAttribute("QueueCapacity", UintegerValue(60000));
    Ptr<FabricNetwork> network = helper->Create();
    uint32_t started = 0;
    uint32_t ended = 0;
    const auto count = [](uint32_t& flows) {
        return Callback<void, uint32_t>([&flows](uint32_t /* flow */) { ++flows; });
    };
    network->TraceConnectWithoutContext("FlowStart", count(started));
    network->TraceConnectWithoutContext("FlowEnd", count(ended));
    uint64_t enqueued = 0;
    uint64_t drops = 0;
    uint64_t firstHopBytes = 0;
    uint64_t droppedBytes = 0;
    const SegmentSink onEnqueue = [&](const SegmentRecord& segment) {
        ++enqueued;
        firstHopBytes += segment.hop == 0 ? segment.payload : 0;
    };
    const SegmentSink onDrop = [&](const SegmentRecord& segment) {
        ++drops;
        droppedBytes += segment.payload;
    };
    using Sink = Callback<void, const SegmentRecord&>;
    for (uint32_t i = 0; i < network->GetPorts(); ++i)
    {
        network->GetPort(i)->TraceConnectWithoutContext("Enqueue", Sink(onEnqueue));
        network->GetPort(i)->TraceConnectWithoutContext("Drop", Sink(onDrop));
    }
    // All-to-all of 32 GPUs at twice the fair rate of their interfaces, scale-up flows among
    // them.
    const uint64_t bytes = 50000;
    uint32_t id = 0;
    for (uint32_t source = 0; source < 32; ++source)
    {
        for (uint32_t shift = 1; shift < 32; ++shift, ++id)
        {
            network->StartFlow(helper->MakeFlow(id, source, (source + shift) % 32, bytes, id));
            network->SetRate(id, PayloadRate(100e9) / 31, 0);
        }
    }
    Simulator::Run();
    NS_TEST_EXPECT_MSG_EQ(started, id, "flows started");
    NS_TEST_EXPECT_MSG_EQ(ended, id, "flows ended");
    NS_TEST_EXPECT_MSG_GT(drops, 0, "the uplinks lost segments");
    NS_TEST_EXPECT_MSG_EQ(drops, network->DroppedSegments(), "drops");
    NS_TEST_EXPECT_MSG_EQ(enqueued, network->SegmentHops(), "accepted = carried");
    NS_TEST_EXPECT_MSG_EQ(firstHopBytes,
                          uint64_t{id} * bytes + droppedBytes,
                          "sent = delivered + dropped");
    network->Dispose();
    Simulator::Destroy();
}

class PacketNetworkTestSuite : public TestSuite
{
  public:
    PacketNetworkTestSuite()
        : TestSuite("packet-network", UNIT)
    {
        AddTestCase(new PacingTestCase, TestCase::QUICK);
        AddTestCase(new ControllerTestCase, TestCase::QUICK);
        AddTestCase(new EcmpTestCase, TestCase::QUICK);
        AddTestCase(new ConservationTestCase, TestCase::QUICK);
    }
};

PacketNetworkTestSuite g_packetNetworkTestSuite;

} // namespace
