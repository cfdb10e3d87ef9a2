// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What every enforcement that a fabric offers owes the scheduler (fabric/enforcement.h): the
 * decided shares hold where flows meet, no link carries more than it can, and all bytes arrive.
 *
 * On a big switch of 8 Gb/s links with 1 us of delay each. A fluid is held to the picosecond.
 * Packets differ by whole segments, and where queues share links by what windows let a source send
 * ahead: a round trip is two links of a segment's 4.178 us and 1 us, and 2 us back, so a window is
 * 12.36 us of the link, 12,356 bytes, and one segment. Five segments are more than that.
 */
#include "base/random.h"
#include "fabric/fair-fabric.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "support/routes.h"

#include <gtest/gtest.h>
#include <map>
#include <memory>

#if ECHELON_WITH_NS3
#include "ns3/packet-fabric.h"
#endif

namespace echelon
{
namespace
{

constexpr BitRate LINK_RATE = 8e9;
const Time LINK_DELAY = Time::FromSeconds(1e-6);
constexpr std::uint32_t HOSTS = 4;
constexpr double SEGMENT_BITS = 8 * 4096;

struct EnforcementKind
{
    const char* name;
    Enforcement enforcement;
    std::unique_ptr<Fabric> (*make)(const Topology& topology);
    double slack; ///< bits that a flow may have sent more or less than its share; 0: a fluid
};

void
PrintTo(const EnforcementKind& kind, std::ostream* out)
{
    *out << kind.name;
}

#if ECHELON_WITH_NS3
template <Enforcement ENFORCEMENT>
std::unique_ptr<Fabric>
MakePacket(const Topology& topology)
{
    PacketFabricOptions options;
    options.enforcement = ENFORCEMENT;
    return MakePacketFabric(topology, options);
}
#endif

template <class Fluid>
std::unique_ptr<Fabric>
MakeFluid(const Topology& topology)
{
    return std::make_unique<Fluid>(topology, 4096.0 / 4178);
}

std::vector<EnforcementKind>
Kinds()
{
    std::vector<EnforcementKind> kinds{
        {"rates_of_a_fluid", Enforcement::RATES, MakeFluid<FluidFabric>, 0},
        {"none", Enforcement::NONE, MakeFluid<FairFabric>, 0}};
#if ECHELON_WITH_NS3
    kinds.push_back(
        {"rates_of_packets", Enforcement::RATES, MakePacket<Enforcement::RATES>, SEGMENT_BITS});
    kinds.push_back(
        {"queues", Enforcement::QUEUES, MakePacket<Enforcement::QUEUES>, 5 * SEGMENT_BITS});
#endif
    return kinds;
}

/// One run of some flows; also writes down what happened to them.
class EnforcementContract : public testing::TestWithParam<EnforcementKind>, private FabricObserver
{
  protected:
    void SetUp() override
    {
        m_fabric->SetObserver(this);
        ASSERT_EQ(m_fabric->EnforcedBy(), GetParam().enforcement);
        ASSERT_EQ(m_fabric->Queues() > 0, GetParam().enforcement == Enforcement::QUEUES);
    }

    BitRate Capacity() const
    {
        return LINK_RATE * m_fabric->GoodputFactor();
    }

    Clock& GetClock() const
    {
        return m_fabric->GetClock();
    }

    /// Start a flow that is to have a share of the links it crosses; a queue of its own where
    /// queues share.
    void Start(std::uint32_t id, std::uint32_t from, std::uint32_t to, Bytes bytes, double share)
    {
        Flow flow;
        flow.id = FlowId(id);
        flow.source = DeviceId(from);
        flow.destination = DeviceId(to);
        flow.bytes = bytes;
        flow.route = RouteBetween(m_topology, flow.source, flow.destination, 0);
        flows[id] = flow;
        m_fabric->StartFlow(flow);
        if (GetParam().enforcement == Enforcement::NONE)
        {
            return;
        }
        const auto queue = static_cast<std::uint8_t>(id % 8);
        if (GetParam().enforcement == Enforcement::QUEUES)
        {
            for (const LinkId link : flow.route)
            {
                m_fabric->SetQueueWeights({{link, queue, share}});
            }
        }
        m_fabric->SetRates({{flow.id, share * Capacity(), queue}});
    }

