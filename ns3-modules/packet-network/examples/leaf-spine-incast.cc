// SPDX-License-Identifier: GPL-2.0-only

// Incast: every other host sends to host 0 at its full rate. One of the flows has the most urgent
// priority and does not notice the others while the buffer of host 0's leaf port lasts. A port's
// buffer is shared: once it is full, urgent segments are lost too.
//
//   leaf-spine-incast --bytes=1000000 --ns3::LeafSpineHelper::QueueCapacity=200000

#include "ns3/command-line.h"
#include "ns3/fabric-network.h"
#include "ns3/leaf-spine-helper.h"
#include "ns3/simulator.h"

#include <iostream>

using namespace ns3;

namespace
{

void
OnFlowEnd(uint32_t flow)
{
    std::cout << "flow " << flow << (flow == 0 ? " (urgent)" : "") << " ends at "
              << Simulator::Now().As(Time::US) << "\n";
}

} // namespace

int
main(int argc, char* argv[])
{
    FabricNetwork::UsePicoseconds();
    uint64_t bytes = 1000000;
    CommandLine cmd(__FILE__);
    cmd.AddValue("bytes", "Bytes that each host sends", bytes);
    cmd.Parse(argc, argv);

    Ptr<LeafSpineHelper> helper = CreateObject<LeafSpineHelper>();
    Ptr<FabricNetwork> network = helper->Create();
    network->TraceConnectWithoutContext("FlowEnd", MakeCallback(&OnFlowEnd));

    const double payload = network->GetSegmentSize();
    const double wireRate = static_cast<double>(network->GetPort(0)->GetDataRate().GetBitRate());
    const double rate = wireRate * payload / (payload + network->GetHeaderSize());
    for (uint32_t flow = 0; flow < 15; ++flow)
    {
        network->StartFlow(helper->MakeFlow(flow, flow + 1, 0, bytes, flow));
        network->SetRate(flow, rate, flow == 0 ? 0 : 7);
    }
    Simulator::Run();

    std::cout << network->EmittedSegments() << " segments sent, " << network->DroppedSegments()
              << " dropped, " << network->SegmentHops() << " hops\n";
    network->Dispose();
    Simulator::Destroy();
    return 0;
}
