// SPDX-License-Identifier: GPL-2.0-only
#include "fabric-calendar.h"

#include "event-failure.h"
#include "horizon-scheduler.h"
#include "segment-trace.h"

#include "ns3/event-impl.h"
#include "ns3/simulator.h"

#include <utility>

namespace ns3
{

constexpr uint32_t NO_NODE = 0xffffffff;

/// An event of the simulator that is scheduled again and again.
class FabricCalendar::Event : public EventImpl
{
  public:
    Event(FabricCalendar& calendar, uint32_t node)
        : node(node),
          m_calendar(calendar)
    {
    }

    const uint32_t node; ///< NO_NODE: the calendar itself
    int64_t at{NEVER};   ///< the earliest time at which it is pending

  private:
    void Notify() override
    {
        EventFailure::Guard([this] { m_calendar.OnEvent(*this); });
    }

    FabricCalendar& m_calendar;
};

FabricCalendar::FabricCalendar(CalendarUser& user)
    : m_user(user),
      m_drive(Create<Event>(*this, NO_NODE))
{
}

FabricCalendar::~FabricCalendar()
{
    Stop();
}

void
FabricCalendar::AddNode(int64_t lookAhead)
{
    m_events.push_back(Create<Event>(*this, m_wheel.AddNode(lookAhead)));
}

void
FabricCalendar::ScheduleFirst(uint32_t node, int64_t time, int64_t now)
{
    if (m_wheel.TimeOf(node) <= time)
    {
        return;
    }
    if (m_wheel.IsPending(node))
    {
        m_wheel.Remove(node);
    }
    Schedule(node, time, now);
}

void
FabricCalendar::ScheduleAt(uint32_t node, int64_t time)
{
    Schedule(*m_events[node], time);
}

void
FabricCalendar::CallAt(int64_t time, std::function<void()> callback)
{
    Simulator::Schedule(TimeStep(time) - Simulator::Now(),
                        [callback = std::move(callback)] { EventFailure::Guard(callback); });
}

void
FabricCalendar::Stop()
{
    m_drive->Cancel();
    for (const Ptr<Event>& event : m_events)
    {
        event->Cancel();
    }
}

void
FabricCalendar::Schedule(Event& event, int64_t time)
{
    if (time < event.at)
    {
        event.at = time;
        const int64_t delay = time - Simulator::Now().GetTimeStep();
        m_immediate += delay == 0 ? 1 : 0;
        event.Ref();
        Simulator::ScheduleWithContext(Simulator::NO_CONTEXT, TimeStep(delay), &event);
    }
}

void
FabricCalendar::OnEvent(Event& event)
{
    const int64_t now = Simulator::Now().GetTimeStep();
    if (now != event.at) // an earlier time took its place
    {
        return;
    }
    event.at = NEVER;
    if (event.node == NO_NODE)
    {
        Drive(now);
    }
    else
    {
        m_user.Act(event.node, now, true);
    }
}

void
FabricCalendar::Drive(int64_t clock)
{
    m_driving = true;
    const HorizonScheduler* scheduler = HorizonScheduler::Current();
    const bool alone = scheduler && !SegmentTrace::AnySink();
    // An event of the simulator that comes up on the way shortens the way.
    for (int64_t time = m_wheel.NextTime();
         time <= clock ||
         (alone && static_cast<uint64_t>(time) < scheduler->NextTime() && time != NEVER);
         time = m_wheel.NextTime())
    {
        ++m_soonEvents;
        m_user.Act(m_wheel.Pop(), time, time == clock);
    }
    m_driving = false;
    ScheduleDrive();
}

void
FabricCalendar::ScheduleDrive()
{
    Schedule(*m_drive, m_wheel.NextTime());
}

} // namespace ns3
