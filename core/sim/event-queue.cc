// SPDX-License-Identifier: GPL-2.0-only
#include "sim/event-queue.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

void
EventQueue::Add(Time time, std::function<void()> callback)
{
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
    std::push_heap(m_heap.begin(), m_heap.end(), Later);
}

void
EventQueue::RunNext()
{
    ECHELON_REQUIRE(!m_heap.empty(), "an empty queue has no next event");
    std::pop_heap(m_heap.begin(), m_heap.end(), Later);
    const std::uint32_t slot = m_heap.back().slot;
    m_heap.pop_back();
    const std::function<void()> callback = std::move(m_callbacks[slot]);
    m_freeSlots.push_back(slot);
    callback();
}

} // namespace echelon
