// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fabrics that the suites of the contract run, and what the suites share.
 *
 *     INSTANTIATE_TEST_SUITE_P(AllFabrics, Suite, testing::ValuesIn(FabricKinds()), NameOfKind);
 */
#pragma once

#include "fabric/fluid-fabric.h"
#include "network/leaf-spine.h"
#include "support/routes.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#if ECHELON_WITH_NS3

#include "ns3/packet-fabric.h"
#endif

namespace echelon
{

inline constexpr Bytes SEGMENT = 4096;
inline constexpr Bytes HEADER = 82;

/// A fabric under test. A segment of 0 bytes: a fluid.
struct FabricKind
{
    const char* name;
    std::unique_ptr<Fabric> (*make)(const Topology& topology);
    Bytes segment;
};

/// For gtest.
inline void
PrintTo(const FabricKind& kind, std::ostream* out)
{
    *out << kind.name;
}

inline std::unique_ptr<Fabric>
MakeFluid(const Topology& topology)
{
    return std::make_unique<FluidFabric>(topology);
}

inline std::unique_ptr<Fabric>
MakeFluidWithHeaders(const Topology& topology)
{
    return std::make_unique<FluidFabric>(topology, 1.0 * SEGMENT / (SEGMENT + HEADER));
}

#if ECHELON_WITH_NS3
/// Segments of one size everywhere, so that one bound holds for all links.
inline std::unique_ptr<Fabric>
MakePacket(const Topology& topology)
{
    return MakePacketFabric(topology, {SEGMENT, HEADER, SEGMENT, 16 << 20});
}
#endif

inline std::vector<FabricKind>
FabricKinds()
{
    std::vector<FabricKind> kinds{{"fluid", MakeFluid, 0},
                                  {"fluid_with_headers", MakeFluidWithHeaders, 0}};
#if ECHELON_WITH_NS3
    kinds.push_back({"packet", MakePacket, SEGMENT});
#endif
    return kinds;
}

/// Writes down what happened to flows, and when.
class Witness : public FabricObserver
{
  public:
    explicit Witness(const Fabric& fabric)
        : m_fabric(fabric)
    {
    }

    void OnFlowSent(FlowId flow) override
    {
        Write("sent", flow);
        sent[flow] = m_fabric.GetClock().Now();
        if (whenSent)
        {
            whenSent(flow);
        }
    }

    void OnFlowFinished(FlowId flow) override
    {
        Write("finished", flow);
        finished[flow] = m_fabric.GetClock().Now();
    }

    void Write(const char* what, FlowId flow)
    {
        log.push_back(std::string(what) + " " + std::to_string(flow.Value()) + " at " +
                      std::to_string(m_fabric.GetClock().Now().Picoseconds()));
    }

    std::vector<std::string> log;
    std::map<FlowId, Time> sent;
    std::map<FlowId, Time> finished;
    std::function<void(FlowId)> whenSent;

  private:
    const Fabric& m_fabric;
};

inline constexpr BitRate LINK_RATE = 8e9;
inline const Time LINK_DELAY = Time::FromSeconds(1e-6);
inline constexpr std::int64_t HOPS = 4;

/// Devices 0 and 1 at leaf 0, 2 and 3 at leaf 1, one spine. Between leaves: four links, one rate.
inline Topology
TwoLeaves(Time linkDelay = LINK_DELAY)
{
    return MakeLeafSpine({2, 1, 2, {1, {LINK_RATE, linkDelay}, {}, {}}, {LINK_RATE, linkDelay}});
}

inline Time
Milliseconds(double ms)
{
    return Time::FromSeconds(ms * 1e-3);
}

/// 1 MB = 8 Mbit; at 4 Gb/s it takes 2 ms.
inline constexpr Bytes MEGABYTE = 1000000;

inline Flow
MakeFlow(const Topology& topology, std::uint32_t id, std::uint32_t from, std::uint32_t to)
{
    Flow flow;
    flow.id = FlowId(id);
    flow.source = DeviceId(from);
    flow.destination = DeviceId(to);
    flow.bytes = MEGABYTE;
    flow.route = RouteBetween(topology, flow.source, flow.destination, 0);
    return flow;
}

inline std::string
NameOfKind(const testing::TestParamInfo<FabricKind>& info)
{
    return info.param.name;
}

} // namespace echelon
