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
#include "base/contracts.h"
#include "base/random.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/builders.h"
#include "sched/scheduler-registry.h"
#include "support/capacity-checker.h"
#include "support/routes.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <ostream>

#if ECHELON_WITH_NS3

#include "ns3/packet-fabric.h"
#endif

namespace echelon
{
namespace
{

constexpr Bytes SEGMENT = 4096;
constexpr Bytes HEADER = 82;

/// A fabric under test. A segment of 0 bytes: a fluid.
struct FabricKind
{
    const char* name;
    std::unique_ptr<Fabric> (*make)(const Topology& topology);
    Bytes segment;
};

/// For gtest.
void
PrintTo(const FabricKind& kind, std::ostream* out)
{
    *out << kind.name;
}

std::unique_ptr<Fabric>
MakeFluid(const Topology& topology)
{
    return std::make_unique<FluidFabric>(topology);
}

std::unique_ptr<Fabric>
MakeFluidWithHeaders(const Topology& topology)
{
    return std::make_unique<FluidFabric>(topology, 1.0 * SEGMENT / (SEGMENT + HEADER));
}

#if ECHELON_WITH_NS3
/// Segments of one size everywhere, so that one bound holds for all links.
std::unique_ptr<Fabric>
MakePacket(const Topology& topology)
{
    return MakePacketFabric(topology, {SEGMENT, HEADER, SEGMENT, 16 << 20});
}
#endif

std::vector<FabricKind>
FabricKinds()
{
    std::vector<FabricKind> kinds{{"fluid", MakeFluid, 0},
                                  {"fluid_with_headers", MakeFluidWithHeaders, 0}};
#if ECHELON_WITH_NS3
    kinds.push_back({"packet", MakePacket, SEGMENT});
#endif
    return kinds;
}

/// Writes down what happened to flows, and when.
class Witness : public FabricObserver
{
  public:
    explicit Witness(const Fabric& fabric)
        : m_fabric(fabric)
    {
    }

    void OnFlowSent(FlowId flow) override
    {
        Write("sent", flow);
        sent[flow] = m_fabric.GetClock().Now();
        if (whenSent)
        {
            whenSent(flow);
        }
    }

    void OnFlowFinished(FlowId flow) override
    {
        Write("finished", flow);
        finished[flow] = m_fabric.GetClock().Now();
    }

    void Write(const char* what, FlowId flow)
    {
        log.push_back(std::string(what) + " " + std::to_string(flow.Value()) + " at " +
                      std::to_string(m_fabric.GetClock().Now().Picoseconds()));
    }

    std::vector<std::string> log;
    std::map<FlowId, Time> sent;
    std::map<FlowId, Time> finished;
    std::function<void(FlowId)> whenSent;

