// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/fabric-registry.h"

#include "fabric/fluid-fabric.h"
#include "fabric/framing.h"

#if ECHELON_WITH_NS3
#include "ns3/packet-fabric.h"
#endif

namespace echelon
{

static Framing
FramingOf(const ParameterSet& parameters)
{
    return {parameters.GetBytes("segment"), parameters.GetBytes("header")};
}

static void
CheckFluid(const ParameterSet& parameters)
{
    CheckFraming(FramingOf(parameters));
}

static std::unique_ptr<Fabric>
MakeFluid(const Topology& topology, const ParameterSet& parameters, bool /*recordsLoads*/)
{
    return std::make_unique<FluidFabric>(topology, GoodputFactorOf(parameters));
}

#if ECHELON_WITH_NS3
static void
CheckPacket(const ParameterSet& parameters)
{
    CheckPacketFabricOptions(PacketFabricOptionsOf(parameters));
}

static std::unique_ptr<Fabric>
MakePacket(const Topology& topology, const ParameterSet& parameters, bool recordsLoads)
{
    PacketFabricOptions options = PacketFabricOptionsOf(parameters);
    options.recordsLoads = recordsLoads;
    return MakePacketFabric(topology, options);
}
#endif

double
GoodputFactorOf(const ParameterSet& parameters)
{
    return FramingOf(parameters).GoodputFactor();
}

const std::vector<FabricEntry>&
FabricEntries()
{
    static const std::vector<FabricEntry> entries
    {
        {"fluid",
         "flow level: exact rates, event driven",
         {{"segment", ParameterType::BYTES, "4096B", "payload of a full segment"},
          {"header", ParameterType::BYTES, "0B", "bytes on the wire besides a segment's payload"}},
         CheckFluid,
         MakeFluid,
         true},
#if ECHELON_WITH_NS3
            {"packet",
             "segments through switches with priority queues, on ns-3's event loop",
             PacketFabricParameters(),
             CheckPacket,
             MakePacket,
             false},
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
