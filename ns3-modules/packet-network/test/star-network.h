// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The smallest networks for tests: sources and destinations around one switch, and what happened
 * there.
 *
 *     StarNetwork star({100e9, 100e9}, {10e9});    // two sources, one destination; ports 0, 1, 2
 *     star.Start(0, 1, 0, 4096);  Simulator::Run();  star.ends[0];
 */
#ifndef STAR_NETWORK_H
#define STAR_NETWORK_H

#include "ns3/fabric-network.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <functional>
#include <map>
#include <vector>

/// A test case without parameters: FABRIC_TEST_CASE(Name, "what holds") { … }
#define FABRIC_TEST_CASE(NAME, WHAT)                                                               \
    class NAME : public TestCase                                                                   \
    {                                                                                              \
      public:                                                                                      \
        NAME()                                                                                     \
            : TestCase(WHAT)                                                                       \
        {                                                                                          \
        }                                                                                          \
                                                                                                   \
      private:                                                                                     \
        void DoRun() override;                                                                     \
    };                                                                                             \
    void NAME::DoRun()

namespace ns3
{

using SegmentSink = std::function<void(const SegmentRecord&)>;

/// Source ports first, then the ports of the switch, one per destination. Links have the delay that
/// is the default, 500 ns.
class StarNetwork
{
  public:
    StarNetwork(const std::vector<double>& sourceRates,
                const std::vector<double>& destinationRates,
                uint64_t queueCapacity = 1 << 30,
                uint32_t queues = 0,
                uint64_t window = 0,
                const ControllerMaker& controllers = nullptr)
        : m_sources(static_cast<uint32_t>(sourceRates.size()))
    {
        FabricNetwork::UsePicoseconds();
        network = CreateObject<FabricNetwork>();
        network->SetControllers(controllers);
        network->SetAttribute("Queues", UintegerValue(queues));
        network->SetAttribute("Window", UintegerValue(window));
        const auto add = [&](double rate, EgressPort::Role role) {
            Ptr<EgressPort> port = CreateObject<EgressPort>();
            port->SetAttribute("DataRate", DataRateValue(DataRate(static_cast<uint64_t>(rate))));
            port->SetAttribute("QueueCapacity", UintegerValue(queueCapacity));
            network->AddPort(port, role);
        };
        for (const double rate : sourceRates)
        {
            add(rate, EgressPort::Role::SOURCE);
        }
        for (const double rate : destinationRates)
        {
            add(rate, EgressPort::Role::LAST);
        }
        const auto note = [this](const char* trace, std::map<uint32_t, int64_t>& times) {
            network->TraceConnectWithoutContext(trace,
                                                Callback<void, uint32_t>([&times](uint32_t flow) {
                                                    times[flow] = Simulator::Now().GetTimeStep();
                                                }));
        };
        note("FlowEnd", ends);
        note("FlowSent", sent);
    }

    ~StarNetwork()
    {
        network->Dispose();
        Simulator::Destroy();
    }

    StarNetwork(const StarNetwork&) = delete;
    StarNetwork& operator=(const StarNetwork&) = delete;

    void Start(uint32_t id, uint32_t source, uint32_t destination, uint64_t bytes)
    {
        network->StartFlow({id, bytes, 2, {source, m_sources + destination}});
    }

    Ptr<EgressPort> DestinationPort(uint32_t destination) const
    {
        return network->GetPort(m_sources + destination);
    }

    /// Call back for every segment that a trace source of a destination's port tells of.
    void Watch(uint32_t destination, const char* trace, const SegmentSink& sink) const
    {
        DestinationPort(destination)
            ->TraceConnectWithoutContext(trace, Callback<void, const SegmentRecord&>(sink));
    }

    Ptr<FabricNetwork> network;
    std::map<uint32_t, int64_t> ends; ///< flow to picoseconds
    std::map<uint32_t, int64_t> sent; ///< flow to picoseconds

  private:
    uint32_t m_sources;
};

/// The payload rate at which a wire of this rate is full of 4096-byte segments with 82 bytes of
/// header.
inline double
PayloadRate(double wireRate)
{
    return wireRate * 4096 / 4178;
}

} // namespace ns3

#endif /* STAR_NETWORK_H */
