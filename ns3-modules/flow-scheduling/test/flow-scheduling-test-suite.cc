// SPDX-License-Identifier: GPL-2.0-only

// The packet rung behind the core's interfaces, and the helpers of ns-3 programs.

#include "emulation/emulation.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"

#include "ns3/all-reduce-helper.h"
#include "ns3/coordinator-helper.h"
#include "ns3/fabric-network.h"
#include "ns3/flow-coordinator.h"
#include "ns3/leaf-spine-helper.h"
#include "ns3/packet-fabric.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <string>

using namespace ns3;

namespace
{

using echelon::DeviceId;
using echelon::FlowId;

/// Wire rate that carries this payload rate in segments of 4096 bytes with 82 bytes of header.
double
WireRate(double payloadRate)
{
    return payloadRate * 4178 / 4096;
}

/// Writes down what it hears, in picoseconds.
class Witness : public echelon::FabricObserver
{
  public:
    explicit Witness(const echelon::Fabric& fabric)
        : m_fabric(fabric)
    {
    }

    void OnFlowSent(FlowId flow) override
    {
        Write("sent " + std::to_string(flow.Value()));
    }

    void OnFlowFinished(FlowId flow) override
    {
        Write("finished " + std::to_string(flow.Value()));
    }

    void Write(const std::string& what)
    {
        events.push_back(what + " at " + std::to_string(m_fabric.GetClock().Now().Picoseconds()));
    }

    std::vector<std::string> events;

  private:
    const echelon::Fabric& m_fabric;
};

echelon::Flow
MakeFlow(const echelon::Topology& topology, uint32_t id, uint32_t to, echelon::Bytes bytes)
{
    echelon::Flow flow;
    flow.id = FlowId(id);
    flow.source = DeviceId(0);
    flow.destination = DeviceId(to);
    flow.bytes = bytes;
    static echelon::RouteTable routes;
    flow.route = routes.Along(topology, topology.Route(flow.source, flow.destination, 0));
    return flow;
}

/// The contract of echelon::Fabric.
class PacketFabricTestCase : public TestCase
{
  public:
    PacketFabricTestCase()
        : TestCase("the packet fabric keeps the contract of the fabric")
    {
    }

  private:
    void DoRun() override
    {
        // Big switch at 100 Gb/s on the wire, 500 ns per link. A bundle of 2 × 4096 bytes at the
        // full payload rate: segments at 1,000,000 and 1,334,240 ps, the second arrives at
        // 1,334,240 + 2 × (334,240 + 500,000) = 3,002,720 ps.
        const echelon::LinkSpec link{100e9, echelon::Time::FromPicoseconds(500000)};
        const echelon::Topology topology = echelon::MakeBigSwitch({3, {1, link, {}, {}}});
        const auto fabric = echelon::MakePacketFabric(topology);
        Witness witness(*fabric);
        fabric->SetObserver(&witness);
        NS_TEST_EXPECT_MSG_EQ(fabric->GoodputFactor(), 4096.0 / 4178, "goodput");
        double remaining = 0;
        fabric->GetClock().CallAt(echelon::Time::FromPicoseconds(1000000), [&] {
            fabric->GetClock().CallWhenSettled([&] {
                witness.Write("settled");
                echelon::Flow flow = MakeFlow(topology, 0, 1, 4096);
                flow.multiplicity = 2;
                fabric->StartFlow(flow);
                fabric->SetRates({{FlowId(0), 100e9 * fabric->GoodputFactor(), 7}});
            });
            fabric->GetClock().CallAt(fabric->GetClock().Now(), [&] {
                witness.Write("first");
                fabric->GetClock().CallAt(fabric->GetClock().Now(),
                                          [&] { witness.Write("second"); });
            });
        });
        // Half a segment later 3/4 of the bundle remain.
        fabric->GetClock().CallAt(echelon::Time::FromPicoseconds(1000000 + 334240 / 2),
                                  [&] { remaining = fabric->RemainingBits(FlowId(0)); });
        fabric->GetClock().Run();
        const std::vector<std::string> expected{"first at 1000000",
                                                "second at 1000000",
                                                "settled at 1000000",
                                                "sent 0 at 1334240",
                                                "finished 0 at 3002720"};
        NS_TEST_EXPECT_MSG_EQ((witness.events == expected), true, "order and times");
        NS_TEST_EXPECT_MSG_EQ_TOL(remaining, 0.75 * 2 * 8 * 4096, 1e-6, "remaining bits");
        NS_TEST_EXPECT_MSG_EQ(fabric->RemainingBits(FlowId(0)), 0.0, "nothing remains");
        NS_TEST_EXPECT_MSG_EQ(fabric->Counts().packetHops, 4, "two segments, two links");
        NS_TEST_EXPECT_MSG_EQ(fabric->Counts().packets, 2, "two segments");
        NS_TEST_EXPECT_MSG_EQ(fabric->Counts().drops, 0, "no drops");
        bool refused = false;
        try
        {
            echelon::MakePacketFabric(topology);
        }
        catch (const echelon::ContractViolation&)
        {
            refused = true;
        }
        NS_TEST_EXPECT_MSG_EQ(refused, true, "a second fabric at the same time is refused");
    }
};

/// Figure 2 of the EchelonFlow paper on the packet fabric.
class FigureTwoTestCase : public TestCase
{
  public:
    FigureTwoTestCase(const std::string& scheduler, std::vector<double> finishes, double done)
        : TestCase("Figure 2 of Pan et al. (HotNets 2022) within 1 %: " + scheduler),
          m_scheduler(scheduler),
          m_finishes(std::move(finishes)),
          m_done(done)
    {
    }

