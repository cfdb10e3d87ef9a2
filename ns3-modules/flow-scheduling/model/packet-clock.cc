// SPDX-License-Identifier: GPL-2.0-only
#include "packet-clock.h"

#include "base/contracts.h"

#include "ns3/event-failure.h"
#include "ns3/event-impl.h"
#include "ns3/fabric-network.h"
#include "ns3/simulator.h"

#include <utility>

namespace echelon
{

namespace
{

class CallEvent : public ns3::EventImpl
{
  public:
    explicit CallEvent(std::function<void()> callback)
        : m_callback(std::move(callback))
    {
    }

  private:
    void Notify() override
    {
        ns3::EventFailure::Guard([this] { m_callback(); });
    }

    std::function<void()> m_callback;
};

void
Schedule(Time delay, std::function<void()> callback)
{
    ns3::Simulator::ScheduleWithContext(ns3::Simulator::NO_CONTEXT,
                                        ns3::TimeStep(delay.Picoseconds()),
                                        new CallEvent(std::move(callback)));
}

} // namespace

PacketClock::PacketClock(ns3::Ptr<ns3::FabricNetwork> network)
    : m_network(network)
{
}

PacketClock::~PacketClock() = default;

Time
PacketClock::Now() const
{
    return Time::FromPicoseconds(ns3::Simulator::Now().GetTimeStep());
}

void
PacketClock::CallAt(Time time, std::function<void()> callback)
{
    const Time delay = time - Now();
    ECHELON_REQUIRE(delay >= Time(), "nothing is called in the past");
    m_callsAtPresent += delay == Time() ? 1 : 0;
    Schedule(delay, std::move(callback));
}

void
PacketClock::CallWhenSettled(std::function<void()> callback)
{
    m_settled.push_back(std::move(callback));
    if (m_settled.size() == 1)
    {
        AwaitSettled();
    }
}

void
PacketClock::Run()
{
    ns3::EventFailure failure;
    ns3::Simulator::Run();
    failure.Rethrow();
}

/// Events that were scheduled for the time at which they were scheduled.
std::uint64_t
PacketClock::ImmediateEvents() const
{
    return m_callsAtPresent + m_network->GetEngine().Calendar().ImmediateEvents();
}

/// Come back behind all events of the present; again if they brought new ones.
void
PacketClock::AwaitSettled()
{
    const std::uint64_t seen = ImmediateEvents();
    Schedule(Time(), [this, seen] {
        if (ImmediateEvents() != seen)
        {
            AwaitSettled();
            return;
        }
        std::vector<std::function<void()>> settled;
        settled.swap(m_settled);
        for (const auto& callback : settled)
        {
            callback();
        }
    });
}

} // namespace echelon
