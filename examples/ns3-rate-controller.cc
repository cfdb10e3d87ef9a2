// SPDX-License-Identifier: GPL-2.0-only

// A transport in one file: a flow has the rate of its link until a loss, then the decided rate.

#include "ns3/fabric-network.h"
#include "ns3/paced-rates.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <map>

using namespace ns3;

struct FastUntilLoss : PacedRates
{
    using PacedRates::PacedRates;

    void Decide(uint32_t slot, double rate, uint8_t priority, int64_t now) override
    {
        decided[slot] = rate;
        PacedRates::Decide(slot, 100e9 * 4096 / 4178, priority, now);
    }

    void Resend(uint32_t slot, uint32_t payload, int64_t now) override
    {
        PacedRates::Resend(slot, payload, now);
        PacedRates::Decide(slot, decided[slot], m_flows.StateOf(slot).priority, now);
    }

    std::map<uint32_t, double> decided; // by slot
};

int
main()
{
    // 100 segments from a 100 Gb/s link (334,240 ps each) to one of 10 Gb/s (3,342,400 ps) where 4
    // may wait, 500 ns each. Segment k is at the second port at 834,240 + k 334,240 ps: 0 is sent,
    // 1 to 4 wait, 5 is lost at 2,505,440. The source hears so at 3,005,440, when it has sent 6 to
    // 8, which are lost too. The next, at 10 Gb/s, is due at 3,032,640 and there at 3,866,880,
    // before 0 has left: the fifth loss. From then on one comes whenever one leaves.
    FabricNetwork::UsePicoseconds();
    Ptr<FabricNetwork> network = CreateObject<FabricNetwork>();
    network->SetControllers([](const EngineParts& parts, uint32_t port) {
        return std::make_unique<FastUntilLoss>(parts, port);
    });
    for (const auto& [rate, role] : {std::pair(100e9, PortRole::SOURCE), {10e9, PortRole::LAST}})
    {
        Ptr<EgressPort> port = CreateObject<EgressPort>();
        port->SetAttribute("DataRate", DataRateValue(DataRate(static_cast<uint64_t>(rate))));
        port->SetAttribute("QueueCapacity", UintegerValue(uint64_t{4} * 4178));
        network->AddPort(port, role);
    }
    network->StartFlow({0, uint64_t{100} * 4096, 2, {0, 1}});
    network->SetRate(0, 10e9 * 4096 / 4178, 0);
    Simulator::Run();
    const bool isRight = Simulator::Now() == PicoSeconds(834240 + 100 * 3342400LL + 500000) &&
                         network->DroppedSegments() == 5;
    Simulator::Destroy();
    return isRight ? 0 : 1;
}
