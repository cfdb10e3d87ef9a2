// SPDX-License-Identifier: GPL-2.0-only
#include "support/capacity-checker.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>

namespace echelon
{

CheckedFabric::CheckedFabric(Fabric& fabric, const Topology& topology, Bytes ahead)
    : Fabric(fabric.GetClock(), fabric.Condition()),
      m_fabric(fabric),
      m_aheadBits(8.0 * static_cast<double>(ahead)),
      m_sendersVia(topology.Links().size())
{
}

void
CheckedFabric::SetObserver(FabricObserver* observer)
{
    m_observer = observer;
    m_fabric.SetObserver(observer == nullptr ? nullptr : this);
}

void
CheckedFabric::StartFlow(const Flow& flow)
{
    m_fabric.StartFlow(flow);
    m_transfers[flow.id] = {flow, 0.0, 0.0, GetClock().Now(), false};
    for (const LinkId link : flow.route)
    {
        m_sendersVia[link.Value()].insert(flow.id);
    }
}

void
CheckedFabric::SetRates(const std::vector<RateChange>& changes)
{
    std::set<LinkId> touched;
    for (const RateChange& change : changes)
    {
        Transfer& transfer = At(change.flow);
        ECHELON_REQUIRE(!transfer.sent && change.rate >= 0, "a flow that sends has a rate");
        Integrate(transfer);
        transfer.rate = change.rate;
        touched.insert(transfer.flow.route.begin(), transfer.flow.route.end());
    }
    // Only now: within one call, one flow's loss may be the other's gain.
    for (const LinkId link : touched)
    {
        CheckLink(link);
    }
    m_fabric.SetRates(changes);
}

void
CheckedFabric::SetCapacity(LinkId link, BitRate rate)
{
    Fabric::SetCapacity(link, rate);
    m_fabric.SetCapacity(link, rate);
    // Others may react when the instant has settled, and have asked for that later.
    GetClock().CallWhenSettled(
        [this, link] { GetClock().CallWhenSettled([this, link] { CheckLink(link); }); });
}

void
CheckedFabric::Reroute(FlowId flow, Route route)
{
    Transfer& transfer = At(flow);
    for (const LinkId link : transfer.flow.route)
    {
        m_sendersVia[link.Value()].erase(flow);
    }
    transfer.flow.route = route;
    for (const LinkId link : route)
    {
        m_sendersVia[link.Value()].insert(flow);
        CheckLink(link);
    }
    m_fabric.Reroute(flow, route);
}

void
CheckedFabric::OnFlowSent(FlowId flow)
{
    Transfer& transfer = At(flow);
    ECHELON_ENSURE(!transfer.sent, "a flow is sent once");
    Integrate(transfer);
    const double bits = transfer.flow.Bits();
    // One picosecond more: finishes are rounded to whole ones before they are joined.
    const Time rounding = Time::FromPicoseconds(COMPLETION_COALESCE_PS + 1);
    const double noise = SAME_VOLUME * bits + transfer.rate * rounding.Seconds();
    ECHELON_ENSURE(transfer.integral >= bits - m_aheadBits - noise,
                   "no flow is sent before its rate has carried its bits");
    ECHELON_ENSURE(transfer.integral <= bits + noise,
                   "a flow is sent when its rate has carried its bits");
    transfer.rate = 0;
    transfer.sent = true;
    for (const LinkId link : transfer.flow.route)
    {
        m_sendersVia[link.Value()].erase(flow);
    }
    m_observer->OnFlowSent(flow);
}

void
CheckedFabric::OnFlowFinished(FlowId flow)
{
    const Transfer& transfer = At(flow);
    ECHELON_ENSURE(transfer.sent, "a flow is sent before it finishes");
    ECHELON_ENSURE(GetClock().Now() >= transfer.since + transfer.flow.route.Delay(),
                   "the last bit travels at least the path's propagation delay");
    m_transfers.erase(flow);
    m_observer->OnFlowFinished(flow);
}

CheckedFabric::Transfer&
CheckedFabric::At(FlowId flow)
{
    const auto found = m_transfers.find(flow);
    ECHELON_REQUIRE(found != m_transfers.end(), "the flow is started and has not finished");
    return found->second;
}

void
CheckedFabric::Integrate(Transfer& transfer) const
{
    transfer.integral += transfer.rate * (GetClock().Now() - transfer.since).Seconds();
    transfer.since = GetClock().Now();
}

void
CheckedFabric::CheckLink(LinkId link) const
{
    BitRate sum = 0;
    for (const FlowId flow : m_sendersVia[link.Value()])
    {
        const Transfer& transfer = m_transfers.at(flow);
        const Route route = transfer.flow.route;
        sum += transfer.rate * std::find(route.begin(), route.end(), link)->share;
    }
    const BitRate capacity = Condition().Capacity()[link.Value()];
    ECHELON_ENSURE(sum <= capacity * (1 + CAPACITY_EXCESS), "no link is over capacity");
}

} // namespace echelon
