// SPDX-License-Identifier: GPL-2.0-only

// An all-reduce over one GPU of every host of a leaf-spine, under a flow scheduler.
//
//   leaf-spine-all-reduce --scheduler=echelon --ns3::LeafSpineHelper::Leaves=8
//   leaf-spine-all-reduce --ns3::AllReduceHelper::Bytes=1000000
//   leaf-spine-all-reduce --ns3::AllReduceHelper::Algorithm=tree

#include "ns3/all-reduce-helper.h"
#include "ns3/command-line.h"
#include "ns3/coordinator-helper.h"
#include "ns3/fabric-network.h"
#include "ns3/fabric-switch.h"
#include "ns3/leaf-spine-helper.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <iomanip>
#include <iostream>

using namespace ns3;

namespace
{

uint32_t g_flows = 0;
uint32_t g_drops = 0;
Time g_lastFlowEnd;

void
OnFlowEnd(uint32_t /* flow */)
{
    ++g_flows;
    g_lastFlowEnd = Simulator::Now();
}

void
OnDrop(const SegmentRecord& /* segment */)
{
    ++g_drops;
}

uint32_t
AttributeOf(Ptr<const Object> object, const std::string& name)
{
    UintegerValue value;
    object->GetAttribute(name, value);
    return static_cast<uint32_t>(value.Get());
}

} // namespace

int
main(int argc, char* argv[])
{
    FabricNetwork::UsePicoseconds();

    std::string scheduler = "echelon";
    CommandLine cmd(__FILE__);
    cmd.AddValue("scheduler", "Name of the flow scheduler", scheduler);
    cmd.Parse(argc, argv);

    Ptr<LeafSpineHelper> fabric = CreateObject<LeafSpineHelper>();
    Ptr<FabricNetwork> network = fabric->Create();
    network->TraceConnectWithoutContext("FlowEnd", MakeCallback(&OnFlowEnd));
    for (uint32_t i = 0; i < network->GetPorts(); ++i)
    {
        network->GetPort(i)->TraceConnectWithoutContext("Drop", MakeCallback(&OnDrop));
    }

    CoordinatorHelper coordinator(scheduler);
    coordinator.Install(network, fabric->GetTopology());

    std::vector<uint32_t> gpus;
    const uint32_t gpusPerHost = AttributeOf(fabric, "GpusPerHost");
    const uint32_t hosts = AttributeOf(fabric, "Leaves") * AttributeOf(fabric, "HostsPerLeaf");
    for (uint32_t host = 0; host < hosts; ++host)
    {
        gpus.push_back(host * gpusPerHost);
    }
    Ptr<AllReduceHelper> allReduce = CreateObject<AllReduceHelper>();
    allReduce->Install(coordinator, gpus);

    const Time end = coordinator.Run();

    std::cout << "all-reduce over " << gpus.size() << " GPUs under " << scheduler << ": done at "
              << end.As(Time::US) << "; last of " << g_flows << " flows at "
              << g_lastFlowEnd.As(Time::US) << "; " << g_drops << " segments dropped\n";
    std::cout << std::left << std::setw(20) << "port" << std::right << std::setw(12) << "segments"
              << std::setw(14) << "bytes" << std::setw(12) << "max queue" << std::setw(10)
              << "use/%\n";
    for (const Ptr<FabricSwitch>& node : network->GetSwitches())
    {
        for (const Ptr<EgressPort>& port : node->GetPorts())
        {
            const double rate = static_cast<double>(port->GetDataRate().GetBitRate());
            const double use =
                800 * static_cast<double>(port->SentBytes()) / (rate * end.GetSeconds());
            std::cout << std::left << std::setw(20) << port->GetName() << std::right
                      << std::setw(12) << port->SentSegments() << std::setw(14) << port->SentBytes()
                      << std::setw(12) << port->MaxQueue() << std::setw(8) << std::fixed
                      << std::setprecision(1) << use << "\n";
        }
    }

    network->Dispose();
    Simulator::Destroy();
    return 0;
}
