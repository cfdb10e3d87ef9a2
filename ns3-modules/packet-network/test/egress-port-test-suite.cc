// SPDX-License-Identifier: GPL-2.0-only

// Egress ports: timing of one link, strict priorities, the two ways to serve, full buffers.

#include "star-network.h"

#include "ns3/boolean.h"
#include "ns3/horizon-scheduler.h"

#include <random>

using namespace ns3;

namespace
{

/// One flow over two links of 100 Gb/s, 500 ns each.
FABRIC_TEST_CASE(OneLinkTestCase, "timing of one flow over one switch, derived by hand")
{
    // 10,000 bytes are segments of 4096, 4096 and 1808 bytes; on the wire 4178, 4178 and 1890
    // bytes: at 80 ps a byte 334,240, 334,240 and 151,200 ps. At the full payload rate they
    // start at 0, 334,240 and 668,480 ps. At the switch (+ tx + 500,000): 834,240; 1,168,480;
    // 1,319,680. The port serves them from 834,240, 1,168,480 and 1,502,720 (busy), the last
    // departs at 1,653,920 and has arrived at 2,153,920.
    StarNetwork star({100e9}, {100e9});
    star.Start(7, 0, 0, 10000);
    star.network->SetRate(7, PayloadRate(100e9), 0);
    Simulator::Run();
    NS_TEST_EXPECT_MSG_EQ(star.sent.at(7), 668480, "emission of the last segment");
    NS_TEST_EXPECT_MSG_EQ(star.ends.at(7), 2153920, "arrival of the last byte");
    NS_TEST_EXPECT_MSG_EQ(star.network->SegmentHops(), 6, "three segments, two hops");
    NS_TEST_EXPECT_MSG_EQ(star.network->EmittedSegments(), 3, "three segments");
    NS_TEST_EXPECT_MSG_EQ(star.DestinationPort(0)->SentBytes(), 10000 + 3 * 82, "wire bytes");
    NS_TEST_EXPECT_MSG_EQ(star.network->RemainingBits(7), 0.0, "nothing remains");
}

/// The same with a switch that cuts through.
FABRIC_TEST_CASE(CutThroughTestCase,
                 "a port that cuts through sends a bit when it arrives, if it is free")
{
    // As above, the last bits of the segments are at the switch at 834,240; 1,168,480;
    // 1,319,680. The first ones have been there for a transmission, so they depart when they
    // arrive: the last at 1,319,680, and it is there at 1,819,680. Two flows that meet share
    // the port: flow 1's three segments arrive with flow 0's, wait for them, and the last one
    // departs when the port has sent all six, from 500,000 on: 500,000 + 2 × 819,680.
    for (const uint32_t flows : {1U, 2U})
    {
        StarNetwork star({100e9, 100e9}, {100e9});
        star.DestinationPort(0)->SetAttribute("CutThrough", BooleanValue(true));
        for (uint32_t flow = 0; flow < flows; ++flow)
        {
            star.Start(flow, flow, 0, 10000);
            star.network->SetRate(flow, PayloadRate(100e9), 0);
        }
        Simulator::Run();
        const int64_t last = std::max(star.ends[0], star.ends[1]);
        NS_TEST_EXPECT_MSG_EQ(last, 500000 + flows * 819680 + 500000, "arrival of the last byte");
    }
}

/// Two flows of different priority meet at a slow port.
FABRIC_TEST_CASE(PriorityTestCase, "the more urgent queue is served first, without preemption")
{
    // The destination's port sends a full segment in 3,342,400 ps (10 Gb/s). Flow 0 (priority
    // 5) gives it three segments, at 834,240, 1,168,480 and 1,502,720; flow 1 (priority 2)
    // starts at 1,000,000 and gives it two, at 1,834,240 and 2,168,480. In service from
    // 834,240: 0; then both of flow 1, then the rest of flow 0.
    std::vector<uint32_t> order;
    for (const bool lazy : {true, false})
    {
        StarNetwork star({100e9, 100e9}, {10e9});
        if (!lazy)
        {
            star.Watch(0, "Dequeue", [&order](const SegmentRecord& segment) {
                order.push_back(segment.flow);
            });
        }
        star.Start(0, 0, 0, 3 * 4096);
        star.network->SetRate(0, PayloadRate(100e9), 5);
        Simulator::Schedule(PicoSeconds(1000000), [&star] {
            star.Start(1, 1, 0, 2 * 4096);
            star.network->SetRate(1, PayloadRate(100e9), 2);
        });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(star.ends.at(1),
                              834240 + 3 * 3342400 + 500000,
                              "the urgent flow waits for one segment in service only");
        NS_TEST_EXPECT_MSG_EQ(star.ends.at(0),
                              834240 + 5 * 3342400 + 500000,
                              "the port is never idle while segments wait");
        NS_TEST_EXPECT_MSG_EQ(star.DestinationPort(0)->MaxQueue(),
                              4 * 4178,
                              "four segments waited");
    }
    const std::vector<uint32_t> expected{0, 1, 1, 0, 0};
    NS_TEST_EXPECT_MSG_EQ((order == expected), true, "order of service");
}

/// What happened to flows, and how many segments each port dropped, held and sent.
struct Outcome
{
    bool operator==(const Outcome& other) const
    {
        return ends == other.ends && figures == other.figures;
    }

