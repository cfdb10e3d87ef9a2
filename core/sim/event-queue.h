// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Timed callbacks in order of (time, sequence).
 *
 *     EventQueue queue;
 *     queue.Add(Time::FromSeconds(1), [] { … });
 *     if (queue.NextTime() <= now) { queue.RunNext(); }
 *
 * Add and RunNext: O(log n). The callbacks stay in place while the heap's small entries move.
 */
#pragma once

#include "base/time.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace echelon
{

class EventQueue
{
  public:
    void Add(Time time, std::function<void()> callback);

    bool Empty() const
    {
        return m_heap.empty();
    }

    /// Time::Max() when empty.
    Time NextTime() const
    {
        return m_heap.empty() ? Time::Max() : m_heap.front().time;
    }

    /// Remove the first event and call it. @pre not empty.
    void RunNext();

  private:
    struct Entry
    {
        Time time;
        std::uint64_t sequence;
        std::uint32_t slot;
    };

    static bool Later(const Entry& a, const Entry& b)
    {
        return b.time < a.time || (b.time == a.time && b.sequence < a.sequence);
    }

    std::vector<Entry> m_heap;
    std::vector<std::function<void()>> m_callbacks; ///< by slot
    std::vector<std::uint32_t> m_freeSlots;
    std::uint64_t m_nextSequence = 0;
};

} // namespace echelon
