// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/fabric-registry.h"

#include "fabric/fluid-fabric.h"

#if ECHELON_WITH_NS3
#include "ns3/packet-fabric.h"
#endif

namespace echelon
{

namespace
{

void
RequireRange(const ParameterSet& parameters, const char* name, Bytes least, Bytes largest)
{
    const Bytes value = parameters.GetBytes(name);
    if (value < least || value > largest)
    {
        throw ParameterError(name,
                             "\"" + parameters.GetText(name) + "\" is out of range",
                             "from " + std::to_string(least) + "B to " + std::to_string(largest) +
                                 "B");
    }
}

void
CheckFraming(const ParameterSet& parameters)
{
    RequireRange(parameters, "segment", 64, 16 << 20);
    RequireRange(parameters, "header", 0, 4096);
}

std::unique_ptr<Fabric>
MakeFluid(const Topology& topology, const ParameterSet& parameters, bool /*recordsLoads*/)
{
    return std::make_unique<FluidFabric>(
        topology,
        Framing{parameters.GetBytes("segment"), parameters.GetBytes("header")});
}

#if ECHELON_WITH_NS3
void
CheckPacket(const ParameterSet& parameters)
{
    CheckFraming(parameters);
    const Bytes segment = parameters.GetBytes("segment");
    RequireRange(parameters, "scale_up_segment", segment, 64 << 20);
    RequireRange(parameters,
                 "queue_capacity",
                 segment + parameters.GetBytes("header"),
                 Bytes{1} << 40);
    RequireRange(parameters, "window", 0, 1 << 30);
    if (parameters.GetInteger("queues") < 1 || parameters.GetInteger("queues") > 8)
    {
        throw ParameterError("queues", "there are 1 to 8 queues", "from 1 to 8");
    }
    const bool usesQueues = parameters.GetText("enforcement") == "queues";
    if (!usesQueues && parameters.GetText("queues") != "8")
    {
        throw ParameterError("queues",
                             "agents pace: there are no queues",
                             "add \"enforcement\": \"queues\"");
    }
}

std::unique_ptr<Fabric>
MakePacket(const Topology& topology, const ParameterSet& parameters, bool recordsLoads)
{
    PacketFabricOptions options;
    options.segment = parameters.GetBytes("segment");
    options.header = parameters.GetBytes("header");
    options.scaleUpSegment = parameters.GetBytes("scale_up_segment");
    options.queueCapacity = parameters.GetBytes("queue_capacity");
    const bool usesQueues = parameters.GetText("enforcement") == "queues";
    options.queues = usesQueues ? parameters.GetInteger("queues") : 0;
    options.window = parameters.GetBytes("window");
    options.recordsLoads = recordsLoads;
    return MakePacketFabric(topology, options);
}
#endif

} // namespace

const std::vector<FabricEntry>&
FabricEntries()
{
    static const std::vector<FabricEntry> entries
    {
        {"fluid",
         "flow level: exact rates, event driven",
         {{"segment", ParameterType::BYTES, "4096B", "payload of a full segment"},
          {"header", ParameterType::BYTES, "0B", "bytes on the wire besides a segment's payload"}},
         CheckFraming,
         MakeFluid},
#if ECHELON_WITH_NS3
            {"packet",
             "segments through switches with priority queues, on ns-3's event loop",
             {{"segment", ParameterType::BYTES, "4096B", "payload of a full segment between hosts"},
              {"header",
               ParameterType::BYTES,
               "82B",
               "bytes on the wire besides a segment's payload"},
              {"scale_up_segment",
               ParameterType::BYTES,
               "64KiB",
               "payload of a full segment inside a host, whose switch cuts through; at least "
               "segment"},
              {"queue_capacity",
               ParameterType::BYTES,
               "16MiB",
               "bytes that may wait at each port of a switch"},
              {"enforcement",
               ParameterType::CHOICE,
               "pacing",
               "agents pace each flow, or weighted queues share each link",
               {"pacing", "queues"}},
              {"queues", ParameterType::INTEGER, "8", "with enforcement by queues: 1 to 8"},
              {"window",
               ParameterType::BYTES,
               "0B",
               "with enforcement by queues: payload that a flow may have on its way; 0: what its "
               "path carries in a round trip, and a segment. Less makes flows slow, much more "
               "lets them pile up in switches"}},
             CheckPacket,
             MakePacket},
#endif
    };
    return entries;
}

const FabricEntry*
FabricEntryOf(const std::string& name)
{
    for (const FabricEntry& entry : FabricEntries())
    {
        if (entry.name == name)
        {
            return &entry;
        }
    }
    return nullptr;
}

} // namespace echelon
