// SPDX-License-Identifier: GPL-2.0-only

// Links shared by weighted queues: shares at switches and hosts, turns, windows, the two ways to
// serve.

#include "star-network.h"

#include "ns3/horizon-scheduler.h"
#include "ns3/queue-shares.h"

#include <cmath>
#include <random>

using namespace ns3;

namespace
{

/// Time of a full segment of 4096 bytes with 82 of header, in picoseconds.
int64_t
SegmentTime(double wireRate)
{
    return std::llround(4178 * 8e12 / wireRate);
}

/// The tags alone.
FABRIC_TEST_CASE(QueueSharesTestCase,
                 "queues with weights 3 : 1 are served A, B, A, A, A, B, A, A, …")
{
    // Tags grow by 1/3 and by 1 per segment. A 0, B 0 (tie: A first), then A 1/3, 2/3, and at
    // tag 1 both again, A first; so A B A A | A B A A | … Then both tags are 2 and the last
    // start tag is 5/3. A's weight falls to 1: what it is ahead, 1/3 at weight 3, is 1 at
    // weight
    // 1. So its tag is 8/3, B comes first, and from there on they alternate.
    QueueShares shares;
    shares.SetWeight(0, 3);
    shares.SetWeight(1, 1);
    shares.Activate(0);
    shares.Activate(1);
    std::string order;
    const auto serve = [&] {
        const uint32_t queue = shares.First();
        order += queue == 0 ? 'A' : 'B';
        shares.Serve(queue, 3000, true);
    };
    for (uint32_t i = 0; i < 8; ++i)
    {
        serve();
    }
    NS_TEST_EXPECT_MSG_EQ(order, "ABAAABAA", "three to one");
    shares.SetWeight(0, 1);
    order.clear();
    for (uint32_t i = 0; i < 6; ++i)
    {
        serve();
    }
    NS_TEST_EXPECT_MSG_EQ(order, "BABABA", "one to one");
    // A queue that was away has no claim to what it did not use, only to the next turn.
    shares.Deactivate(1);
    for (uint32_t i = 0; i < 100; ++i)
    {
        serve();
    }
    shares.Activate(1);
    order.clear();
    for (uint32_t i = 0; i < 4; ++i)
    {
        serve();
    }
    NS_TEST_EXPECT_MSG_EQ(order, "BABA", "no claim");
}

/// Two backlogged queues on one link.
class SharesOfALinkTestCase : public TestCase
{
  public:
    explicit SharesOfALinkTestCase(bool atHost)
        : TestCase(std::string("weights 3 : 1 on one link, ") + (atHost ? "host" : "switch")),
          m_atHost(atHost)
    {
    }

  private:
    void DoRun() override
    {
        // The shared link carries one segment per T. Flow 0 (queue 0, weight 3) has 300 full
        // segments, flow 1 (queue 1, weight 1) 100: at 3 : 1 both last 400 T, and the link is never
        // idle. So one of them ends 400 T after the first segment started there, and the other at
        // most 4 T (one round) before. Where two links follow each other the way there adds
        // constants only.
        const double slow = 10e9;
        const std::vector<double> sources =
            m_atHost ? std::vector<double>{slow} : std::vector<double>{100e9, 100e9};
        const std::vector<double> destinations =
            m_atHost ? std::vector<double>{100e9, 100e9} : std::vector<double>{slow};
        StarNetwork star(sources, destinations, 1 << 30, 2, 1 << 20);
        const uint32_t shared = m_atHost ? 0 : 2;
        star.network->SetQueueWeight(shared, 0, 3);
        star.network->SetQueueWeight(shared, 1, 1);
        for (uint32_t id = 0; id < 2; ++id)
        {
            star.Start(id, m_atHost ? 0 : id, m_atHost ? id : 0, (id == 0 ? 300 : 100) * 4096);
            star.network->SetRate(id, 0, static_cast<uint8_t>(id));
        }
        Simulator::Run();
        const int64_t first = m_atHost ? 0 : SegmentTime(100e9) + 500000;
        const int64_t after = m_atHost ? 500000 + SegmentTime(100e9) + 500000 : 500000;
        const int64_t last = first + 400 * SegmentTime(slow) + after;
        const int64_t round = 4 * SegmentTime(slow);
        NS_TEST_EXPECT_MSG_EQ(std::max(star.ends.at(0), star.ends.at(1)), last, "never idle");
        NS_TEST_EXPECT_MSG_GT(std::min(star.ends.at(0), star.ends.at(1)),
                              last - round - 1,
                              "shares are three to one");
        NS_TEST_EXPECT_MSG_EQ(star.network->DroppedSegments(), 0, "no loss");
    }

