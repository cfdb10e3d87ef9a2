// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fluid-engine.h"

#include "base/contracts.h"

namespace echelon
{

FluidEngine::FluidEngine(const Topology& topology, double goodput)
    : Fabric(m_clock, NetworkCondition(topology, goodput)),
      m_topology(topology),
      m_clock(this)
{
    ECHELON_REQUIRE(goodput > 0 && goodput <= 1, "links carry payload");
}

SoloTimes
FluidEngine::UncontendedTimes(const Flow& flow) const
{
    ECHELON_REQUIRE(flow.route.Hops() > 0, "a flow has a route");
    const Time sent = TransmissionTime(flow.Bits(), Condition().MostAlone(flow.route));
    return {sent, sent + flow.route.Delay()};
}

FabricCounts
FluidEngine::Counts() const
{
    FabricCounts counts;
    counts.events = m_reports + m_clock.Calls();
    counts.sharings = m_sharings;
    return counts;
}

void
FluidEngine::RequireStartable(const Flow& flow) const
{
    ECHELON_REQUIRE(m_observer != nullptr, "a fabric has an observer before flows start");
    ECHELON_REQUIRE(flow.bytes > 0 && flow.multiplicity > 0 && flow.route.Hops() > 0,
                    "a flow carries bytes along a route");
}

void
FluidEngine::Report(FlowId flow, Time delay)
{
    ++m_reports;
    m_observer->OnFlowSent(flow);
    if (delay == Time())
    {
        m_observer->OnFlowFinished(flow);
        return;
    }
    m_clock.CallAt(m_clock.Now() + delay, [this, flow] { m_observer->OnFlowFinished(flow); });
}

} // namespace echelon
