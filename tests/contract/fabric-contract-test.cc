// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What every fabric owes its driver (fabric/fabric.h): order of callbacks, times of flows,
 * conservation, determinism.
 *
 * A fluid is held to the picosecond. A fabric of segments may differ from the fluid by what
 * segments are: a flow's last segment is handed over as soon as the rate has carried those before
 * it, so up to one segment's time at the flow's rate early; and every link on the way forwards
 * whole segments, each of which may wait for one of every other flow.
 */
#include "fabric-kinds.h"

#include "base/contracts.h"
#include "support/capacity-checker.h"

#include <algorithm>

namespace echelon
{
namespace
{

/// The fabric behind the checker, and a witness, over two leaves.
class FabricContract : public testing::TestWithParam<FabricKind>
{
  protected:
    /// Starts a flow now, at a rate.
    void Send(const Flow& flow, BitRate rate)
    {
        m_checked.StartFlow(flow);
        m_checked.SetRates({{flow.id, rate, 0}});
    }

    /// @param expected of a fluid; `flows` share links, `rate` is the flow's in the end.
    void ExpectSent(FlowId flow, Time expected, BitRate rate) const
    {
        ASSERT_EQ(m_witness.sent.count(flow), 1);
        const Time early = SegmentTime(0, rate);
        EXPECT_LE(m_witness.sent.at(flow).Picoseconds(), expected.Picoseconds());
        EXPECT_GE(m_witness.sent.at(flow).Picoseconds(), (expected - early).Picoseconds());
    }

    void ExpectFinished(FlowId flow, Time expected, BitRate rate, std::int64_t flows = 1) const
    {
        ASSERT_EQ(m_witness.finished.count(flow), 1);
        const Time early = SegmentTime(0, rate);
        const Time late = flows * HOPS * SegmentTime(HEADER, LINK_RATE);
        EXPECT_LE(m_witness.finished.at(flow).Picoseconds(), (expected + late).Picoseconds());
        EXPECT_GE(m_witness.finished.at(flow).Picoseconds(), (expected - early).Picoseconds());
    }

    /// No time in a fluid.
    Time SegmentTime(Bytes header, BitRate rate) const
    {
        const Bytes segment = GetParam().segment;
        return segment == 0 ? Time()
                            : TransmissionTime(8.0 * static_cast<double>(segment + header), rate);
    }

    const Topology m_topology = TwoLeaves();
    const std::unique_ptr<Fabric> m_fabric = GetParam().make(m_topology);
    CheckedFabric m_checked{*m_fabric, m_topology, GetParam().segment};
    Clock& m_clock = m_checked.GetClock();
    Witness m_witness{m_checked};

