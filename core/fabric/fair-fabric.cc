// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fair-fabric.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <optional>

namespace echelon
{

FairFabric::FairFabric(const Topology& topology, double goodput)
    : FluidEngine(topology, goodput),
      m_network(Condition().Capacity()),
      m_recordedRates(topology.Links().size(), 0.0)
{
}

void
FairFabric::StartFlow(const Flow& flow)
{
    RequireStartable(flow);
    m_network.Start(flow.id.Value(),
                    flow.route,
                    flow.multiplicity,
                    8.0 * static_cast<double>(flow.bytes),
                    Now());
    if (m_observer->WantsFlowRates())
    {
        m_observer->OnFlowJoins(flow.id, flow.route.Number().Value());
        m_changed.push_back(flow.route.Number().Value());
    }
}

double
FairFabric::RemainingBits(FlowId flow) const
{
    return m_network.IsActive(flow.Value())
               ? m_network.MultiplicityOf(flow.Value()) * m_network.Remaining(flow.Value(), Now())
               : 0.0;
}

BitRate
FairFabric::RateOf(FlowId flow) const
{
    return m_network.IsActive(flow.Value()) ? m_network.RateOfFlow(flow.Value()) : 0.0;
}

void
FairFabric::SetRates(const std::vector<RateChange>& changes)
{
    ECHELON_REQUIRE(changes.empty(), "a fabric that shares by itself takes no rates");
}

void
FairFabric::SetCapacity(LinkId link, BitRate rate)
{
    Fabric::SetCapacity(link, rate);
    m_network.NoteCapacity(link);
}

Time
FairFabric::NextTime()
{
    Share();
    return m_network.NextFinish().value_or(Time::Max());
}

bool
FairFabric::RunDue()
{
    m_finished.clear();
    m_network.TakeFinished(Now(), m_finished);
    std::sort(m_finished.begin(), m_finished.end(), [](const auto& a, const auto& b) {
        return a.flow < b.flow;
    });
    for (const FairLevels::Departure& departure : m_finished)
    {
        Report(FlowId(departure.flow), departure.route.Delay());
    }
    return !m_finished.empty();
}

void
FairFabric::Share()
{
    if (m_network.Share(Now()))
    {
        ++m_sharings;
        ReportLinkRates();
        if (m_observer->WantsFlowRates())
        {
            ReportLaneRates();
        }
    }
}

void
FairFabric::ReportLinkRates()
{
    for (const std::uint32_t link : m_network.SolvedLinks())
    {
        const BitRate rate = m_network.LinkRate(LinkId(link));
        if (rate != m_recordedRates[link] && !m_topology.IsScaleUp(LinkId(link)))
        {
            m_recordedRates[link] = rate;
            m_observer->OnLinkRate(LinkId(link), rate);
        }
    }
}

void
FairFabric::ReportLaneRates()
{
    m_network.ListChangedLanes(m_changed);
    for (const FairLevels::Lane lane : m_changed)
    {
        m_toldRates.resize(std::max<std::size_t>(m_toldRates.size(), lane + 1), 0.0);
        if (m_network.HasFlows(lane) && m_network.RateOf(lane) != m_toldRates[lane])
        {
            m_toldRates[lane] = m_network.RateOf(lane);
            m_observer->OnLaneRate(lane, m_toldRates[lane]);
        }
    }
    m_changed.clear();
}

} // namespace echelon
