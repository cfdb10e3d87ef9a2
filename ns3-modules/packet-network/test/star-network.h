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
#include "ns3/uinteger.h"

#include <map>
#include <vector>

namespace ns3
{

/// Source ports first, then the ports of the switch, one per destination; every link has one delay.
class StarNetwork
{
  public:
    StarNetwork(const std::vector<double>& sourceRates,
                const std::vector<double>& destinationRates,
                uint64_t queueCapacity = 1 << 30,
                Time delay = NanoSeconds(500),
                uint32_t queues = 0,
                uint64_t window = 0)
        : m_sources(static_cast<uint32_t>(sourceRates.size()))
    {
        network = CreateObject<FabricNetwork>();
        network->SetAttribute("Queues", UintegerValue(queues));
        network->SetAttribute("Window", UintegerValue(window));
        const auto add = [&](double rate, EgressPort::Role role) {
            Ptr<EgressPort> port = CreateObject<EgressPort>();
            port->SetAttribute("DataRate", DataRateValue(DataRate(static_cast<uint64_t>(rate))));
            port->SetAttribute("Delay", TimeValue(delay));
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
        network->TraceConnectWithoutContext("FlowEnd", MakeCallback(&StarNetwork::OnEnd, this));
        network->TraceConnectWithoutContext("FlowSent", MakeCallback(&StarNetwork::OnSent, this));
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

    Ptr<FabricNetwork> network;
    std::map<uint32_t, int64_t> ends; ///< flow to picoseconds
    std::map<uint32_t, int64_t> sent; ///< flow to picoseconds

  private:
    void OnEnd(uint32_t flow)
    {
        ends[flow] = Simulator::Now().GetTimeStep();
    }

    void OnSent(uint32_t flow)
    {
        sent[flow] = Simulator::Now().GetTimeStep();
    }

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