  private:
    void DoRun() override
    {
        // One link of payload rate B = 0.8 Gb/s; three micro-batches computed in 1 s each on either
        // side, 2B = 0.2 GB each.
        const echelon::LinkSpec link{WireRate(8e8), echelon::Time()};
        const echelon::Topology topology = echelon::MakeBigSwitch({2, {1, link, {}, {}}});
        const echelon::Time second = echelon::Time::FromSeconds(1);
        echelon::Job job;
        job.name = "figure-2";
        const echelon::GroupIndex group =
            job.graph.AddGroup({"pp 0->1", "pp", echelon::Arrangement::Pipeline(3, second), 1.0});
        for (uint32_t microBatch = 0; microBatch < 3; ++microBatch)
        {
            const auto produce = job.graph.AddCompute(DeviceId(0), second, "produce");
            const auto send =
                job.graph.AddFlow({group, DeviceId(0), DeviceId(1), 200000000, microBatch, 1});
            const auto consume = job.graph.AddCompute(DeviceId(1), second, "consume");
            job.graph.AddDependency(produce, send);
            job.graph.AddDependency(send, consume);
        }
        const std::vector<echelon::Job> jobs{job};
        const echelon::SchedulerEntry& entry = echelon::SchedulerEntryOf(m_scheduler);
        const auto scheduler = entry.make(echelon::ParameterSet(entry.parameters));
        const auto fabric = echelon::MakePacketFabric(topology);
        const echelon::RunRecord record =
            echelon::RunEmulation({topology, jobs, 1}, *scheduler, *fabric);
        for (uint32_t f = 0; f < 3; ++f)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(record.flows[f].finish.Seconds(),
                                      m_finishes[f],
                                      0.01 * m_finishes[f],
                                      m_scheduler << ": finish of flow " << f);
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(record.makespan.Seconds(), m_done, 0.01 * m_done, m_scheduler);
    }

    std::string m_scheduler;
    std::vector<double> m_finishes;
    double m_done;
};

/// The helpers of ns-3 programs.
class AllReduceTestCase : public TestCase
{
  public:
    AllReduceTestCase(uint32_t gpus, uint64_t bytes)
        : TestCase("ring all-reduce of " + std::to_string(bytes) + " bytes over " +
                   std::to_string(gpus) + " GPUs within 1 %"),
          m_gpus(gpus),
          m_bytes(bytes)
    {
    }

  private:
    void DoRun() override
    {
        // One leaf of 100 Gb/s hosts is non-blocking. Each of the 2(n-1) steps moves S/n at the
        // payload rate B, and a step's latency is that of two links, 1 us: 2(n-1)/n · S/B + 2(n-1)
        // · 1 us. At granularity step each step's last segment is also stored and forwarded once,
        // 0.334 us.
        for (const std::string granularity : {"flow", "step"})
        {
            Ptr<LeafSpineHelper> fabric = CreateObject<LeafSpineHelper>();
            fabric->SetAttribute("Leaves", UintegerValue(1));
            fabric->SetAttribute("HostsPerLeaf", UintegerValue(m_gpus));
            Ptr<FabricNetwork> network = fabric->Create();
            CoordinatorHelper coordinator("fair");
            coordinator.Install(network, fabric->GetTopology());
            Ptr<AllReduceHelper> allReduce = CreateObject<AllReduceHelper>();
            allReduce->SetAttribute("Bytes", UintegerValue(m_bytes));
            allReduce->SetAttribute("Granularity", StringValue(granularity));
            std::vector<uint32_t> gpus;
            for (uint32_t gpu = 0; gpu < m_gpus; ++gpu)
            {
                gpus.push_back(gpu);
            }
            allReduce->Install(coordinator, gpus);
            const double end = coordinator.Run().GetSeconds();
            const double n = m_gpus;
            const double payloadRate = 100e9 * 4096 / 4178;
            const double steps = 2 * (n - 1);
            const double stored = (granularity == "step" ? steps : 1) * 4178 * 8 / 100e9;
            const double expected =
                steps / n * 8 * static_cast<double>(m_bytes) / payloadRate + steps * 1e-6 + stored;
            NS_TEST_EXPECT_MSG_EQ_TOL(end, expected, 0.01 * expected, granularity);
            network->Dispose();
            Simulator::Destroy();
        }
    }