    /// Bits that flows from a host have sent.
    double SentFrom(std::uint32_t host) const
    {
        double sum = 0;
        for (const auto& [id, flow] : flows)
        {
            sum += flow.source == DeviceId(host) ? flow.Bits() - m_fabric->RemainingBits(FlowId(id))
                                                 : 0;
        }
        return sum;
    }

    /// Bits that cross each link in all.
    std::map<LinkId, double> BitsOfLinks() const
    {
        std::map<LinkId, double> bits;
        for (const auto& [id, flow] : flows)
        {
            for (const LinkId link : flow.route)
            {
                bits[link] += flow.Bits();
            }
        }
        return bits;
    }

    void OnFlowSent(FlowId flow) override
    {
        EXPECT_TRUE(sent.emplace(flow.Value(), GetClock().Now()).second) << "sent twice";
    }

    void OnFlowFinished(FlowId flow) override
    {
        EXPECT_TRUE(finished.emplace(flow.Value(), GetClock().Now()).second) << "finished twice";
    }

    void OnLinkRate(LinkId link, BitRate rate) override
    {
        EXPECT_LE(rate, Capacity() * (1 + 1e-9));
        LinkUse& use = m_uses[link];
        use.bits += use.rate * (GetClock().Now() - use.since).Seconds();
        use.since = GetClock().Now();
        use.rate = rate;
    }

    /// What links carried, from a fabric that tells: packets by bins, sharing fluids by rates.
    std::map<LinkId, double> MeasuredBits() const
    {
        const Time bin = Time::FromSeconds(256e-6);
        std::map<LinkId, double> bits;
        for (const LinkLoad& load : m_fabric->MeasuredLoads(bin))
        {
            EXPECT_LE(load.bits, Capacity() * bin.Seconds() + SEGMENT_BITS);
            bits[load.link] += load.bits;
        }
        for (const auto& [link, use] : m_uses)
        {
            EXPECT_EQ(use.rate, 0);
            bits[link] += use.bits;
        }
        return bits;
    }

    std::map<std::uint32_t, Flow> flows;
    std::map<std::uint32_t, Time> sent;
    std::map<std::uint32_t, Time> finished;

  private:
    struct LinkUse
    {
        BitRate rate = 0;
        Time since;
        double bits = 0;
    };

    const Topology m_topology = MakeBigSwitch({HOSTS, {1, {LINK_RATE, LINK_DELAY}, {}, {}}});

  protected:
    const std::unique_ptr<Fabric> m_fabric = GetParam().make(m_topology);

