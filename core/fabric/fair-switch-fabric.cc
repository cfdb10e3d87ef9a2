// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fair-switch-fabric.h"

#include "base/contracts.h"
#include "base/id-window.h"
#include "base/indexed-heap.h"
#include "base/tolerances.h"
#include "sharing/shared-switch.h"
#include "sim/event-queue.h"

#include <algorithm>
#include <optional>

namespace echelon
{

namespace
{

/// Pairs of ports in all switches together: 512 hosts of one GPU, or 200 of 1,000 GPUs in all.
constexpr std::size_t MOST_PAIRS = std::size_t{512} * 512;

double
Goodput(const Framing& framing)
{
    return static_cast<double>(framing.segment) /
           static_cast<double>(framing.segment + framing.header);
}

} // namespace

class FairSwitchFabric::Engine
{
  public:
    Engine(const Topology& topology, const Framing& framing)
        : m_topology(topology),
          m_goodput(Goodput(framing)),
          m_recordedRates(2 * std::size_t{topology.Interfaces()}, 0.0)
    {
        const Topology::Shape& shape = topology.GetShape();
        const std::uint32_t interfaces = topology.Interfaces();
        m_switches.emplace_back(Rates(0, interfaces), Rates(interfaces, interfaces));
        for (std::uint32_t h = 0; shape.devicesPerHost > 1 && h < shape.hosts; ++h)
        {
            const std::size_t egress = 2 * std::size_t{interfaces} + h * shape.devicesPerHost;
            m_switches.emplace_back(Rates(egress, shape.devicesPerHost),
                                    Rates(egress + topology.Devices(), shape.devicesPerHost));
        }
        m_isStale.assign(m_switches.size(), 0);
        m_changed.resize(m_switches.size());
        m_toldRates.assign(LaneOf(static_cast<std::uint32_t>(m_switches.size()), {0, 0}), 0.0);
    }

    void Start(const Flow& flow)
    {
        ECHELON_REQUIRE(m_observer != nullptr, "a fabric has an observer before flows start");
        ECHELON_REQUIRE(flow.bytes > 0 && flow.multiplicity > 0 && flow.path.Hops() == 2,
                        "a flow carries bytes through one switch");
        Transfer& transfer = m_transfers.Add(flow.id.Value());
        const Topology::Shape& shape = m_topology.GetShape();
        const bool isInside = m_topology.IsScaleUp(flow.path[0]);
        const HostId host = m_topology.HostOf(flow.source);
        transfer.owner = isInside ? 1 + host.Value() : 0;
        transfer.multiplicity = flow.multiplicity;
        transfer.delay = m_topology.Delay(flow.path);
        transfer.isActive = true;
        const PortPair pair = isInside ? PortPair{flow.source.Value() % shape.devicesPerHost,
                                                  flow.destination.Value() % shape.devicesPerHost}
                                       : PortPair{flow.path[0].Value(),
                                                  flow.path[1].Value() - m_topology.Interfaces()};
        m_switches[transfer.owner].Start(flow.id.Value(),
                                         pair,
                                         flow.multiplicity,
                                         8.0 * static_cast<double>(flow.bytes),
                                         m_now);
        if (m_observer->WantsFlowRates())
        {
            m_observer->OnFlowJoins(flow.id, LaneOf(transfer.owner, pair));
            m_changed[transfer.owner].push_back(pair);
        }
        Stale(transfer.owner);
    }

    double Remaining(FlowId flow) const
    {
        if (!m_transfers.Has(flow.Value()))
        {
            return 0;
        }
        const Transfer& transfer = m_transfers[flow.Value()];
        return transfer.isActive ? transfer.multiplicity *
                                       m_switches[transfer.owner].Remaining(flow.Value(), m_now)
                                 : 0.0;
    }

    BitRate RateOf(FlowId flow) const
    {
        if (!m_transfers.Has(flow.Value()))
        {
            return 0;
        }
        const Transfer& transfer = m_transfers[flow.Value()];
        return transfer.isActive ? m_switches[transfer.owner].RateOfFlow(flow.Value()) : 0.0;
    }

    void Run()
    {
        for (;;)
        {
            Share();
            const Time finish =
                m_finishes.Empty() ? Time::Max() : Time::FromPicoseconds(m_finishes.Top().key);
            const Time next = std::min(finish, m_queue.NextTime());
            if (next == Time::Max())
            {
                return;
            }
            m_now = std::max(m_now, next);
            RunPresent();
        }
    }

    const Topology& m_topology;
    double m_goodput;
    FabricObserver* m_observer = nullptr;
    Time m_now;
    EventQueue m_queue;
    std::vector<std::function<void()>> m_settled;
    FabricCounts m_counts;

  private:
    struct Transfer
    {
        Time delay;
        std::uint32_t owner = 0; ///< index of its switch
        std::uint32_t multiplicity = 0;
        bool isActive = false;
    };

    std::vector<BitRate> Rates(std::size_t first, std::size_t links) const
    {
        std::vector<BitRate> rates;
        for (std::size_t link = first; link < first + links; ++link)
        {
            rates.push_back(m_topology.GetLink(LinkId(link)).rate * m_goodput);
        }
        return rates;
    }

    void Stale(std::uint32_t owner)
    {
        if (!m_isStale[owner])
        {
            m_isStale[owner] = 1;
            m_staleSwitches.push_back(owner);
        }
    }

