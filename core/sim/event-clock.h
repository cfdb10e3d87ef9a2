// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The clock of simulations without ns-3: a heap of callbacks, and at most one source that knows by
 * itself when its next events are due.
 *
 *     EventClock clock;                     // EventClock clock(&source)
 *     clock.CallAt(Time::FromSeconds(1), [] { … });
 *     clock.Run();
 *
 * With a source, no callbacks must be moved when predictions change: a fluid fabric, for example,
 * keeps a heap of the flows' ends. At one instant the source's events come first. CallAt and each
 * event: O(log n). Memory: the callbacks stay in place while the heap's small entries move.
 */
#pragma once

#include "sim/clock.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// Has events of its own, whose times may change until they are due.
class EventSource
{
  public:
    virtual ~EventSource() = default;

    /// Time of the next event as things stand; Time::Max() without any. Called when the present
    /// instant is over.
    virtual Time NextTime() = 0;

    /// Run one or more of the events that are due now. @returns false when none was.
    virtual bool RunDue() = 0;
};

class EventClock final : public Clock
{
  public:
    /// @param source may be null; else it outlives the clock's runs.
    explicit EventClock(EventSource* source = nullptr)
        : m_source(source)
    {
    }

    Time Now() const override
    {
        return m_now;
    }

    void CallAt(Time time, std::function<void()> callback) override;
    void CallWhenSettled(std::function<void()> callback) override;
    void Run() override;

    /// Callbacks of CallAt that have been called.
    std::uint64_t Calls() const
    {
        return m_calls;
    }

  private:
    struct Entry
    {
        Time time;
        std::uint64_t sequence;
        std::uint32_t slot;
    };

    /// A type, because compilers expand calls of a function's address rarely.
    struct Later
    {
        bool operator()(const Entry& a, const Entry& b) const
        {
            return b.time < a.time || (b.time == a.time && b.sequence < a.sequence);
        }
    };

    bool IsCallDue() const
    {
        return !m_heap.empty() && m_heap.front().time <= m_now;
    }

    bool CallNext();
    void RunPresent();

    EventSource* m_source;
    Time m_now;
    std::vector<Entry> m_heap;
    std::vector<std::function<void()>> m_callbacks; ///< by slot
    std::vector<std::uint32_t> m_freeSlots;
    std::vector<std::function<void()>> m_settled;  ///< to be called when the instant has settled
    std::vector<std::function<void()>> m_settling; ///< that are being called
    std::uint64_t m_nextSequence = 0;
    std::uint64_t m_calls = 0;
};

} // namespace echelon
