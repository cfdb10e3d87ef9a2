// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fair-switch-fabric.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <optional>

namespace echelon
{

namespace
{

/// Pairs of ports in all switches together: 512 hosts of one GPU, or 200 of 1,000 GPUs in all.
constexpr std::size_t MOST_PAIRS = std::size_t{512} * 512;

} // namespace

bool
FairSwitchFabric::Fits(const Topology& topology)
{
    const Topology::Shape& shape = topology.GetShape();
    const std::size_t hosts = shape.hosts;
    const std::size_t gpus = shape.devicesPerHost;
    const std::size_t interfaces = topology.Interfaces();
    return shape.network == Topology::Network::BIG_SWITCH && interfaces <= MOST_PAIRS &&
           gpus <= MOST_PAIRS &&
           interfaces * interfaces + (gpus > 1 ? hosts * gpus * gpus : 0) <= MOST_PAIRS;
}

FairSwitchFabric::FairSwitchFabric(const Topology& topology, double goodput)
    : FluidEngine(topology, goodput),
      m_recordedRates(2 * std::size_t{topology.Interfaces()}, 0.0)
{
    ECHELON_REQUIRE(Fits(topology), "the topology is a big switch of few ports");
    const Topology::Shape& shape = topology.GetShape();
    const std::uint32_t interfaces = topology.Interfaces();
    m_switches.emplace_back(Capacities(0, interfaces), Capacities(interfaces, interfaces));
    for (std::uint32_t h = 0; shape.devicesPerHost > 1 && h < shape.hosts; ++h)
    {
        const std::size_t egress = 2 * std::size_t{interfaces} + h * shape.devicesPerHost;
        m_switches.emplace_back(Capacities(egress, shape.devicesPerHost),
                                Capacities(egress + topology.Devices(), shape.devicesPerHost));
    }
    m_isStale.assign(m_switches.size(), 0);
    m_changed.resize(m_switches.size());
    m_toldRates.assign(LaneOf(static_cast<std::uint32_t>(m_switches.size()), {0, 0}), 0.0);
}

std::vector<BitRate>
FairSwitchFabric::Capacities(std::size_t first, std::size_t links) const
{
    const auto begin = Condition().Capacity().begin() + static_cast<std::ptrdiff_t>(first);
    return {begin, begin + static_cast<std::ptrdiff_t>(links)};
}

void
FairSwitchFabric::SetCapacity(LinkId link, BitRate rate)
{
    Fabric::SetCapacity(link, rate);
    const std::uint32_t interfaces = m_topology.Interfaces();
    const std::uint32_t gpus = m_topology.GetShape().devicesPerHost;
    std::uint32_t owner = 0;
    std::uint32_t port = link.Value(); // egress links come first, as egress ports do
    if (m_topology.IsScaleUp(link))
    {
        const std::uint32_t place = link.Value() - 2 * interfaces;
        const std::uint32_t device = place % m_topology.Devices();
        owner = 1 + device / gpus;
        port = device % gpus + (place == device ? 0 : gpus);
    }
    m_switches[owner].SetCapacity(port, Condition().Capacity()[link.Value()], Now());
    Stale(owner);
}

PortPair
FairSwitchFabric::PairOf(const Flow& flow) const
{
    const std::uint32_t gpus = m_topology.GetShape().devicesPerHost;
    return m_topology.IsScaleUp(flow.route[0])
               ? PortPair{flow.source.Value() % gpus, flow.destination.Value() % gpus}
               : PortPair{flow.route[0].link.Value(),
                          flow.route[1].link.Value() - m_topology.Interfaces()};
}

void
FairSwitchFabric::StartFlow(const Flow& flow)
{
    RequireStartable(flow);
    ECHELON_REQUIRE(flow.route.Hops() == 2, "a flow crosses one switch");
    const bool isInside = m_topology.IsScaleUp(flow.route[0]);
    const std::uint32_t owner = isInside ? 1 + m_topology.HostOf(flow.source).Value() : 0;
    const PortPair pair = PairOf(flow);
    m_transfers.Add(flow.id.Value()) = {flow.route.Delay(), owner, flow.multiplicity, true};
    m_switches[owner].Start(flow.id.Value(),
                            pair,
                            flow.multiplicity,
                            8.0 * static_cast<double>(flow.bytes),
                            Now());
    if (m_observer->WantsFlowRates())
    {
        m_observer->OnFlowJoins(flow.id, LaneOf(owner, pair));
        m_changed[owner].push_back(pair);
    }
    Stale(owner);
}

const FairSwitchFabric::Transfer*
FairSwitchFabric::Sending(FlowId flow) const
{
    return m_transfers.Has(flow.Value()) && m_transfers[flow.Value()].isActive
               ? &m_transfers[flow.Value()]
               : nullptr;
}

double
FairSwitchFabric::RemainingBits(FlowId flow) const
{
    const Transfer* transfer = Sending(flow);
    return transfer == nullptr ? 0.0
                               : transfer->multiplicity *
                                     m_switches[transfer->owner].Remaining(flow.Value(), Now());
}

BitRate
FairSwitchFabric::RateOf(FlowId flow) const
{
    const Transfer* transfer = Sending(flow);
    return transfer == nullptr ? 0.0 : m_switches[transfer->owner].RateOfFlow(flow.Value());
}

void
FairSwitchFabric::SetRates(const std::vector<RateChange>& changes)
{
    ECHELON_REQUIRE(changes.empty(), "a fabric that shares by itself takes no rates");
}

Time
FairSwitchFabric::NextTime()
{
    Share();
    return m_finishes.Empty() ? Time::Max() : Time::FromPicoseconds(m_finishes.Top().key);
}

bool
FairSwitchFabric::RunDue()
{
    m_finished.clear();
    while (!m_finishes.Empty() &&
           m_finishes.Top().key <= Now().Picoseconds() + COMPLETION_COALESCE_PS)
    {
        const std::uint32_t owner = m_finishes.Top().item;
        m_finishes.Pop();
        m_switches[owner].TakeFinished(Now(), m_finished);
        Stale(owner);
    }
    std::sort(m_finished.begin(), m_finished.end());
    for (const std::uint32_t id : m_finished)
    {
        const Time delay = m_transfers[id].delay;
        m_transfers[id].isActive = false;
        m_transfers.Release(id);
        Report(FlowId(id), delay);
    }
    return !m_finished.empty();
}

void
FairSwitchFabric::Stale(std::uint32_t owner)
{
    if (!m_isStale[owner])
    {
        m_isStale[owner] = 1;
        m_staleSwitches.push_back(owner);
    }
}

void
FairSwitchFabric::Share()
{
    for (const std::uint32_t owner : m_staleSwitches)
    {
        m_isStale[owner] = 0;
        SharedSwitch& shared = m_switches[owner];
        m_sharings += shared.Share(Now()) ? 1 : 0;
        const std::optional<Time> finish = shared.NextFinish();
        finish ? m_finishes.Set(owner, finish->Picoseconds()) : m_finishes.Erase(owner);
        if (owner == 0)
        {
            ReportRates(shared.Shares());
        }
        if (m_observer->WantsFlowRates())
        {
            ReportLaneRates(owner);
        }
    }
    m_staleSwitches.clear();
}

std::uint32_t
FairSwitchFabric::LaneOf(std::uint32_t owner, PortPair pair) const
{
    const std::uint32_t interfaces = m_topology.Interfaces();
    const std::uint32_t gpus = m_topology.GetShape().devicesPerHost;
    return owner == 0 ? pair.egress * interfaces + pair.ingress
                      : interfaces * interfaces + (owner - 1) * gpus * gpus + pair.egress * gpus +
                            pair.ingress;
}

void
FairSwitchFabric::ReportLaneRates(std::uint32_t owner)
{
    const SharedSwitch& shared = m_switches[owner];
    std::vector<PortPair>& changed = m_changed[owner];
    m_switches[owner].ListChanged(changed);
    const auto laneOf = [this, owner](PortPair pair) { return LaneOf(owner, pair); };
    std::sort(changed.begin(), changed.end(), [&laneOf](PortPair a, PortPair b) {
        return laneOf(a) < laneOf(b);
    });
    for (const PortPair pair : changed)
    {
        BitRate& told = m_toldRates[laneOf(pair)];
        if (shared.HasFlows(pair) && shared.RateOf(pair) != told)
        {
            told = shared.RateOf(pair);
            m_observer->OnLaneRate(laneOf(pair), told);
        }
    }
    changed.clear();
}

void
FairSwitchFabric::ReportRates(const PortShares& shares)
{
    for (std::uint32_t link = 0; link < m_recordedRates.size(); ++link)
    {
        if (shares.Rate(link) != m_recordedRates[link])
        {
            m_recordedRates[link] = shares.Rate(link);
            m_observer->OnLinkRate(LinkId(link), shares.Rate(link));
        }
    }
}

} // namespace echelon