    uint32_t m_gpus;
    uint64_t m_bytes;
};

/// Agents and coordinator as objects: what they tell, and an outage.
class ControlPlaneTestCase : public TestCase
{
  public:
    ControlPlaneTestCase()
        : TestCase("agents report, the coordinator decides, and flows end without it")
    {
    }

  private:
    void RunOnce(Time lostAt)
    {
        // A ring over four GPUs, one flow per step: 4 × 6 flows of 250 kB. Each has a port pair to
        // itself, so with or without a coordinator a step takes 20.4 us and 1.33 us on the way, and
        // six steps 130 us. In 70 us the first three steps are over and the fourth has started:
        // 16 arrivals and 12 departures are reported.
        m_reports = m_decisions = m_outages = 0;
        Ptr<LeafSpineHelper> fabric = CreateObject<LeafSpineHelper>();
        fabric->SetAttribute("Leaves", UintegerValue(1));
        Ptr<FabricNetwork> network = fabric->Create();
        CoordinatorHelper helper("fair");
        Ptr<FlowCoordinator> coordinator = helper.GetCoordinator();
        coordinator->SetAttribute("LostAt", TimeValue(lostAt));
        coordinator->TraceConnectWithoutContext(
            "Report",
            MakeCallback(&ControlPlaneTestCase::OnReport, this));
        coordinator->TraceConnectWithoutContext(
            "Decision",
            MakeCallback(&ControlPlaneTestCase::OnDecision, this));
        coordinator->TraceConnectWithoutContext(
            "Outage",
            MakeCallback(&ControlPlaneTestCase::OnOutage, this));
        helper.Install(network, fabric->GetTopology());
        Ptr<AllReduceHelper> allReduce = CreateObject<AllReduceHelper>();
        allReduce->SetAttribute("Bytes", UintegerValue(1000000));
        allReduce->SetAttribute("Granularity", StringValue("step"));
        allReduce->Install(helper, {0, 1, 2, 3});
        const double end = helper.Run().GetSeconds();
        NS_TEST_EXPECT_MSG_EQ_TOL(end, 130.3e-6, 0.5e-6, "six steps");
        NS_TEST_EXPECT_MSG_EQ(coordinator->GetAgents().size(), 4, "an agent per interface");
        const bool isLost = !lostAt.IsStrictlyNegative();
        NS_TEST_EXPECT_MSG_EQ(m_reports, (isLost ? 16 + 12 : 2 * 24), "reports");
        NS_TEST_EXPECT_MSG_EQ(m_outages, (isLost ? 1 : 0), "outages");
        NS_TEST_EXPECT_MSG_GT(m_decisions, 3, "a decision per step at least");
        uint64_t heard = 0;
        for (const Ptr<FlowAgent>& agent : coordinator->GetAgents())
        {
            NS_TEST_EXPECT_MSG_EQ(agent->Reports(), m_reports / 4, agent->GetName());
            NS_TEST_EXPECT_MSG_GT(agent->Changes(), 5, "each flow was given a rate");
            heard += agent->Reports();
        }
        NS_TEST_EXPECT_MSG_EQ(heard, m_reports, "every report comes from an agent");
        network->Dispose();
        Simulator::Destroy();
    }

    void DoRun() override
    {
        RunOnce(Seconds(-1));
        RunOnce(MicroSeconds(70));
    }

    void OnReport(uint32_t /* flow */, bool /* arrival */)
    {
        ++m_reports;
    }

    void OnDecision(uint32_t /* flows */)
    {
        ++m_decisions;
    }

    void OnOutage(bool /* lost */)
    {
        ++m_outages;
    }

    uint64_t m_reports{0};
    uint64_t m_decisions{0};
    uint64_t m_outages{0};
};

class FlowSchedulingTestSuite : public TestSuite
{
  public:
    FlowSchedulingTestSuite()
        : TestSuite("flow-scheduling", UNIT)
    {
        using Finishes = std::vector<double>;
        AddTestCase(new PacketFabricTestCase, TestCase::QUICK);
        AddTestCase(new ControlPlaneTestCase, TestCase::QUICK);
        AddTestCase(new FigureTwoTestCase("fair", Finishes{4.5, 6.5, 7}, 8.5), TestCase::QUICK);
        AddTestCase(new FigureTwoTestCase("sebf", Finishes{7, 7, 7}, 10), TestCase::QUICK);
        AddTestCase(new FigureTwoTestCase("echelon", Finishes{5, 6, 7}, 8), TestCase::QUICK);
        for (const uint32_t gpus : {2, 3, 8, 16, 64})
        {
            for (const uint64_t bytes : {1000000, 25000000})
            {
                AddTestCase(new AllReduceTestCase(gpus, bytes), TestCase::QUICK);
            }
        }
    }
};

FlowSchedulingTestSuite g_flowSchedulingTestSuite;

} // namespace
