// SPDX-License-Identifier: GPL-2.0-only
#include "fabric-registry.h"

#include "fabric/fluid-fabric.h"

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
MakeFluid(const Topology& topology, const ParameterSet& parameters)
{
    return std::make_unique<FluidFabric>(
        topology,
        Framing{parameters.GetBytes("segment"), parameters.GetBytes("header")});
}

} // namespace

const std::vector<FabricEntry>&
FabricEntries()
{
    static const std::vector<FabricEntry> entries{
        {"fluid",
         "flow level: exact rates, event driven",
         {{"segment", ParameterType::BYTES, "4096B", "payload of a full segment"},
          {"header", ParameterType::BYTES, "0B", "bytes on the wire besides a segment's payload"}},
         CheckFraming,
         MakeFluid},
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
