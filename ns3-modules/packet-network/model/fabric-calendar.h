// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * When the parts of a packet fabric act next: a calendar of the near future that runs by itself,
 * and ns-3's simulator for what lies further ahead.
 *
 *     FabricCalendar calendar(engine);
 *     calendar.AddNode(delay + transmissionTime);            // node 0
 *     calendar.Schedule(0, 834240, now);                     // then: engine.Act(0, 834240, …)
 *
 * A node is something that acts, such as a link. What it schedules waits in the calendar
 * (core/sim/event-wheel.h), and one event of the simulator stands for the first of all nodes. Under
 * HorizonScheduler, and while no trace sink wants to hear of segments, that event runs the nodes
 * one after the other up to the next other event of the simulator. Otherwise every instant has its
 * turn in the simulator's loop. The order of actions is the same both ways.
 *
 * Each node has at most one time in the calendar and one with the simulator, and the simulator's
 * event is one object that is used again and again, so nothing is allocated per segment. Times are
 * picoseconds. Schedule and ScheduleSoon take O(1), ScheduleAt takes what the simulator takes.
 */
#ifndef FABRIC_CALENDAR_H
#define FABRIC_CALENDAR_H

#include "sim/event-wheel.h"

#include "ns3/ptr.h"

#include <functional>
#include <vector>

namespace ns3
{

/// Whose nodes they are.
class CalendarUser
{
  public:
    virtual ~CalendarUser() = default;
    /// A node's time has come. @param atClock whether the simulator's clock stands at `now`, so
    /// that others may be told of what happens.
    virtual void Act(uint32_t node, int64_t now, bool atClock) = 0;
};

class FabricCalendar
{
  public:
    static constexpr int64_t NEVER = echelon::EventWheel::NEVER;

    explicit FabricCalendar(CalendarUser& user);
    ~FabricCalendar();

    FabricCalendar(const FabricCalendar&) = delete;
    FabricCalendar& operator=(const FabricCalendar&) = delete;

    /// Nodes are numbered from 0. @param lookAhead how far ahead the node's times usually lie.
    void AddNode(int64_t lookAhead);

    /// Let a node act at a time. @pre it has no time yet.
    void Schedule(uint32_t node, int64_t time, int64_t now)
    {
        if (!ScheduleSoon(node, time, now))
        {
            ScheduleAt(node, time);
        }
    }

    /// Let a node act at a time, or leave it as it is if it acts earlier anyway.
    void ScheduleFirst(uint32_t node, int64_t time, int64_t now);

    /// Let a node act at a time by an event of the simulator, so that the clock stands there. Of
    /// several times that a node was given this way only the earliest counts.
    void ScheduleAt(uint32_t node, int64_t time);

    /// Call back by an event of the simulator.
    static void CallAt(int64_t time, std::function<void()> callback);

    /// No node acts any more.
    void Stop();

    /// Actions that did not pass through the simulator's queue.
    uint64_t SoonEvents() const
    {
        return m_soonEvents;
    }

    /// Grows whenever a node's event is scheduled for the present time.
    uint64_t ImmediateEvents() const
    {
        return m_immediate;
    }

  private:
    class Event;

    /// @return false when the time lies too far ahead for the calendar.
    bool ScheduleSoon(uint32_t node, int64_t time, int64_t now)
    {
        if (!m_wheel.Schedule(node, time, now))
        {
            return false;
        }
        if (!m_driving)
        {
            ScheduleDrive();
        }
        return true;
    }

    void Schedule(Event& event, int64_t time);
    void OnEvent(Event& event);
    /// Run the calendar from the present time up to the next event of the simulator.
    void Drive(int64_t clock);
    void ScheduleDrive();

    CalendarUser& m_user;
    echelon::EventWheel m_wheel;
    Ptr<Event> m_drive; ///< stands for the first time in the calendar
    bool m_driving{false};
    uint64_t m_soonEvents{0};
    uint64_t m_immediate{0};
    std::vector<Ptr<Event>> m_events; ///< by node
};

} // namespace ns3

#endif /* FABRIC_CALENDAR_H */
