// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fluid-fabric.h"

#include "base/contracts.h"
#include "base/tolerances.h"
#include "base/transmission-end.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace echelon
{

FluidFabric::FluidFabric(const Topology& topology, double goodput)
    : FluidEngine(topology, goodput)
{
}

const FluidFabric::Transfer&
FluidFabric::At(FlowId flow) const
{
    ECHELON_REQUIRE(flow.Value() < m_transfers.size(), "a flow is started before it is used");
    return m_transfers[flow.Value()];
}

/// Not less than a picosecond's worth: a flow that has not been reported as sent has something to
/// send, whatever rounding says.
double
FluidFabric::Remaining(const Transfer& transfer) const
{
    const double left = transfer.remaining - transfer.rate * (Now() - transfer.since).Seconds();
    return std::max(left, transfer.rate * Time::FromPicoseconds(1).Seconds());
}

void
FluidFabric::StartFlow(const Flow& flow)
{
    RequireStartable(flow);
    if (flow.id.Value() >= m_transfers.size())
    {
        m_transfers.resize(flow.id.Value() + 1);
    }
    Transfer& transfer = m_transfers[flow.id.Value()];
    ECHELON_REQUIRE(!transfer.used, "a flow id is used once");
    transfer = {flow.Bits(), 0.0, Now(), flow.route.Delay(), true, true};
}

double
FluidFabric::RemainingBits(FlowId flow) const
{
    return Remaining(At(flow));
}

BitRate
FluidFabric::RateOf(FlowId flow) const
{
    return At(flow).rate;
}

void
FluidFabric::SetRates(const std::vector<RateChange>& changes)
{
    for (const RateChange& change : changes)
    {
        SetRate(change.flow, change.rate);
    }
}

void
FluidFabric::Reroute(FlowId flow, Route route)
{
    ECHELON_REQUIRE(At(flow).active && route.Hops() > 0, "a flow that still sends has a route");
    m_transfers[flow.Value()].delay = route.Delay();
}

void
FluidFabric::SetRate(FlowId flow, BitRate rate)
{
    ECHELON_REQUIRE(At(flow).active, "only a flow that still sends has a rate");
    ECHELON_REQUIRE(std::isfinite(rate) && rate >= 0, "a rate is finite and not negative");
    Transfer& transfer = m_transfers[flow.Value()];
    if (transfer.rate == rate)
    {
        return;
    }
    transfer.remaining = Remaining(transfer);
    transfer.since = Now();
    transfer.rate = rate;
    // A flow that would end beyond the range of Time waits for another rate.
    const std::optional<Time> finish = EndOfTransmission(Now(), transfer.remaining, rate);
    if (finish)
    {
        m_finishes.Set(flow.Value(), finish->Picoseconds());
    }
    else
    {
        m_finishes.Erase(flow.Value());
    }
}

Time
FluidFabric::NextTime()
{
    return m_finishes.Empty() ? Time::Max() : Time::FromPicoseconds(m_finishes.Top().key);
}

bool
FluidFabric::RunDue()
{
    if (m_finishes.Empty() || m_finishes.Top().key > Now().Picoseconds() + COMPLETION_COALESCE_PS)
    {
        return false;
    }
    const FlowId flow(m_finishes.Top().item);
    m_finishes.Pop();
    Transfer& transfer = m_transfers[flow.Value()];
    transfer.remaining = 0;
    transfer.rate = 0;
    transfer.active = false;
    Report(flow, transfer.delay);
    return true;
}

} // namespace echelon
