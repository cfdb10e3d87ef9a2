// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fluid-fabric.h"

#include "base/contracts.h"
#include "network/big-switch.h"
#include "support/routes.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Writes down when what happened, in seconds.
class Witness : public FabricObserver
{
  public:
    explicit Witness(const Fabric& fabric)
        : m_fabric(fabric)
    {
    }

    void OnFlowSent(FlowId flow) override
    {
        events.push_back("sent " + std::to_string(flow.Value()) + " at " + Now());
    }

    void OnFlowFinished(FlowId flow) override
    {
        events.push_back("finished " + std::to_string(flow.Value()) + " at " + Now());
    }

    std::vector<std::string> events;

  private:
    std::string Now() const
    {
        return FormatTime(m_fabric.GetClock().Now());
    }

    const Fabric& m_fabric;
};

/// Two hosts at 8 Gb/s, i.e. 1 GB/s, with 1 ms of delay on each of the path's two links.
class FluidFabricTest : public testing::Test
{
  protected:
    FluidFabricTest()
        : m_topology(MakeBigSwitch({2, {1, {8e9, Time::FromSeconds(1e-3)}, {}, {}}})),
          m_fabric(m_topology),
          m_witness(m_fabric)
    {
        m_fabric.SetObserver(&m_witness);
    }

    Flow MakeFlow(std::uint32_t id, Bytes bytes) const
    {
        Flow flow;
        flow.id = FlowId(id);
        flow.source = DeviceId(0);
        flow.destination = DeviceId(1);
        flow.bytes = bytes;
        flow.route = RouteBetween(m_topology, flow.source, flow.destination, 0);
        return flow;
    }

    using Events = std::vector<std::string>;

    Topology m_topology;
    FluidFabric m_fabric;
    Witness m_witness;
};

TEST_F(FluidFabricTest, SendsAtTheRateAndArrivesAfterTheDelay)
{
    // 1 GB at 8 Gb/s takes 1 s; the last bit travels 2 ms more.
    m_fabric.GetClock().CallAt(Time(), [&] {
        m_fabric.StartFlow(MakeFlow(0, 1000000000));
        m_fabric.SetRates({{FlowId(0), 8e9, 0}});
    });
    m_fabric.GetClock().Run();
    EXPECT_EQ(m_witness.events, (Events{"sent 0 at 1.00 s", "finished 0 at 1.00 s"}));
    EXPECT_EQ(m_fabric.GetClock().Now(), Time::FromSeconds(1.002));
}

TEST_F(FluidFabricTest, IntegratesRatesThatChange)
{
    // 1 GB = 8 Gbit: 2 Gb/s for 1 s, nothing for 1 s, then 8 Gb/s: 2 + 6/8 s = 2.75 s.
    m_fabric.GetClock().CallAt(Time(), [&] {
        m_fabric.StartFlow(MakeFlow(0, 1000000000));
        m_fabric.SetRates({{FlowId(0), 2e9, 0}});
    });
    m_fabric.GetClock().CallAt(Time::FromSeconds(1), [&] {
        m_fabric.SetRates({{FlowId(0), 0.0, 0}});
    });
    m_fabric.GetClock().CallAt(Time::FromSeconds(2), [&] {
        EXPECT_DOUBLE_EQ(m_fabric.RemainingBits(FlowId(0)), 6e9);
        m_fabric.SetRates({{FlowId(0), 8e9, 0}});
    });
    m_fabric.GetClock().Run();
    EXPECT_EQ(m_witness.events.front(), "sent 0 at 2.75 s");
    EXPECT_EQ(m_fabric.RemainingBits(FlowId(0)), 0);
}

TEST_F(FluidFabricTest, BundleCarriesAllItsFlows)
{
    // Three flows of 1 GB at 8 Gb/s together: 3 s.
    Flow bundle = MakeFlow(0, 1000000000);
    bundle.multiplicity = 3;
    m_fabric.StartFlow(bundle);
    m_fabric.SetRates({{FlowId(0), 8e9, 0}});
    m_fabric.GetClock().Run();
    EXPECT_EQ(m_witness.events.front(), "sent 0 at 3.00 s");
}

TEST_F(FluidFabricTest, SettledCallbacksComeAfterEveryOtherEventOfTheInstant)
{
    std::vector<int> order;
    m_fabric.GetClock().CallAt(Time(), [&] {
        m_fabric.GetClock().CallWhenSettled([&] { order.push_back(3); });
        m_fabric.GetClock().CallAt(Time(), [&] { order.push_back(2); });
        order.push_back(1);
    });
    m_fabric.GetClock().Run();
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(FluidFabricTest, FramingLowersGoodput)
{
    // 4096 bytes of payload in 4178 on the wire.
    EXPECT_DOUBLE_EQ(FluidFabric(m_topology, 4096.0 / 4178).GoodputFactor(), 4096.0 / 4178.0);
    EXPECT_DOUBLE_EQ(m_fabric.GoodputFactor(), 1.0);
}

TEST_F(FluidFabricTest, RefusesMisuse)
{
    m_fabric.StartFlow(MakeFlow(0, 1));
    EXPECT_THROW(m_fabric.StartFlow(MakeFlow(0, 1)), ContractViolation);
    EXPECT_THROW(m_fabric.StartFlow(MakeFlow(1, 0)), ContractViolation);
    EXPECT_THROW(m_fabric.SetRates({{FlowId(7), 1e9, 0}}), ContractViolation);
    m_fabric.SetRates({{FlowId(0), 8e9, 0}});
    m_fabric.GetClock().Run();
    EXPECT_THROW(m_fabric.SetRates({{FlowId(0), 1e9, 0}}), ContractViolation);
    EXPECT_THROW(m_fabric.GetClock().CallAt(Time(), [] {}), ContractViolation);
}

} // namespace
} // namespace echelon