    std::map<uint32_t, int64_t> ends;
    std::vector<uint64_t> figures;
    uint64_t drops;
};

/// 60 flows of random sizes, rates and priorities that change while they run; rates are odd, so
/// that no two events of different ports fall on one picosecond.
Outcome
RunOnce(uint32_t seed, bool lazy, bool ahead)
{
    std::mt19937 random(seed);
    const auto below = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    if (ahead)
    {
        HorizonScheduler::Install();
    }
    StarNetwork star({101e9, 97.3e9, 103.7e9, 99.1e9}, {41.3e9, 53.9e9}, 200000);
    for (uint32_t destination = 0; destination < 2 && !lazy; ++destination)
    {
        star.Watch(destination, "Dequeue", [](const SegmentRecord& /* segment */) {});
    }
    for (uint32_t id = 0; id < 60; ++id)
    {
        const uint32_t source = below(4);
        const uint32_t destination = below(2);
        const uint64_t bytes = 1 + below(300000);
        Simulator::Schedule(PicoSeconds(below(80000000)), [&star, id, source, destination, bytes] {
            star.Start(id, source, destination, bytes);
        });
        for (uint32_t change = 0; change < 4; ++change)
        {
            const double rate = 1e9 * (1 + below(400)) / 7.3;
            const auto priority = static_cast<uint8_t>(below(FABRIC_PRIORITIES));
            Simulator::Schedule(
                PicoSeconds(80000000 + below(60000000)),
                [&star, id, rate, priority] { star.network->SetRate(id, rate, priority); });
        }
    }
    Simulator::Run();
    Outcome outcome{star.ends, {}, star.network->DroppedSegments()};
    for (uint32_t i = 0; i < star.network->GetPorts(); ++i)
    {
        const Ptr<EgressPort> port = star.network->GetPort(i);
        outcome.figures.insert(outcome.figures.end(),
                               {port->DroppedSegments(), port->MaxQueue(), port->SentSegments()});
    }
    return outcome;
}

/// Serving lazily and waking for every start must agree to the picosecond.
FABRIC_TEST_CASE(LazyServiceTestCase,
                 "committing and running ahead change no finish, drop or backlog")
{
    uint64_t drops = 0;
    for (uint32_t seed = 1; seed <= 40; ++seed)
    {
        const Outcome lazy = RunOnce(seed, true, false);
        NS_TEST_EXPECT_MSG_EQ(lazy.ends.size(), 60, "every flow ends, seed " << seed);
        NS_TEST_EXPECT_MSG_EQ((lazy == RunOnce(seed, false, false)),
                              true,
                              "waking for every start, seed " << seed);
        NS_TEST_EXPECT_MSG_EQ((lazy == RunOnce(seed, true, true)),
                              true,
                              "running ahead of the simulator, seed " << seed);
        drops += lazy.drops;
    }
    NS_TEST_EXPECT_MSG_GT(drops, 0, "the buffers were full at times");
}

/// Eight senders at full rate into one port with a small buffer.
FABRIC_TEST_CASE(DropTestCase, "lost segments are sent again and every segment is accounted for")
{
    StarNetwork star(std::vector<double>(8, 100e9), {100e9}, 10 * 4178);
    uint64_t enqueued = 0;
    uint64_t dequeued = 0;
    uint64_t dropped = 0;
    uint64_t payload = 0;
    star.Watch(0, "Enqueue", [&](const SegmentRecord& /* segment */) { ++enqueued; });
    star.Watch(0, "Drop", [&](const SegmentRecord& /* segment */) { ++dropped; });
    star.Watch(0, "Dequeue", [&](const SegmentRecord& segment) {
        ++dequeued;
        payload += segment.payload;
    });
    Ptr<EgressPort> port = star.DestinationPort(0);
    const uint64_t bytes = 100 * 4096 + 17;
    for (uint32_t id = 0; id < 8; ++id)
    {
        star.Start(id, id, 0, bytes);
        star.network->SetRate(id, PayloadRate(100e9), 0);
    }
    Simulator::Run();
    NS_TEST_EXPECT_MSG_EQ(star.ends.size(), 8, "every flow ends");
    NS_TEST_EXPECT_MSG_GT(dropped, 0, "eight times the capacity fills the buffer");
    NS_TEST_EXPECT_MSG_EQ(dropped, star.network->DroppedSegments(), "drops are counted");
    NS_TEST_EXPECT_MSG_EQ(star.network->EmittedSegments(),
                          enqueued + dropped,
                          "what was sent was accepted or dropped");
    NS_TEST_EXPECT_MSG_EQ(enqueued, dequeued, "what was accepted was served");
    NS_TEST_EXPECT_MSG_EQ(dequeued, port->SentSegments(), "what was served arrived");
    NS_TEST_EXPECT_MSG_EQ(payload, 8 * bytes, "each byte arrived once");
    NS_TEST_EXPECT_MSG_EQ((port->MaxQueue() <= 10 * 4178), true, "the buffer is finite");
}

/// The source hears of a drop after the way back.
FABRIC_TEST_CASE(LossDelayTestCase,
                 "a loss is repaired after the propagation delay of the way back")
{
    // One segment may wait at the switch. Sources 0, 1 and 2 (100 Gb/s, 500 ns) send one
    // segment each at 0. All arrive at 834,240: flow 0 starts, flow 1 waits, flow 2 is dropped.
    // Its source hears so at 1,334,240 and sends it again: at the switch at 2,168,480. The port
    // (100 Gb/s) is free from 834,240 + 2 × 334,240 = 1,502,720 on, so the segment departs at
    // 2,502,720 and has arrived at 3,002,720.
    StarNetwork star({100e9, 100e9, 100e9}, {100e9}, 4178);
    for (uint32_t id = 0; id < 3; ++id)
    {
        star.Start(id, id, 0, 4096);
        star.network->SetRate(id, PayloadRate(100e9), 0);
    }
    Simulator::Run();
    NS_TEST_EXPECT_MSG_EQ(star.network->DroppedSegments(), 1, "one segment too many");
    NS_TEST_EXPECT_MSG_EQ(star.ends.at(0), 1668480, "served at once");
    NS_TEST_EXPECT_MSG_EQ(star.ends.at(1), 2002720, "waited");
    NS_TEST_EXPECT_MSG_EQ(star.ends.at(2), 3002720, "sent twice");
    NS_TEST_EXPECT_MSG_EQ(star.sent.at(2), 0, "sent is not undone");
}

/// Four senders into one port, and what the port kept over time.
FABRIC_TEST_CASE(IncastLoadTestCase, "load and queue of an incast over time, derived by hand")
{
    // Four senders, each 10 segments of 4096 bytes (4178 on the wire: 334,240 ps at 100 Gb/s),
    // all at once. The j-th of each sender is at the switch at 500,000 + j 334,240 ps, j = 1 to
    // 10, so four arrive while the port sends one: the first of all starts at once, and after
    // the j-th arrivals 4 j - j = 3 j wait. The largest queue is 30 segments, at 3,842,400 ps;
    // from then on one leaves every 334,240 ps. Segment n = 0 to 39 starts at
    // 834,240 + n 334,240.
    //
    // Bins of 1 us. Bin 0 (to 1 us): the first arrivals, 3 wait. Bin 1 (to 2 us): arrivals
    // 2 to 4 (1,168,480; 1,502,720; 1,836,960), 12. Bin 2: 5 to 7 (2,839,680), 21. Bin 3: 8 to
    // 10, 30. Then none arrives, and the queue at the begin of bin b counts: 39 - n where n is
    // the last to start before b us. Bin 4: n = 9, so 30; bin 5: n = 12, so 27; bin 14: the
    // last, n = 39, starts at 13,869,600 ps, so 0. Payload: 40 x 4096 bytes; bin 1 is full of
    // transmission: 1,000,000 / 334,240 segments.
    StarNetwork star({100e9, 100e9, 100e9, 100e9}, {100e9});
    star.DestinationPort(0)->GetLoad().Enable();
    for (uint32_t sender = 0; sender < 4; ++sender)
    {
        star.Start(sender, sender, 0, 40960);
        star.network->SetRate(sender, PayloadRate(100e9), 0);
    }
    Simulator::Run();
    echelon::LoadSeries& series = star.DestinationPort(0)->GetLoad();
    const auto loads = series.Read(1000000);
    NS_TEST_ASSERT_MSG_EQ(loads.size(), 15, "the last segment departs at 14.2 us");
    const std::vector<uint64_t> waiting{3, 12, 21, 30, 30, 27};
    for (std::size_t bin = 0; bin < waiting.size(); ++bin)
    {
        NS_TEST_EXPECT_MSG_EQ(loads[bin].backlog, waiting[bin] * 4178, "queue in bin " << bin);
    }
    NS_TEST_EXPECT_MSG_EQ(loads[14].backlog, 0, "nothing waits at the end");
    NS_TEST_EXPECT_MSG_EQ_TOL(loads[1].payload, 4096 / 0.33424, 1e-6, "a full bin");
    double payload = 0;
    for (const auto& load : loads)
    {
        payload += load.payload;
    }
    NS_TEST_EXPECT_MSG_EQ_TOL(payload, 163840.0, 1e-6, "all that was sent");

    const auto merged = series.Read(4000000);
    NS_TEST_ASSERT_MSG_EQ(merged.size(), 4, "bins of 4 us");
    NS_TEST_EXPECT_MSG_EQ(merged[0].backlog, 30 * 4178, "the largest of four bins");
    NS_TEST_EXPECT_MSG_EQ(merged[1].backlog, 30 * 4178, "the one at the begin");
    NS_TEST_EXPECT_MSG_EQ_TOL(merged[1].payload, 4 * 4096 / 0.33424, 1e-6, "full");
}

class EgressPortTestSuite : public TestSuite
{
  public:
    EgressPortTestSuite()
        : TestSuite("egress-port", UNIT)
    {
        AddTestCase(new CutThroughTestCase, TestCase::QUICK);
        AddTestCase(new OneLinkTestCase, TestCase::QUICK);
        AddTestCase(new PriorityTestCase, TestCase::QUICK);
        AddTestCase(new LazyServiceTestCase, TestCase::QUICK);
        AddTestCase(new DropTestCase, TestCase::QUICK);
        AddTestCase(new LossDelayTestCase, TestCase::QUICK);
        AddTestCase(new IncastLoadTestCase, TestCase::QUICK);
    }
};

EgressPortTestSuite g_egressPortTestSuite;

} // namespace
