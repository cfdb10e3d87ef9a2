// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Carries errors that are thrown inside an event past ns-3's event loop.
 *
 *     EventFailure failure;                 // from here on errors stop the simulation
 *     Simulator::Run();
 *     failure.Rethrow();                    // outside the loop
 *
 *     void Notify() override                // of an event
 *     {
 *         EventFailure::Guard([this] { m_port->StartNext(); });
 *     }
 *
 * ns-3's loop holds a reference to the event that it runs and does not let go of it when an error
 * passes through. While no EventFailure is alive, errors pass through the loop as they otherwise
 * would. There is at most one at a time, as there is one simulation.
 */
#ifndef EVENT_FAILURE_H
#define EVENT_FAILURE_H

#include "ns3/simulator.h"

#include <exception>

namespace ns3
{

class EventFailure
{
  public:
    EventFailure()
    {
        s_current = this;
    }

    ~EventFailure()
    {
        s_current = nullptr;
    }

    EventFailure(const EventFailure&) = delete;
    EventFailure& operator=(const EventFailure&) = delete;

    /// The error that stopped the simulation, if one did.
    void Rethrow() const
    {
        if (m_error)
        {
            std::rethrow_exception(m_error);
        }
    }

    template <class Work>
    static void Guard(Work work)
    {
        if (!s_current)
        {
            work();
            return;
        }
        try
        {
            work();
        }
        catch (...)
        {
            s_current->m_error = std::current_exception();
            Simulator::Stop();
        }
    }

  private:
    inline static EventFailure* s_current{nullptr};

    std::exception_ptr m_error;
};

} // namespace ns3

#endif /* EVENT_FAILURE_H */
