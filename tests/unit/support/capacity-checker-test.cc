// SPDX-License-Identifier: GPL-2.0-only
#include "support/capacity-checker.h"

#include "base/contracts.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "support/routes.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Drains flows at a multiple of the rates that it is told.
class DistortedFabric : public FluidFabric
{
  public:
    DistortedFabric(const Topology& topology, double factor)
        : FluidFabric(topology),
          m_factor(factor)
    {
    }

    void SetRates(const std::vector<RateChange>& changes) override
    {
        std::vector<RateChange> distorted = changes;
        for (RateChange& change : distorted)
        {
            change.rate *= m_factor;
        }
        FluidFabric::SetRates(distorted);
    }

  private:
    double m_factor;
};

/// Has flows arrive as soon as they are sent.
class InstantFabric : public FluidFabric
{
  public:
    using FluidFabric::FluidFabric;

    void StartFlow(const Flow& flow) override
    {
        Flow instant = flow;
        instant.route = RouteOf(Path(flow.route.begin(), flow.route.end()));
        FluidFabric::StartFlow(instant);
    }
};

class Counter : public FabricObserver
{
  public:
    void OnFlowSent(FlowId) override
    {
        ++sent;
    }

    void OnFlowFinished(FlowId) override
    {
        ++finished;
    }

    int sent = 0;
    int finished = 0;
};

/// Three hosts at 8 Gb/s, 1 ms of delay per link.
Topology
ThreeHosts()
{
    return MakeBigSwitch({3, {1, {8e9, Time::FromSeconds(1e-3)}, {}, {}}});
}

/// 1 MB = 8 Mbit from one host to another.
Flow
Megabyte(const Topology& topology, std::uint32_t id, std::uint32_t from, std::uint32_t to)
{
    Flow flow;
    flow.id = FlowId(id);
    flow.source = DeviceId(from);
    flow.destination = DeviceId(to);
    flow.bytes = 1000000;
    flow.route = RouteBetween(topology, flow.source, flow.destination, 0);
    return flow;
}

/// One flow at 4 Gb/s, i.e. for 2 ms if the fabric is honest.
void
RunOneFlow(Fabric& fabric, const Topology& topology, Bytes ahead, Counter& counter)
{
    CheckedFabric checked(fabric, topology, ahead);
    checked.SetObserver(&counter);
    checked.StartFlow(Megabyte(topology, 0, 0, 1));
    checked.SetRates({{FlowId(0), 4e9, 0}});
    checked.GetClock().Run();
}

TEST(CapacityChecker, PassesWhatIsRight)
{
    // Flow 0 sends 4 Mbit in 1 ms, rests 1 ms, and has the link's 8 Gb/s for the 4 Mbit left: sent
    // at 2.5 ms, finished 2 ms later. Flow 1 sends 4 Gb/s of the same link's up to 2 ms: all of its
    // 8 Mbit.
    const Topology topology = ThreeHosts();
    FluidFabric fluid(topology);
    CheckedFabric checked(fluid, topology);
    Counter counter;
    checked.SetObserver(&counter);
    checked.StartFlow(Megabyte(topology, 0, 0, 1));
    checked.StartFlow(Megabyte(topology, 1, 0, 2));
    checked.SetRates({{FlowId(0), 4e9, 0}, {FlowId(1), 4e9, 0}});
    checked.GetClock().CallAt(Time::FromSeconds(1e-3), [&] {
        checked.SetRates({{FlowId(0), 0.0, 0}});
    });
    checked.GetClock().CallAt(Time::FromSeconds(2e-3), [&] {
        checked.SetRates({{FlowId(0), 8e9, 0}});
    });
    checked.GetClock().Run();
    EXPECT_EQ(counter.sent, 2);
    EXPECT_EQ(counter.finished, 2);
    EXPECT_EQ(checked.GetClock().Now(), Time::FromSeconds(4.5e-3));
}

TEST(CapacityChecker, RefusesALinkOverCapacity)
{
    // Into host 2 go 5 Gb/s from host 0 and 3 Gb/s from host 1: full. A change may give one flow
    // what it takes from the other, but not 2 kb/s more.
    const Topology topology = ThreeHosts();
    FluidFabric fluid(topology);
    CheckedFabric checked(fluid, topology);
    Counter counter;
    checked.SetObserver(&counter);
    checked.StartFlow(Megabyte(topology, 0, 0, 2));
    checked.StartFlow(Megabyte(topology, 1, 1, 2));
    checked.SetRates({{FlowId(0), 5e9, 0}});
    checked.SetRates({{FlowId(1), 3e9, 0}});
    checked.SetRates({{FlowId(0), 6e9, 0}, {FlowId(1), 2e9, 0}});
    EXPECT_THROW(checked.SetRates({{FlowId(1), 2e9 * (1 + 1e-6), 0}}), ContractViolation);
}

TEST(CapacityChecker, HeadersTakeTheirShareOfALink)
{
    // With headers as large as payloads, a link of 8 Gb/s carries 4 Gb/s of payload.
    const Topology topology = ThreeHosts();
    FluidFabric fluid(topology, 0.5);
    CheckedFabric checked(fluid, topology);
    Counter counter;
    checked.SetObserver(&counter);
    checked.StartFlow(Megabyte(topology, 0, 0, 1));
    EXPECT_NO_THROW(checked.SetRates({{FlowId(0), 4e9, 0}}));
    EXPECT_THROW(checked.SetRates({{FlowId(0), 4.001e9, 0}}), ContractViolation);
}

TEST(CapacityChecker, RefusesFlowsSentTooEarlyOrTooLate)
{
    // A fabric that drains 1.001 or 0.999 of the rate is off by 1 kB in the 1 MB flow.
    const Topology topology = ThreeHosts();
    for (const double factor : {0.999, 1.001})
    {
        DistortedFabric distorted(topology, factor);
        Counter counter;
        EXPECT_THROW(RunOneFlow(distorted, topology, 0, counter), ContractViolation);
        EXPECT_EQ(counter.sent, 0);
    }
}

TEST(CapacityChecker, ASegmentMayLeaveAhead)
{
    // 1.001 of the rate: when 1 MB has drained, the integral of the rate is 1 MB / 1.001, 999 bytes
    // less. Segments of 1000 bytes explain that, segments of 998 do not.
    const Topology topology = ThreeHosts();
    Counter counter;
    DistortedFabric slightlyAhead(topology, 1.001);
    RunOneFlow(slightlyAhead, topology, 1000, counter);
    EXPECT_EQ(counter.finished, 1);
    DistortedFabric tooFarAhead(topology, 1.001);
    EXPECT_THROW(RunOneFlow(tooFarAhead, topology, 998, counter), ContractViolation);
}

TEST(CapacityChecker, RefusesAFinishFasterThanPropagation)
{
    // The path takes 2 ms.
    const Topology topology = ThreeHosts();
    InstantFabric fabric(topology);
    Counter counter;
    EXPECT_THROW(RunOneFlow(fabric, topology, 0, counter), ContractViolation);
    EXPECT_EQ(counter.sent, 1);
    EXPECT_EQ(counter.finished, 0);
}

TEST(CapacityChecker, RefusesRatesOfFlowsThatDoNotSend)
{
    const Topology topology = ThreeHosts();
    FluidFabric fluid(topology);
    CheckedFabric checked(fluid, topology);
    EXPECT_THROW(checked.SetRates({{FlowId(0), 1e9, 0}}), ContractViolation);
}

} // namespace
} // namespace echelon
