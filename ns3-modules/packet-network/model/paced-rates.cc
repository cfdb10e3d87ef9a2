// SPDX-License-Identifier: GPL-2.0-only
#include "paced-rates.h"

#include "ns3/log.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("PacedRates");

void
PacedRates::Decide(uint32_t slot, double rate, uint8_t priority, int64_t now)
{
    FlowState& flow = m_flows.StateOf(slot);
    flow.priority = priority;
    if (rate == flow.rate)
    {
        return;
    }
    NS_LOG_LOGIC("flow " << flow.id << " from " << flow.rate << " to " << rate << " bit/s");
    flow.anchorCredit = flow.CreditAt(now);
    flow.anchor = now;
    flow.rate = rate;
    flow.psPerBit = rate > 0 ? 1e12 / rate : 0;
    Invalidate(flow);
    if (rate > 0 && flow.toSend > 0)
    {
        Push(slot);
        Wake(now);
    }
}

void
PacedRates::Resend(uint32_t slot, uint32_t payload, int64_t now)
{
    FlowState& flow = m_flows.StateOf(slot);
    const bool idle = flow.toSend == 0;
    flow.toSend += payload;
    if (idle)
    {
        // The time since the last segment earned no credit: the flow had nothing to send.
        flow.anchorCredit = std::min(flow.CreditAt(now), 8.0 * static_cast<double>(flow.emitted));
        flow.anchor = now;
        if (flow.rate > 0)
        {
            Push(slot);
            Wake(now);
        }
    }
}

void
PacedRates::Emit(int64_t now, bool mayTell)
{
    m_emitting = true;
    while (!m_heap.empty() && m_heap.front().due <= now)
    {
        const Entry top = m_heap.front();
        FlowState& flow = m_flows.StateOf(top.slot);
        if (flow.stamp != top.stamp)
        {
            PopTop();
            --m_stale;
            continue;
        }
        if (!mayTell && Tells(flow))
        {
            break;
        }
        const uint32_t payload = TakeSegment(flow);
        if (flow.toSend == 0)
        {
            PopTop();
            flow.stamp = 0;
        }
        else
        {
            m_heap.front().due = flow.Due();
            SiftDown(0);
        }
        HandOver(top.slot, payload, now);
    }
    m_emitting = false;
    Wake(now);
}

double
PacedRates::RemainingBits(uint32_t slot, int64_t now) const
{
    return m_flows.StateOf(slot).RemainingBits(now);
}

int64_t
PacedRates::LeavesAt(uint32_t slot) const
{
    const int64_t due = m_flows.StateOf(slot).Due();
    const int64_t through = Port().busyUntil;
    return due == FlowState::NEVER ? through : std::max(through, due);
}

void
PacedRates::Wake(int64_t now)
{
    if (m_emitting || m_heap.empty())
    {
        return;
    }
    const Entry& top = m_heap.front();
    const int64_t due = std::max(top.due, now);
    const FlowState& flow = m_flows.StateOf(top.slot);
    WakeAt(due, now, flow.stamp == top.stamp && Tells(flow));
}

void
PacedRates::Push(uint32_t slot)
{
    FlowState& flow = m_flows.StateOf(slot);
    flow.stamp = m_flows.NextStamp();
    Entry entry{flow.Due(), flow.stamp, slot};
    m_heap.push_back(entry);
    std::size_t i = m_heap.size() - 1;
    while (i > 0 && entry < m_heap[(i - 1) / 2])
    {
        m_heap[i] = m_heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    m_heap[i] = entry;
}

void
PacedRates::Invalidate(FlowState& flow)
{
    if (flow.stamp != 0)
    {
        flow.stamp = 0;
        ++m_stale;
        if (m_stale > 32 && 2 * m_stale > m_heap.size())
        {
            DropStaleEntries();
        }
    }
}

void
PacedRates::PopTop()
{
    m_heap.front() = m_heap.back();
    m_heap.pop_back();
    if (!m_heap.empty())
    {
        SiftDown(0);
    }
}

void
PacedRates::SiftDown(std::size_t i)
{
    const Entry entry = m_heap[i];
    const std::size_t size = m_heap.size();
    for (std::size_t child = 2 * i + 1; child < size; child = 2 * i + 1)
    {
        if (child + 1 < size && m_heap[child + 1] < m_heap[child])
        {
            ++child;
        }
        if (!(m_heap[child] < entry))
        {
            break;
        }
        m_heap[i] = m_heap[child];
        i = child;
    }
    m_heap[i] = entry;
}

void
PacedRates::DropStaleEntries()
{
    const auto stale = [this](const Entry& entry) {
        return m_flows.StateOf(entry.slot).stamp != entry.stamp;
    };
    m_heap.erase(std::remove_if(m_heap.begin(), m_heap.end(), stale), m_heap.end());
    m_stale = 0;
    for (std::size_t i = m_heap.size() / 2; i-- > 0;)
    {
        SiftDown(i);
    }
}

} // namespace ns3
