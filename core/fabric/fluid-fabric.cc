// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fluid-fabric.h"

#include "base/contracts.h"
#include "base/tolerances.h"
#include "base/units.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace echelon
{

FluidFabric::FluidFabric(const Topology& topology, double goodput)
    : FluidEngine(topology, goodput)
{
}

const FluidFabric::Transfer*
FluidFabric::Sending(FlowId flow) const
{
    return m_transfers.Has(flow.Value()) && m_transfers[flow.Value()].isActive
               ? &m_transfers[flow.Value()]
               : nullptr;
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
    m_transfers.Add(flow.id.Value()) = {flow.Bits(), 0.0, Now(), flow.route.Delay(), true};
}

double
FluidFabric::RemainingBits(FlowId flow) const
{
    const Transfer* transfer = Sending(flow);
    return transfer == nullptr ? 0.0 : Remaining(*transfer);
}

BitRate
FluidFabric::RateOf(FlowId flow) const
{
    const Transfer* transfer = Sending(flow);
    return transfer == nullptr ? 0.0 : transfer->rate;
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
    ECHELON_REQUIRE(Sending(flow) != nullptr && route.Hops() > 0,
                    "a flow that still sends has a route");
    m_transfers[flow.Value()].delay = route.Delay();
}

void
FluidFabric::SetRate(FlowId flow, BitRate rate)
{
    ECHELON_REQUIRE(Sending(flow) != nullptr, "only a flow that still sends has a rate");
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
    const Time delay = m_transfers[flow.Value()].delay;
    m_transfers[flow.Value()].isActive = false;
    m_transfers.Release(flow.Value());
    Report(flow, delay);
    return true;
}

} // namespace echelon
