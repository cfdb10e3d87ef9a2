// SPDX-License-Identifier: GPL-2.0-only
#include "base/contracts.h"
#include "fabric/fair-switch-fabric.h"
#include "network/builders.h"
#include "sharing/port-shares.h"
#include "support/routes.h"

#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

// Egress ports 0, 1 and ingress ports 0, 1 of 12 b/s each. Flows: 0->0 twice, 0->1, 1->1.
// Egress 0 has three flows: 4 each, all of it. Ingress 1 has 12 - 4 = 8 left for 1->1, ingress 0
// carries 8.
TEST(PortShares, AreMaxMin)
{
    PortShares shares({12, 12}, {12, 12});
    shares.Add({0, 0}, 2);
    shares.Add({0, 1}, 1);
    shares.Add({1, 1}, 1);
    shares.Solve();
    EXPECT_EQ(shares.BottleneckOf({0, 0}), 0);
    EXPECT_EQ(shares.BottleneckOf({0, 1}), 0);
    EXPECT_DOUBLE_EQ(shares.Level(0), 4);
    const std::uint32_t last = shares.BottleneckOf({1, 1});
    EXPECT_EQ(last, 3);
    EXPECT_DOUBLE_EQ(shares.Level(last), 8);
    EXPECT_DOUBLE_EQ(shares.Rate(0), 12);
    EXPECT_DOUBLE_EQ(shares.Rate(1), 8);
    EXPECT_DOUBLE_EQ(shares.Rate(2), 8);
    EXPECT_DOUBLE_EQ(shares.Rate(3), 12);
    EXPECT_EQ(shares.Moved().size(), 3);

    // Without the flow 1->1 egress 0 is the only port that counts; nobody moves.
    shares.Add({1, 1}, -1);
    shares.Solve();
    EXPECT_TRUE(shares.Moved().empty());
    EXPECT_DOUBLE_EQ(shares.Rate(1), 0);
    EXPECT_DOUBLE_EQ(shares.Rate(3), 4);
    EXPECT_THROW(shares.Add({1, 1}, -1), ContractViolation);
}

/// Writes down sends, arrivals and rates.
class Witness : public FabricObserver
{
  public:
    explicit Witness(const Fabric& fabric)
        : m_fabric(fabric)
    {
    }

    void OnFlowSent(FlowId flow) override
    {
        sent[flow] = m_fabric.GetClock().Now();
    }

    void OnFlowFinished(FlowId flow) override
    {
        finished[flow] = m_fabric.GetClock().Now();
    }

    void OnLinkRate(LinkId link, BitRate rate) override
    {
        rates[link] = rate;
    }

    std::map<FlowId, Time> sent;
    std::map<FlowId, Time> finished;
    std::map<LinkId, BitRate> rates;

  private:
    const Fabric& m_fabric;
};

/// Three hosts at 8 Gb/s, 1 us per link.
class FairSwitchUnit : public testing::Test
{
  protected:
    FairSwitchUnit()
    {
        m_fabric.SetObserver(&m_witness);
    }

    void Start(std::uint32_t id, std::uint32_t from, std::uint32_t to, Bytes bytes)
    {
        Flow flow;
        flow.id = FlowId(id);
        flow.source = DeviceId(from);
        flow.destination = DeviceId(to);
        flow.bytes = bytes;
        flow.route = RouteBetween(m_topology, flow.source, flow.destination, 0);
        m_fabric.StartFlow(flow);
    }

    static Time Us(std::int64_t us)
    {
        return Time::FromPicoseconds(us * 1000000);
    }

    const Topology m_topology = MakeBigSwitch({3, {1, {8e9, Time::FromSeconds(1e-6)}, {}, {}}});
    FairSwitchFabric m_fabric{m_topology};
    Witness m_witness{m_fabric};
};

// 0->2 with 1 MB (8 Mbit) and 1->2 with 2 MB share the port into 2: 4 Gb/s each. The first leaves
// after 2 ms; the second has 8 Mbit left at 8 Gb/s: 3 ms. Two links: arrival 2 us later.
TEST_F(FairSwitchUnit, SharesAPort)
{
    m_fabric.GetClock().CallAt(Time(), [&] {
        Start(0, 0, 2, 1000000);
        Start(1, 1, 2, 2000000);
    });
    m_fabric.GetClock().CallAt(Us(1000), [&] {
        EXPECT_DOUBLE_EQ(m_fabric.RemainingBits(FlowId(0)), 4e6);
        EXPECT_DOUBLE_EQ(m_fabric.RemainingBits(FlowId(1)), 12e6);
        EXPECT_DOUBLE_EQ(m_witness.rates.at(LinkId(0)), 4e9);
        EXPECT_DOUBLE_EQ(m_witness.rates.at(LinkId(5)), 8e9);
    });
    m_fabric.GetClock().Run();
    EXPECT_EQ(m_witness.sent.at(FlowId(0)), Us(2000));
    EXPECT_EQ(m_witness.sent.at(FlowId(1)), Us(3000));
    EXPECT_EQ(m_witness.finished.at(FlowId(0)), Us(2002));
    EXPECT_EQ(m_witness.finished.at(FlowId(1)), Us(3002));
    EXPECT_DOUBLE_EQ(m_witness.rates.at(LinkId(5)), 0);
    EXPECT_DOUBLE_EQ(m_fabric.RemainingBits(FlowId(1)), 0);
}

// 0->1 alone for 1 ms: 8 of 16 Mbit left. Then 0->2 with 4 Mbit halves its port: both at 4 Gb/s
// until 0->2 has left at 2 ms. 0->1 has 4 Mbit left at 8 Gb/s: 2.5 ms.
TEST_F(FairSwitchUnit, SharesAnewWhenFlowsComeAndGo)
{
    m_fabric.GetClock().CallAt(Time(), [&] { Start(0, 0, 1, 2000000); });
    m_fabric.GetClock().CallAt(Us(1000), [&] { Start(1, 0, 2, 500000); });
    m_fabric.GetClock().Run();
    EXPECT_EQ(m_witness.sent.at(FlowId(1)), Us(2000));
    EXPECT_EQ(m_witness.sent.at(FlowId(0)), Us(2500));
}

TEST_F(FairSwitchUnit, TakesNoRates)
{
    EXPECT_EQ(m_fabric.EnforcedBy(), Enforcement::NONE);
    m_fabric.GetClock().CallAt(Time(), [&] {
        Start(0, 0, 1, 1000);
        EXPECT_THROW(m_fabric.SetRates({{FlowId(0), 1e9, 0}}), ContractViolation);
        EXPECT_THROW(Start(0, 0, 1, 1000), ContractViolation);
    });
    m_fabric.GetClock().Run();
}

TEST(FairSwitchFits, SmallBigSwitches)
{
    const ServerSpec one{1, {8e9, Time()}, {}, {}};
    EXPECT_TRUE(FairSwitchFabric::Fits(MakeBigSwitch({512, one})));
    EXPECT_FALSE(FairSwitchFabric::Fits(MakeBigSwitch({513, one})));
    EXPECT_FALSE(FairSwitchFabric::Fits(MakeLeafSpine({2, 1, 2, one, {8e9, Time()}})));
    const ServerSpec eight{8, {8e9, Time()}, {}, {8e9, Time()}};
    EXPECT_TRUE(FairSwitchFabric::Fits(MakeBigSwitch({400, eight})));
    EXPECT_FALSE(FairSwitchFabric::Fits(MakeBigSwitch({512, eight})));
}

} // namespace
} // namespace echelon