  private:
    std::map<LinkId, LinkUse> m_uses;
};

/// Flows 0 and 1 share one link for 32 Mbit in all: 3 : 1 as decided, or fairly where nobody
/// decides. Their sizes are in the same proportion, so at half of the time each has half left, and
/// both end with the link's last bit.
class EnforcementOfShares : public EnforcementContract
{
  protected:
    void ExpectShares(bool meetAtSource)
    {
        const bool decides = GetParam().enforcement != Enforcement::NONE;
        const std::vector<double> shares =
            decides ? std::vector<double>{0.75, 0.25} : std::vector<double>{0.5, 0.5};
        for (const std::uint32_t id : {0U, 1U})
        {
            const auto bytes = static_cast<Bytes>(4e6 * shares[id]);
            Start(id, meetAtSource ? 0 : id, meetAtSource ? 1 + id : 2, bytes, shares[id]);
        }
        const Time whole = TransmissionTime(32e6, Capacity());
        const double slack = GetParam().slack + 1e-2; // a picosecond's bits
        GetClock().CallAt(Time::FromPicoseconds(whole.Picoseconds() / 2), [&, slack] {
            for (const std::uint32_t id : {0U, 1U})
            {
                EXPECT_NEAR(m_fabric->RemainingBits(FlowId(id)), flows[id].Bits() / 2, slack);
            }
        });
        GetClock().Run();
        // Two links, each of which forwards whole segments.
        const Time late = TransmissionTime(2 * slack + 1, LINK_RATE * 4096 / 4178);
        for (const std::uint32_t id : {0U, 1U})
        {
            ASSERT_EQ(finished.count(id), 1U);
            const Time early = TransmissionTime(slack, Capacity() * shares[id]);
            EXPECT_GE(finished[id] + early, whole + 2 * LINK_DELAY);
            EXPECT_LE(finished[id], whole + 2 * LINK_DELAY + late);
        }
    }
};

TEST_P(EnforcementOfShares, HoldWhereFlowsLeave)
{
    ExpectShares(true);
}

TEST_P(EnforcementOfShares, HoldWhereFlowsMeet)
{
    ExpectShares(false);
}

TEST_P(EnforcementContract, ConservesBytesWithinTheCapacityOfLinks)
{
    // 60 flows that start one after the other within 2 ms, at rates that fit whatever else is sent.
    // No flow is faster than light on an idle path, no host sends more in 20 us than its link
    // carries, and each link has carried exactly what crosses it.
    RandomStream stream(5, "enforcement");
    constexpr std::uint32_t FLOWS = 60;
    std::map<std::uint32_t, Time> starts;
    Time start;
    for (std::uint32_t id = 0; id < FLOWS; ++id)
    {
        const auto from = static_cast<std::uint32_t>(stream.Below(HOSTS));
        const auto step = static_cast<std::uint32_t>(1 + stream.Below(HOSTS - 1));
        const auto bytes = static_cast<Bytes>(1 + stream.Below(200000));
        start = start + Time::FromSeconds(2e-3 / FLOWS * stream.Uniform());
        starts[id] = start;
        GetClock().CallAt(start, [this, id, from, step, bytes] {
            Start(id, from, (from + step) % HOSTS, bytes, 1.0 / FLOWS);
        });
    }
    const Time interval = Time::FromSeconds(20e-6);
    std::vector<double> last(HOSTS, 0.0);
    for (Time at = interval; at < Time::FromSeconds(15e-3); at = at + interval)
    {
        GetClock().CallAt(at, [this, interval, &last] {
            for (std::uint32_t host = 0; host < HOSTS; ++host)
            {
                const double now = SentFrom(host);
                EXPECT_GE(now, last[host] - 1e-3);
                EXPECT_LE(now - last[host],
                          Capacity() * interval.Seconds() + GetParam().slack + 1e-2);
                last[host] = now;
            }
        });
    }
    GetClock().Run();
    ASSERT_EQ(finished.size(), FLOWS);
    for (const auto& [id, flow] : flows)
    {
        EXPECT_EQ(m_fabric->RemainingBits(FlowId(id)), 0);
        EXPECT_GE(finished[id] - starts[id],
                  TransmissionTime(flow.Bits(), LINK_RATE) + 2 * LINK_DELAY);
        EXPECT_GE(finished[id] - sent[id], 2 * LINK_DELAY);
    }
    const auto measured = MeasuredBits();
    EXPECT_EQ(measured.empty(),
              GetParam().enforcement == Enforcement::RATES && GetParam().slack == 0)
        << "a fluid with decided rates has nothing to measure";
    for (const auto& [link, bits] : measured)
    {
        EXPECT_NEAR(bits, BitsOfLinks()[link], 1e-6 * bits);
    }
}

std::string
NameOf(const testing::TestParamInfo<EnforcementKind>& info)
{
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(All, EnforcementContract, testing::ValuesIn(Kinds()), NameOf);
INSTANTIATE_TEST_SUITE_P(All, EnforcementOfShares, testing::ValuesIn(Kinds()), NameOf);

} // namespace
} // namespace echelon