    /// Rates after the changes of the present instant.
    void Share()
    {
        for (const std::uint32_t owner : m_staleSwitches)
        {
            m_isStale[owner] = 0;
            SharedSwitch& shared = m_switches[owner];
            m_counts.sharings += shared.Share(m_now) ? 1 : 0;
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

    /// Flows of one pair of ports are a lane.
    std::uint32_t LaneOf(std::uint32_t owner, PortPair pair) const
    {
        const std::uint32_t interfaces = m_topology.Interfaces();
        const std::uint32_t gpus = m_topology.GetShape().devicesPerHost;
        return owner == 0 ? pair.egress * interfaces + pair.ingress
                          : interfaces * interfaces + (owner - 1) * gpus * gpus +
                                pair.egress * gpus + pair.ingress;
    }

    /// Of the pairs of a switch that has just been shared.
    void ReportLaneRates(std::uint32_t owner)
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

    void ReportRates(const PortShares& shares)
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

    /// All events of the present time, then those that wait for the others; as often as they bring
    /// new ones.
    void RunPresent()
    {
        do
        {
            FinishDue();
            while (m_queue.NextTime() <= m_now)
            {
                ++m_counts.events;
                m_queue.RunNext();
            }
            std::vector<std::function<void()>> settled;
            settled.swap(m_settled);
            for (const auto& callback : settled)
            {
                callback();
            }
        } while (!m_settled.empty() || m_queue.NextTime() <= m_now);
    }

    void FinishDue()
    {
        m_finished.clear();
        while (!m_finishes.Empty() &&
               m_finishes.Top().key <= m_now.Picoseconds() + COMPLETION_COALESCE_PS)
        {
            const std::uint32_t owner = m_finishes.Top().item;
            m_finishes.Pop();
            m_switches[owner].TakeFinished(m_now, m_finished);
            Stale(owner);
        }
        std::sort(m_finished.begin(), m_finished.end());
        for (const std::uint32_t id : m_finished)
        {
            ++m_counts.events;
            const FlowId flow(id);
            Transfer& transfer = m_transfers[id];
            transfer.isActive = false;
            const Time delay = transfer.delay;
            m_transfers.Release(id);
            m_observer->OnFlowSent(flow);
            if (delay == Time())
            {
                m_observer->OnFlowFinished(flow);
            }
            else
            {
                m_queue.Add(m_now + delay, [this, flow] { m_observer->OnFlowFinished(flow); });
            }
        }
    }

    std::vector<SharedSwitch> m_switches; ///< of the network, then one for each host's GPUs
    IdWindow<Transfer> m_transfers;       ///< by FlowId, until they are sent
    IndexedHeap<std::int64_t> m_finishes; ///< switches with flows, by their next finish in ps
    std::vector<char> m_isStale;          ///< by switch: in m_staleSwitches
    std::vector<std::uint32_t> m_staleSwitches;
    std::vector<std::uint32_t> m_finished;
    std::vector<std::vector<PortPair>> m_changed; ///< by switch: with flows that have just come
    std::vector<BitRate> m_toldRates;             ///< by lane: by OnLaneRate
    std::vector<BitRate> m_recordedRates;         ///< by LinkId of the network
};

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

FairSwitchFabric::FairSwitchFabric(const Topology& topology, Framing framing)
{
    ECHELON_REQUIRE(Fits(topology), "the topology is a big switch of few ports");
    ECHELON_REQUIRE(framing.segment > 0 && framing.header >= 0, "a segment carries payload");
    m_engine = std::make_unique<Engine>(topology, framing);
}

FairSwitchFabric::~FairSwitchFabric() = default;

void
FairSwitchFabric::SetObserver(FabricObserver* observer)
{
    m_engine->m_observer = observer;
}

Time
FairSwitchFabric::Now() const
{
    return m_engine->m_now;
}

void
FairSwitchFabric::StartFlow(const Flow& flow)
{
    m_engine->Start(flow);
}

double
FairSwitchFabric::RemainingBits(FlowId flow) const
{
    return m_engine->Remaining(flow);
}

BitRate
FairSwitchFabric::RateOf(FlowId flow) const
{
    return m_engine->RateOf(flow);
}

void
FairSwitchFabric::SetRates(const std::vector<RateChange>& changes)
{
    ECHELON_REQUIRE(changes.empty(), "a fabric that shares by itself takes no rates");
}

bool
FairSwitchFabric::SharesByItself() const
{
    return true;
}

void
FairSwitchFabric::CallAt(Time time, std::function<void()> callback)
{
    ECHELON_REQUIRE(time >= m_engine->m_now, "nothing is called in the past");
    m_engine->m_queue.Add(time, std::move(callback));
}

void
FairSwitchFabric::CallWhenSettled(std::function<void()> callback)
{
    m_engine->m_settled.push_back(std::move(callback));
}

void
FairSwitchFabric::Run()
{
    m_engine->Run();
}

double
FairSwitchFabric::GoodputFactor() const
{
    return m_engine->m_goodput;
}

SoloTimes
FairSwitchFabric::Alone(const Flow& flow) const
{
    return FluidSoloTimes(m_engine->m_topology, GoodputFactor(), flow);
}

FabricCounts
FairSwitchFabric::Counts() const
{
    return m_engine->m_counts;
}

} // namespace echelon