  private:
    const Fabric& m_fabric;
};

constexpr BitRate LINK_RATE = 8e9;
const Time LINK_DELAY = Time::FromSeconds(1e-6);
constexpr std::int64_t HOPS = 4;

/// Devices 0 and 1 at leaf 0, 2 and 3 at leaf 1, one spine. Between leaves: four links, one rate.
Topology
TwoLeaves(Time linkDelay = LINK_DELAY)
{
    return MakeLeafSpine({2, 1, 2, {1, {LINK_RATE, linkDelay}, {}, {}}, {LINK_RATE, linkDelay}});
}

Time
Milliseconds(double ms)
{
    return Time::FromSeconds(ms * 1e-3);
}

/// 1 MB = 8 Mbit; at 4 Gb/s it takes 2 ms.
constexpr Bytes MEGABYTE = 1000000;

Flow
MakeFlow(const Topology& topology, std::uint32_t id, std::uint32_t from, std::uint32_t to)
{
    Flow flow;
    flow.id = FlowId(id);
    flow.source = DeviceId(from);
    flow.destination = DeviceId(to);
    flow.bytes = MEGABYTE;
    flow.route = RouteBetween(topology, flow.source, flow.destination, 0);
    return flow;
}

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

/// Not in the fixture's fabric: packet fabrics live one at a time.
class FabricContractRuns : public testing::TestWithParam<FabricKind>
{
};

TEST_P(FabricContractRuns, EveryLinkAddsItsDelayToTheLastBit)
{
    std::vector<Time> finished;
    std::vector<Time> sent;
    for (const Time delay : {Time(), LINK_DELAY})
    {
        const Topology topology = TwoLeaves(delay);
        const auto fabric = GetParam().make(topology);
        Witness witness(*fabric);
        fabric->SetObserver(&witness);
        fabric->StartFlow(MakeFlow(topology, 0, 0, 2));
        fabric->SetRates({{FlowId(0), 4e9, 0}});
        fabric->GetClock().Run();
        sent.push_back(witness.sent[FlowId(0)]);
        finished.push_back(witness.finished[FlowId(0)]);
    }
    EXPECT_EQ(sent[1], sent[0]);
    EXPECT_EQ(finished[1] - finished[0], HOPS * LINK_DELAY);
}

/// 60 flows at random times, at rates that change. No link is over capacity: 60 times the rate of
/// one flow is less. @return what happened, in order, and how much work it was.
std::vector<std::string>
RandomRun(const FabricKind& kind)
{
    const Topology topology = TwoLeaves();
    const auto fabric = kind.make(topology);
    CheckedFabric checked(*fabric, topology, kind.segment);
    Witness witness(checked);
    checked.SetObserver(&witness);
    RandomStream stream(7, "fabric contract");
    constexpr std::uint32_t FLOWS = 60;
    std::vector<Time> starts;
    std::generate_n(std::back_inserter(starts), FLOWS, [&stream] {
        return Milliseconds(stream.Uniform());
    });
    std::sort(starts.begin(), starts.end());
    for (std::uint32_t id = 0; id < FLOWS; ++id)
    {
        const Time start = starts[id];
        const auto from = static_cast<std::uint32_t>(stream.Below(4));
        const auto step = static_cast<std::uint32_t>(1 + stream.Below(3));
        Flow flow = MakeFlow(topology, id, from, (from + step) % 4);
        flow.bytes = static_cast<Bytes>(1 + stream.Below(200000));
        flow.multiplicity = static_cast<std::uint32_t>(1 + stream.Below(3));
        const BitRate most = LINK_RATE * checked.GoodputFactor() / FLOWS;
        const BitRate first = most * stream.Uniform();
        checked.GetClock().CallAt(start, [&checked, flow, first] {
            checked.StartFlow(flow);
            checked.SetRates({{flow.id, first, 0}});
        });
        checked.GetClock().CallAt(start + Milliseconds(stream.Uniform()),
                                  [&checked, &witness, flow, most] {
                                      if (witness.sent.count(flow.id) == 0)
                                      {
                                          checked.SetRates({{flow.id, most, 0}});
                                      }
                                  });
    }
    checked.GetClock().Run();
    EXPECT_EQ(witness.finished.size(), FLOWS);
    for (const auto& [flow, finish] : witness.finished)
    {
        EXPECT_GT(finish, witness.sent.at(flow));
    }
    witness.log.push_back(std::to_string(checked.Counts().events) + " events");
    return witness.log;
}

TEST_P(FabricContractRuns, EqualRunsAreEqualToTheLastEvent)
{
    EXPECT_EQ(RandomRun(GetParam()), RandomRun(GetParam()));
}

/// Two jobs of random flows between 12 GPUs, each flow after a delay or after some earlier flow.
std::vector<Job>
RandomJobs(const Topology& topology)
{
    std::vector<Job> jobs(2);
    for (Job& job : jobs)
    {
        job.name = &job == &jobs[0] ? "a" : "b";
        job.iterations = 2;
        RandomStream stream(11, job.name);
        std::vector<TaskId> tasks;
        for (int i = 0; i < 30; ++i)
        {
            const GroupIndex group =
                job.graph.AddGroup({std::to_string(i), "c", Arrangement::Coflow(), 1.0});
            const std::uint64_t from = stream.Below(topology.Devices());
            const std::uint64_t step = 1 + stream.Below(topology.Devices() - 1);
            FlowTemplate flow;
            flow.group = group;
            flow.source = DeviceId(from);
            flow.destination = DeviceId((from + step) % topology.Devices());
            flow.bytes = static_cast<Bytes>(1 + stream.Below(400000));
            flow.multiplicity = static_cast<std::uint32_t>(1 + stream.Below(3));
            const TaskId task = job.graph.AddFlow(flow);
            const bool isFree = tasks.empty() || stream.Below(3) == 0;
            job.graph.AddDependency(isFree ? job.graph.AddDelay(Milliseconds(stream.Uniform()))
                                           : tasks[stream.Below(tasks.size())],
                                    task);
            tasks.push_back(task);
        }
    }
    return jobs;
}

TEST_P(FabricContractRuns, ASchedulersRunPassesTheChecker)
{
    // 1:2 oversubscribed, two GPUs a host that share an interface or have one each. With and
    // without a control delay.
    for (const std::uint32_t interfaces : {1U, 2U})
    {
        const ServerSpec server{2, {10e9, LINK_DELAY}, {}, {80e9, Time()}, interfaces};
        const Topology topology = MakeLeafSpine({3, 2, 2, server, {interfaces * 5e9, LINK_DELAY}});
        const std::vector<Job> jobs = RandomJobs(topology);
        const SchedulerEntry& entry = SchedulerEntryOf("fair");
        for (const Time controlDelay : {Time(), Time::FromSeconds(5e-6)})
        {
            const auto scheduler = entry.make(ParameterSet(entry.parameters));
            const auto fabric = GetParam().make(topology);
            CheckedFabric checked(*fabric, topology, GetParam().segment);
            EmulationInput input{topology, jobs};
            input.control.controlDelay = controlDelay;
            const RunRecord record = RunEmulation(input, *scheduler, checked);
            EXPECT_EQ(record.flows.size(), 2 * 2 * 30);
            for (const FlowRecord& flow : record.flows)
            {
                EXPECT_GT(flow.finish, flow.start);
            }
            EXPECT_EQ(checked.Counts().drops, 0);
        }
    }
}

std::string
NameOfKind(const testing::TestParamInfo<FabricKind>& info)
{
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(AllFabrics, FabricContract, testing::ValuesIn(FabricKinds()), NameOfKind);
INSTANTIATE_TEST_SUITE_P(AllFabrics,
                         FabricContractRuns,
                         testing::ValuesIn(FabricKinds()),
                         NameOfKind);

} // namespace
} // namespace echelon
