// SPDX-License-Identifier: GPL-2.0-only
#include "sim/event-clock.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

void
EventClock::CallAt(Time time, std::function<void()> callback)
{
    ECHELON_REQUIRE(time >= m_now, "nothing is called in the past");
    std::uint32_t slot = 0;
    if (m_freeSlots.empty())
    {
        slot = static_cast<std::uint32_t>(m_callbacks.size());
        m_callbacks.push_back(std::move(callback));
    }
    else
    {
        slot = m_freeSlots.back();
        m_freeSlots.pop_back();
        m_callbacks[slot] = std::move(callback);
    }
    m_heap.push_back({time, m_nextSequence++, slot});
    std::push_heap(m_heap.begin(), m_heap.end(), Later());
}

void
EventClock::CallWhenSettled(std::function<void()> callback)
{
    m_settled.push_back(std::move(callback));
}

void
EventClock::Run()
{
    for (;;)
    {
        const Time call = m_heap.empty() ? Time::Max() : m_heap.front().time;
        const Time next = m_source == nullptr ? call : std::min(m_source->NextTime(), call);
        if (next == Time::Max())
        {
            return;
        }
        m_now = std::max(m_now, next);
        RunPresent();
    }
}

/// All events of the present time, then those that wait for the others; as often as they bring new
/// ones.
void
EventClock::RunPresent()
{
    do
    {
        while ((m_source != nullptr && m_source->RunDue()) || CallNext())
        {
        }
        m_settling.swap(m_settled);
        for (const auto& callback : m_settling)
        {
            callback();
        }
        m_settling.clear();
    } while (!m_settled.empty() || IsCallDue());
}

bool
EventClock::CallNext()
{
    if (!IsCallDue())
    {
        return false;
    }
    ++m_calls;
    std::pop_heap(m_heap.begin(), m_heap.end(), Later());
    const std::uint32_t slot = m_heap.back().slot;
    m_heap.pop_back();
    const std::function<void()> callback = std::move(m_callbacks[slot]);
    m_freeSlots.push_back(slot);
    callback();
    return true;
}

} // namespace echelon
