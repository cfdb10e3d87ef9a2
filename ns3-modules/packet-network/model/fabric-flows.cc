// SPDX-License-Identifier: GPL-2.0-only
#include "fabric-flows.h"

#include "ns3/abort.h"

#include <algorithm>

namespace ns3
{

FabricFlows::FabricFlows(FlowObserver& observer)
    : m_observer(observer)
{
}

uint32_t
FabricFlows::Add(const FabricFlow& flow, uint32_t segmentSize, int64_t now)
{
    NS_ABORT_MSG_IF(flow.bytes == 0, "flow " << flow.id << " has no bytes");
    if (flow.id >= m_slots.size())
    {
        m_slots.resize(flow.id + 1, NO_SLOT);
    }
    NS_ABORT_MSG_IF(m_slots[flow.id] != NO_SLOT, "flow " << flow.id << " was started before");
    if (m_freeSlots.empty())
    {
        m_freeSlots.push_back(static_cast<uint32_t>(m_states.size()));
        m_states.emplace_back();
        m_routes.emplace_back();
    }
    const uint32_t slot = m_freeSlots.back();
    m_freeSlots.pop_back();
    m_slots[flow.id] = slot;
    m_routes[slot] = {flow.path, flow.bytes, flow.bytes};
    FlowState& state = m_states[slot];
    state = FlowState();
    state.id = flow.id;
    state.toSend = flow.bytes;
    state.segmentSize = segmentSize;
    state.anchor = now;
    ++m_live;
    return slot;
}

uint32_t
FabricFlows::SlotOf(uint32_t flow) const
{
    NS_ABORT_MSG_IF(flow >= m_slots.size() || m_slots[flow] == NO_SLOT,
                    "flow " << flow << " was never started");
    return m_slots[flow];
}

void
FabricFlows::SetWindow(uint32_t slot, const FlowWindow& window)
{
    m_windows.resize(m_states.size());
    m_windows[slot] = window;
}

void
FabricFlows::TellSent(uint32_t slot)
{
    m_observer.OnFlowSent(m_states[slot].id);
}

uint32_t
FabricFlows::NextStamp()
{
    m_stamp = std::max(m_stamp + 1, 1U);
    return m_stamp;
}

void
FabricFlows::End(uint32_t slot)
{
    const uint32_t id = m_states[slot].id;
    m_slots[id] = ENDED;
    m_freeSlots.push_back(slot);
    --m_live;
    m_observer.OnFlowEnd(id);
}

} // namespace ns3
