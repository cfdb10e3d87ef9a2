// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A queue of events for the simulator that tells the time of the next one.
 *
 *     HorizonScheduler::Install();    // or on the command line: --SchedulerType=…
 *
 * It is a PriorityQueueScheduler. While the simulator uses it, the packet fabric may run its own
 * events up to the next other event of the simulator at once, without a turn of the simulator's
 * loop for each (fabric-calendar.h).
 */
#ifndef HORIZON_SCHEDULER_H
#define HORIZON_SCHEDULER_H

#include "ns3/priority-queue-scheduler.h"

#include <limits>

namespace ns3
{

/// A queue that can be asked for its next time.
class HorizonScheduler : public PriorityQueueScheduler
{
  public:
    static TypeId GetTypeId();

    HorizonScheduler();
    ~HorizonScheduler() override;

    /// Make the simulator use one; pending events move over.
    static void Install();

    /// The one that was made last and still exists; null if there is none.
    static const HorizonScheduler* Current();

    /// Time of the next event in units of the resolution; the largest number when there is none.
    uint64_t NextTime() const
    {
        return m_nextTime;
    }

    void Insert(const Event& ev) override;
    Event RemoveNext() override;
    void Remove(const Event& ev) override;

  private:
    void Update();

    uint64_t m_nextTime{std::numeric_limits<uint64_t>::max()};
};

} // namespace ns3

#endif /* HORIZON_SCHEDULER_H */
