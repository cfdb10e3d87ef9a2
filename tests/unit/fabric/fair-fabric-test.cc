// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fair-fabric.h"

#include "base/contracts.h"
#include "network/big-switch.h"
#include "support/routes.h"

#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

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
class FairFabricUnit : public testing::Test
{
  protected:
    FairFabricUnit()
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
    FairFabric m_fabric{m_topology};
    Witness m_witness{m_fabric};
};

// 0->2 with 1 MB (8 Mbit) and 1->2 with 2 MB share the port into 2: 4 Gb/s each. The first leaves
// after 2 ms; the second has 8 Mbit left at 8 Gb/s: 3 ms. Two links: arrival 2 us later.
TEST_F(FairFabricUnit, SharesAPort)
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
TEST_F(FairFabricUnit, SharesAnewWhenFlowsComeAndGo)
{
    m_fabric.GetClock().CallAt(Time(), [&] { Start(0, 0, 1, 2000000); });
    m_fabric.GetClock().CallAt(Us(1000), [&] { Start(1, 0, 2, 500000); });
    m_fabric.GetClock().Run();
    EXPECT_EQ(m_witness.sent.at(FlowId(1)), Us(2000));
    EXPECT_EQ(m_witness.sent.at(FlowId(0)), Us(2500));
}

TEST_F(FairFabricUnit, TakesNoRates)
{
    EXPECT_EQ(m_fabric.EnforcedBy(), Enforcement::NONE);
    m_fabric.GetClock().CallAt(Time(), [&] {
        Start(0, 0, 1, 1000);
        EXPECT_THROW(m_fabric.SetRates({{FlowId(0), 1e9, 0}}), ContractViolation);
        EXPECT_THROW(Start(0, 0, 1, 1000), ContractViolation);
    });
    m_fabric.GetClock().Run();
}

} // namespace
} // namespace echelon