    bool m_atHost;
};

/// Flows of one queue at a host.
FABRIC_TEST_CASE(TurnsTestCase,
                 "flows of one queue take turns, a bundle of three with three segments")
{
    // One queue: A (a bundle of 3, 300 segments) and B (100) leave by one host of 10 Gb/s. The
    // order is A A A B …: A's last segment is number 399, B's number 400.
    StarNetwork star({10e9}, {100e9, 100e9}, 1 << 30, 1, 1 << 20);
    star.network->StartFlow({0, 300 * 4096, 2, {0, 1}, 3});
    star.network->StartFlow({1, 100 * 4096, 2, {0, 2}, 1});
    star.network->SetRate(0, 0, 0);
    star.network->SetRate(1, 0, 0);
    Simulator::Run();
    const int64_t way = 500000 + SegmentTime(100e9) + 500000;
    NS_TEST_EXPECT_MSG_EQ(star.ends.at(0), 399 * SegmentTime(10e9) + way, "bundle");
    NS_TEST_EXPECT_MSG_EQ(star.ends.at(1), 400 * SegmentTime(10e9) + way, "single flow");
    NS_TEST_EXPECT_MSG_EQ(star.sent.at(1), 399 * SegmentTime(10e9), "hand-over of the last");
}

/// What windows do to a flow alone and to buffers.
FABRIC_TEST_CASE(WindowTestCase, "a window bounds rate and backlog, and losses are repaired")
{
    {
        // Round trip of one segment: 2 × (334,240 + 500,000) there, 1,000,000 back: 2,668,480
        // ps. With a window of one segment, segment k leaves at (k - 1) round trips.
        StarNetwork star({100e9}, {100e9}, 1 << 30, 1, 4096);
        star.Start(0, 0, 0, 10 * 4096);
        star.network->SetRate(0, 0, 0);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(star.ends.at(0), 9 * 2668480 + 1668480, "one at a time");
    }
    {
        // The window by the path: 2,668,480 ps at 100 Gb/s are 33,356 bytes, and one segment.
        // That keeps the link busy: 100 segments back to back.
        StarNetwork star({100e9}, {100e9}, 1 << 30, 1, 0);
        star.Start(0, 0, 0, 100 * 4096);
        star.network->SetRate(0, 0, 0);
        NS_TEST_EXPECT_MSG_EQ(star.network->GetEngine().WindowSize(0), 33356 + 4096, "round trip");
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(star.ends.at(0), 101 * 334240 + 1000000, "full rate");
    }
    for (const uint64_t capacity : {8 * 4 * 4178, 12 * 4178})
    {
        // Eight senders with windows of four segments into one port: at most 32 segments wait.
        // Where only twelve fit, segments are lost and sent again.
        StarNetwork star(std::vector<double>(8, 100e9), {100e9}, capacity, 2, 4 * 4096);
        for (uint32_t id = 0; id < 8; ++id)
        {
            star.Start(id, id, 0, 100 * 4096 + 17);
            star.network->SetRate(id, 0, id % 2);
        }
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(star.ends.size(), 8, "every flow ends");
        NS_TEST_EXPECT_MSG_EQ((star.DestinationPort(0)->MaxQueue() <= capacity), true, "buffer");
        NS_TEST_EXPECT_MSG_EQ((star.network->DroppedSegments() > 0),
                              (capacity < 8 * 4 * 4178),
                              "drops only where windows exceed the buffer");
        NS_TEST_EXPECT_MSG_EQ(star.network->EmittedSegments(),
                              8 * 101 + star.network->DroppedSegments(),
                              "each lost segment is sent once more");
    }
}

/// 60 flows that change queues while they run, with weights that change; odd rates, so that no
/// two events of different ports fall on one picosecond.
std::map<uint32_t, int64_t>
RunOnce(uint32_t seed, uint32_t queues, bool traced, bool ahead, uint64_t& drops)
{
    std::mt19937 random(seed);
    const auto below = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    if (ahead)
    {
        HorizonScheduler::Install();
    }
    StarNetwork star({101e9, 97.3e9, 103.7e9, 99.1e9}, {41.3e9, 53.9e9}, 200000, queues, 0);
    for (uint32_t destination = 0; destination < 2 && traced; ++destination)
    {
        star.Watch(destination, "Dequeue", [](const SegmentRecord& /* segment */) {});
    }
    for (uint32_t id = 0; id < 60; ++id)
    {
        const uint32_t source = below(4);
        const uint32_t destination = below(2);
        const uint64_t bytes = 1 + below(300000);
        const uint32_t start = below(80000000);
        Simulator::Schedule(PicoSeconds(start), [&star, id, source, destination, bytes] {
            star.Start(id, source, destination, bytes);
        });
        for (uint32_t change = 0; change < 4; ++change)
        {
            const auto queue = static_cast<uint8_t>(below(queues));
            const uint32_t port = below(6);
            const double weight = 1 + below(1000) / 7.0;
            Simulator::Schedule(PicoSeconds(start + 1 + change * 20000003),
                                [&star, id, queue, port, weight] {
                                    star.network->SetRate(id, 0, queue);
                                    star.network->SetQueueWeight(port, queue, weight);
                                });
        }
    }
    Simulator::Run();
    drops = star.network->DroppedSegments();
    return star.ends;
}

/// Running ahead of the simulator and waking for every start must agree to the picosecond.
FABRIC_TEST_CASE(WaysToServeTestCase, "running ahead and trace sinks change no finish and no drop")
{
    for (uint32_t seed = 1; seed <= 20; ++seed)
    {
        const uint32_t queues = 1 + seed % 8;
        uint64_t drops[3];
        const auto plain = RunOnce(seed, queues, false, false, drops[0]);
        const auto traced = RunOnce(seed, queues, true, false, drops[1]);
        const auto ahead = RunOnce(seed, queues, false, true, drops[2]);
        NS_TEST_EXPECT_MSG_EQ(plain.size(), 60, "every flow ends, seed " << seed);
        NS_TEST_EXPECT_MSG_EQ((plain == traced && drops[0] == drops[1]),
                              true,
                              "with sinks, seed " << seed);
        NS_TEST_EXPECT_MSG_EQ((plain == ahead && drops[0] == drops[2]),
                              true,
                              "running ahead, seed " << seed);
    }
}

class WeightedQueuesTestSuite : public TestSuite
{
  public:
    WeightedQueuesTestSuite()
        : TestSuite("weighted-queues", UNIT)
    {
        AddTestCase(new QueueSharesTestCase, TestCase::QUICK);
        AddTestCase(new SharesOfALinkTestCase(true), TestCase::QUICK);
        AddTestCase(new SharesOfALinkTestCase(false), TestCase::QUICK);
        AddTestCase(new TurnsTestCase, TestCase::QUICK);
        AddTestCase(new WindowTestCase, TestCase::QUICK);
        AddTestCase(new WaysToServeTestCase, TestCase::QUICK);
    }
};

WeightedQueuesTestSuite g_weightedQueuesTestSuite;

} // namespace
