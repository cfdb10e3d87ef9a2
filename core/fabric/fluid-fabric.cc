// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/fluid-fabric.h"

#include "base/contracts.h"
#include "base/indexed-heap.h"
#include "base/tolerances.h"
#include "base/transmission-end.h"
#include "sim/event-queue.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace echelon
{

SoloTimes
FluidSoloTimes(const Topology& topology, double goodputFactor, const Flow& flow)
{
    ECHELON_REQUIRE(flow.path.Hops() > 0, "a flow has a path");
    BitRate rate = topology.GetLink(flow.path[0]).rate;
    for (const LinkId link : flow.path)
    {
        rate = std::min(rate, topology.GetLink(link).rate);
    }
    const Time sent = TransmissionTime(flow.Bits(), rate * goodputFactor);
    return {sent, sent + topology.Delay(flow.path)};
}

class FluidFabric::Engine
{
  public:
    Engine(const Topology& topology, Framing framing)
        : m_topology(topology),
          m_framing(framing)
    {
    }

    /// A flow while it sends. `remaining` was right at `since`; the rate has been constant from
    /// then on.
    struct Transfer
    {
        double remaining = 0;
        BitRate rate = 0;
        Time since;
        Time delay;
        bool active = false;
        bool used = false; ///< the id has been given to a flow
    };

    Transfer& At(FlowId flow)
    {
        ECHELON_REQUIRE(flow.Value() < m_transfers.size(), "a flow is started before it is used");
        return m_transfers[flow.Value()];
    }

    /// Not less than a picosecond's worth: a flow that has not been reported as sent has something
    /// to send, whatever rounding says.
    double Remaining(const Transfer& transfer) const
    {
        const double left = transfer.remaining - transfer.rate * (m_now - transfer.since).Seconds();
        return std::max(left, transfer.rate * Time::FromPicoseconds(1).Seconds());
    }

    void Start(const Flow& flow)
    {
        ECHELON_REQUIRE(m_observer != nullptr, "a fabric has an observer before flows start");
        ECHELON_REQUIRE(flow.bytes > 0 && flow.multiplicity > 0 && flow.path.Hops() > 0,
                        "a flow carries bytes along a path");
        if (flow.id.Value() >= m_transfers.size())
        {
            m_transfers.resize(flow.id.Value() + 1);
        }
        Transfer& transfer = m_transfers[flow.id.Value()];
        ECHELON_REQUIRE(!transfer.used, "a flow id is used once");
        transfer = {flow.Bits(), 0.0, m_now, m_topology.Delay(flow.path), true, true};
    }

    void SetRate(const RateChange& change)
    {
        Transfer& transfer = At(change.flow);
        ECHELON_REQUIRE(transfer.active, "only a flow that still sends has a rate");
        ECHELON_REQUIRE(std::isfinite(change.rate) && change.rate >= 0,
                        "a rate is finite and not negative");
        if (transfer.rate == change.rate)
        {
            return;
        }
        transfer.remaining = Remaining(transfer);
        transfer.since = m_now;
        transfer.rate = change.rate;
        // A flow that would end beyond the range of Time waits for another rate.
        const std::optional<Time> finish =
            EndOfTransmission(m_now, transfer.remaining, transfer.rate);
        if (finish)
        {
            m_finishes.Set(change.flow.Value(), finish->Picoseconds());
        }
        else
        {
            m_finishes.Erase(change.flow.Value());
        }
    }

    void Run()
    {
        for (;;)
        {
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

    /// All events of the present time, then those that wait for the others; as often as they bring
    /// new ones.
    void RunPresent()
    {
        do
        {
            while (FinishNext() || CallNext())
            {
            }
            std::vector<std::function<void()>> settled;
            settled.swap(m_settled);
            for (const auto& callback : settled)
            {
                callback();
            }
        } while (!m_settled.empty() || m_queue.NextTime() <= m_now);
    }

    bool CallNext()
    {
        if (m_queue.NextTime() > m_now)
        {
            return false;
        }
        ++m_events;
        m_queue.RunNext();
        return true;
    }

    bool FinishNext()
    {
        if (m_finishes.Empty() ||
            m_finishes.Top().key > m_now.Picoseconds() + COMPLETION_COALESCE_PS)
        {
            return false;
        }
        ++m_events;
        const FlowId flow(m_finishes.Top().item);
        m_finishes.Pop();
        Transfer& transfer = At(flow);
        transfer.remaining = 0;
        transfer.rate = 0;
        transfer.active = false;
        const Time delay = transfer.delay;
        m_observer->OnFlowSent(flow);
        if (delay == Time())
        {
            m_observer->OnFlowFinished(flow);
        }
        else
        {
            m_queue.Add(m_now + delay, [this, flow] { m_observer->OnFlowFinished(flow); });
        }
        return true;
    }

    const Topology& m_topology;
    Framing m_framing;
    FabricObserver* m_observer = nullptr;
    Time m_now;
    std::vector<Transfer> m_transfers;    ///< by FlowId
    IndexedHeap<std::int64_t> m_finishes; ///< flows with a rate, by predicted finish in ps
    EventQueue m_queue;
    std::vector<std::function<void()>> m_settled;
    std::uint64_t m_events = 0;
};

FluidFabric::FluidFabric(const Topology& topology, Framing framing)
    : m_engine(std::make_unique<Engine>(topology, framing))
{
    ECHELON_REQUIRE(framing.segment > 0 && framing.header >= 0, "a segment carries payload");
}

FluidFabric::~FluidFabric() = default;

void
FluidFabric::SetObserver(FabricObserver* observer)
{
    m_engine->m_observer = observer;
}

Time
FluidFabric::Now() const
{
    return m_engine->m_now;
}

void
FluidFabric::StartFlow(const Flow& flow)
{
    m_engine->Start(flow);
}

double
FluidFabric::RemainingBits(FlowId flow) const
{
    return m_engine->Remaining(m_engine->At(flow));
}

BitRate
FluidFabric::RateOf(FlowId flow) const
{
    return m_engine->At(flow).rate;
}

void
FluidFabric::SetRates(const std::vector<RateChange>& changes)
{
    for (const RateChange& change : changes)
    {
        m_engine->SetRate(change);
    }
}

void
FluidFabric::CallAt(Time time, std::function<void()> callback)
{
    ECHELON_REQUIRE(time >= m_engine->m_now, "nothing is called in the past");
    m_engine->m_queue.Add(time, std::move(callback));
}

void
FluidFabric::CallWhenSettled(std::function<void()> callback)
{
    m_engine->m_settled.push_back(std::move(callback));
}

void
FluidFabric::Run()
{
    m_engine->Run();
}

double
FluidFabric::GoodputFactor() const
{
    const Framing& framing = m_engine->m_framing;
    return static_cast<double>(framing.segment) /
           static_cast<double>(framing.segment + framing.header);
}

SoloTimes
FluidFabric::Alone(const Flow& flow) const
{
    return FluidSoloTimes(m_engine->m_topology, GoodputFactor(), flow);
}

FabricCounts
FluidFabric::Counts() const
{
    FabricCounts counts;
    counts.events = m_engine->m_events;
    return counts;
}

} // namespace echelon