    void SetUp() override
    {
        m_checked.SetObserver(&m_witness);
    }
};

TEST_P(FabricContract, CallsComeInOrderOfTimeAndThenOfAsking)
{
    std::vector<std::string> order;
    const auto call = [&](double ms, const char* name) {
        m_clock.CallAt(Milliseconds(ms), [&, ms, name] {
            EXPECT_EQ(m_clock.Now(), Milliseconds(ms));
            order.emplace_back(name);
        });
    };
    call(2, "c");
    call(1, "a");
    call(2, "d");
    call(1, "b");
    m_clock.Run();
    EXPECT_EQ(order, (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_P(FabricContract, NothingIsCalledInThePast)
{
    bool called = false;
    m_clock.CallAt(Milliseconds(1), [&] {
        EXPECT_THROW(m_clock.CallAt(Milliseconds(0.999), [] {}), ContractViolation);
        m_clock.CallAt(Milliseconds(1), [&] { called = true; });
    });
    m_clock.Run();
    EXPECT_TRUE(called);
}

TEST_P(FabricContract, SettledCallsComeAfterAllOthersOfTheInstant)
{
    // Also after those that come up while they wait, and again when they bring new ones.
    std::vector<int> order;
    m_clock.CallAt(Milliseconds(1), [&] {
        m_clock.CallWhenSettled([&] {
            order.push_back(4);
            m_clock.CallWhenSettled([&] { order.push_back(6); });
            m_clock.CallAt(m_clock.Now(), [&] { order.push_back(5); });
        });
        m_clock.CallAt(m_clock.Now(), [&] {
            order.push_back(2);
            m_clock.CallAt(m_clock.Now(), [&] { order.push_back(3); });
        });
        order.push_back(1);
    });
    m_clock.CallAt(Milliseconds(1.001), [&] { order.push_back(7); });
    m_clock.Run();
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5, 6, 7}));
}

TEST_P(FabricContract, DeparturesOfOneInstantAreHeardBeforeItSettles)
{
    // Alike flows from two hosts at half the uplink each: both are sent at one time, and whoever
    // waits for that time to settle has heard of both.
    std::vector<std::size_t> heard;
    m_witness.whenSent = [&](FlowId) {
        m_clock.CallWhenSettled([&] { heard.push_back(m_witness.sent.size()); });
    };
    const BitRate rate = LINK_RATE * m_checked.GoodputFactor() / 2;
    Send(MakeFlow(m_topology, 0, 0, 2), rate);
    Send(MakeFlow(m_topology, 1, 1, 3), rate);
    m_clock.Run();
    EXPECT_EQ(m_witness.sent[FlowId(0)], m_witness.sent[FlowId(1)]);
    EXPECT_EQ(heard, (std::vector<std::size_t>{2, 2}));
}

TEST_P(FabricContract, NothingIsSentWithoutARate)
{
    const Flow flow = MakeFlow(m_topology, 0, 0, 2);
    m_checked.StartFlow(flow);
    m_clock.CallAt(Milliseconds(1), [&] { m_checked.SetRates({{flow.id, 0.0, 0}}); });
    m_clock.CallAt(Milliseconds(1000), [] {});
    m_clock.Run();
    EXPECT_EQ(m_clock.Now(), Milliseconds(1000));
    EXPECT_EQ(m_checked.RemainingBits(flow.id), flow.Bits());
    EXPECT_TRUE(m_witness.log.empty());
    EXPECT_EQ(m_checked.Counts().packets, 0);
}

TEST_P(FabricContract, AFlowNeedsBytesAndAPath)
{
    Flow empty = MakeFlow(m_topology, 0, 0, 2);
    empty.bytes = 0;
    EXPECT_THROW(m_checked.StartFlow(empty), ContractViolation);
    Flow nowhere = MakeFlow(m_topology, 0, 0, 2);
    nowhere.route = Route();
    EXPECT_THROW(m_checked.StartFlow(nowhere), ContractViolation);
}

TEST_P(FabricContract, SendsAtItsRateAndArrivesAfterTheDelay)
{
    // 8 Mbit at 4 Gb/s: sent at 2 ms; four links of 1 us: finished at 2.004 ms.
    Send(MakeFlow(m_topology, 0, 0, 2), 4e9);
    m_clock.Run();
    ExpectSent(FlowId(0), Milliseconds(2), 4e9);
    ExpectFinished(FlowId(0), Milliseconds(2.004), 4e9);
}

TEST_P(FabricContract, SendsAtTheFullPayloadRate)
{
    const BitRate rate = LINK_RATE * m_checked.GoodputFactor();
    const Time sent = TransmissionTime(8.0 * MEGABYTE, rate);
    Send(MakeFlow(m_topology, 0, 0, 2), rate);
    m_clock.Run();
    ExpectSent(FlowId(0), sent, rate);
    ExpectFinished(FlowId(0), sent + HOPS * LINK_DELAY, rate);
}

TEST_P(FabricContract, ChangesOfTheRateCountFromTheirTime)
{
    // 4 Gb/s for 1 ms: half. Nothing for 1 ms. 2 Gb/s for the other 4 Mbit: sent at 4 ms.
    Send(MakeFlow(m_topology, 0, 0, 2), 4e9);
    const auto setAt = [&](double ms, BitRate rate) {
        m_clock.CallAt(Milliseconds(ms), [&, rate] {
            EXPECT_NEAR(m_checked.RemainingBits(FlowId(0)), 4e6, 1e-3);
            m_checked.SetRates({{FlowId(0), rate, 0}});
        });
    };
    setAt(1, 0.0);
    setAt(2, 2e9);
    m_clock.Run();
    ExpectSent(FlowId(0), Milliseconds(4), 2e9);
    ExpectFinished(FlowId(0), Milliseconds(4.004), 2e9);
}

TEST_P(FabricContract, AFlowTooSlowToEndInTimeMaySpeedUp)
{
    // 8 Mbit at 1e-9 b/s would take 8e15 s, and Time holds 9.2e6. At 1 ms the flow gets 4 Gb/s.
    Send(MakeFlow(m_topology, 0, 0, 2), 1e-9);
    m_clock.CallAt(Milliseconds(1), [&] {
        EXPECT_EQ(m_checked.RateOf(FlowId(0)), 1e-9);
        m_checked.SetRates({{FlowId(0), 4e9, 0}});
    });
    m_clock.Run();
    ExpectSent(FlowId(0), Milliseconds(3), 4e9);
    ExpectFinished(FlowId(0), Milliseconds(3.004), 4e9);
}

TEST_P(FabricContract, AFlowTooSlowToEndInTimeIsLeftAsItIs)
{
    Send(MakeFlow(m_topology, 0, 0, 2), 1e-9);
    m_clock.Run();
    EXPECT_TRUE(m_witness.log.empty());
    EXPECT_EQ(m_checked.RateOf(FlowId(0)), 1e-9);
    EXPECT_GT(m_checked.RemainingBits(FlowId(0)), 0);
}

TEST_P(FabricContract, NothingHappensBeyondTheRangeOfTime)
{
    // What follows the last picosecond of Time cannot be told.
    bool called = false;
    m_clock.CallAt(Time::Max() - Time::FromPicoseconds(1), [&] {
        called = true;
        EXPECT_THROW(m_clock.CallAt(m_clock.Now() + Milliseconds(1), [] {}), TimeOverflow);
    });
    m_clock.Run();
    EXPECT_TRUE(called);
}

TEST_P(FabricContract, ABundleCarriesAllItsFlows)
{
    // Three flows of 8 Mbit at 4 Gb/s together: 6 ms.
    Flow bundle = MakeFlow(m_topology, 0, 0, 2);
    bundle.multiplicity = 3;
    Send(bundle, 4e9);
    m_clock.Run();
    ExpectSent(FlowId(0), Milliseconds(6), 4e9);
    ExpectFinished(FlowId(0), Milliseconds(6.004), 4e9);
}

TEST_P(FabricContract, TwoFlowsShareALink)
{
    // Half of host 0's payload rate each; the paths part at leaf 1.
    const BitRate half = LINK_RATE * m_checked.GoodputFactor() / 2;
    const Time sent = TransmissionTime(8.0 * MEGABYTE, half);
    for (const std::uint32_t id : {0, 1})
    {
        Send(MakeFlow(m_topology, id, 0, 2 + id), half);
    }
    m_clock.Run();
    for (const std::uint32_t id : {0, 1})
    {
        ExpectSent(FlowId(id), sent, half);
        ExpectFinished(FlowId(id), sent + HOPS * LINK_DELAY, half, 2);
    }
}

TEST_P(FabricContract, RemainingBitsFallWithTheIntegralOfTheRate)
{
    // 1 Gb/s up to 2 ms, 3 Gb/s from then on: 6 Mbit are left at 2 ms, and last 2 ms more.
    const Flow flow = MakeFlow(m_topology, 0, 0, 2);
    const double segmentBits = 8.0 * static_cast<double>(GetParam().segment);
    Send(flow, 1e9);
    m_clock.CallAt(Milliseconds(2), [&] { m_checked.SetRates({{flow.id, 3e9, 0}}); });
    double last = flow.Bits();
    int samples = 0;
    for (double ms = 0.05; ms < 5; ms += 0.05)
    {
        m_clock.CallAt(Milliseconds(ms), [&, ms] {
            ++samples;
            const double remaining = m_checked.RemainingBits(flow.id);
            const double fluid = ms <= 2 ? 8e6 - 1e6 * ms : std::max(0.0, 6e6 - 3e6 * (ms - 2));
            EXPECT_LE(remaining, last);
            // 1e-2: picoseconds of a rate of 3 Gb/s.
            EXPECT_LE(remaining, fluid + 1e-2);
            EXPECT_GE(remaining, fluid - segmentBits - 1e-2);
            EXPECT_EQ(remaining == 0, m_witness.sent.count(flow.id) == 1);
            last = remaining;
        });
    }
    m_clock.Run();
    EXPECT_GE(samples, 99);
    EXPECT_EQ(m_checked.RemainingBits(flow.id), 0);
}

INSTANTIATE_TEST_SUITE_P(AllFabrics, FabricContract, testing::ValuesIn(FabricKinds()), NameOfKind);

} // namespace
} // namespace echelon
