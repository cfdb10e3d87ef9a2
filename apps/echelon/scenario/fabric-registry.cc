// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/fabric-registry.h"

#include "fabric/fluid-fabric.h"
#include "fabric/framing.h"

#if ECHELON_WITH_NS3
#include "base/units.h"
#include "fabric/enforcement.h"
#include "support/table-text.h"

#include "ns3/packet-fabric.h"

#include <algorithm>
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

/// Segments that take less on a link are rounded by more than half a per cent.
constexpr double LEAST_SEGMENT_PS = 100;
/// Windows that are so many times larger than a path needs let switches' buffers fill.
constexpr double MOST_WINDOWS = 4;

/// Bytes that a path carries in a round trip of an empty network: what a flow needs to have on its
/// way to use it.
static double
CarriedInRoundTrip(const Topology& topology, const Path& path, double wireBytes)
{
    double slowest = topology.GetLink(path[0]).rate;
    double seconds = 0;
    for (const LinkId link : path)
    {
        const Link& crossed = topology.GetLink(link);
        slowest = std::min(slowest, crossed.rate);
        seconds += 2 * crossed.delay.Seconds() + 8 * wireBytes / crossed.rate;
    }
    return slowest / 8 * seconds;
}

static void
WarnOfWindow(const ParameterSet& parameters,
             const Topology& topology,
             std::vector<std::string>& warnings)
{
    const auto window = static_cast<double>(parameters.GetBytes("window"));
    if (EnforcementOf(parameters.GetText("enforcement")) != Enforcement::QUEUES || window == 0 ||
        topology.GetShape().hosts < 2)
    {
        return;
    }
    const auto segment = static_cast<double>(parameters.GetBytes("segment"));
    const double wireBytes = segment + static_cast<double>(parameters.GetBytes("header"));
    const Path path = topology.Route(DeviceId(0), DeviceId(topology.Devices() - 1), 0);
    const double needed = CarriedInRoundTrip(topology, path, wireBytes) + segment;
    const std::string given = "/fabric/window: " + FormatBytes(window) + " is ";
    const std::string instead = " (leave it out: flows get what their path carries)";
    if (window < needed - segment)
    {
        warnings.push_back(given + "less than the " + FormatBytes(needed) +
                           " that the path from the first to the last host carries in a round "
                           "trip: flows wait for acknowledgements" +
                           instead);
    }
    else if (window > MOST_WINDOWS * needed)
    {
        warnings.push_back(given + "far more than the " + FormatBytes(needed) +
                           " that the path from the first to the last host carries in a round "
                           "trip: flows pile up in switches, where schedulers have no say" +
                           instead);
    }
}

static void
WarnOfRounding(const ParameterSet& parameters,
               const Topology& topology,
               std::vector<std::string>& warnings)
{
    const Link* fastest = nullptr;
    for (std::size_t id = 0; id < topology.Links().size(); ++id)
    {
        const Link& link = topology.Links()[id];
        if (!topology.IsScaleUp(LinkId(id)) && (fastest == nullptr || link.rate > fastest->rate))
        {
            fastest = &link;
        }
    }
    const auto bytes =
        static_cast<double>(parameters.GetBytes("segment") + parameters.GetBytes("header"));
    if (fastest != nullptr && 8e12 * bytes / fastest->rate < LEAST_SEGMENT_PS)
    {
        warnings.push_back("/fabric/segment: a segment takes " +
                           DurationText(8 * bytes / fastest->rate) + " on " + fastest->name +
                           ", and packets take whole picoseconds (use larger segments or the "
                           "fluid fabric)");
    }
}

std::vector<std::string>
FabricWarnings(const FabricChoice& fabric, const Topology& topology)
{
    std::vector<std::string> warnings;
    if (fabric.kind == "packet")
    {
        WarnOfWindow(fabric.parameters, topology, warnings);
        WarnOfRounding(fabric.parameters, topology, warnings);
    }
    return warnings;
}

} // namespace echelon
