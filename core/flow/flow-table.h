// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The flows of a run that have started and have not ended: what they are, when they should end, and
 * the rates in force. Each fact is here once.
 *
 *     FlowTable flows;
 *     flows.Add(flow, {start, idealFinish, latestFinish});
 *     flows.FlowOf(flow.id).route;  flows.SetRate(flow.id, 4e11);
 *     flows.Hold(flow.id);                        // whoever needs it beyond its end
 *     flows.Drop(flow.id);  flows.Drop(flow.id);  // once for Add and once for each Hold
 *
 * A flow is known by its id, which is never used again. It lies in a slot, which is used again once
 * everybody has dropped the flow, so that memory follows the flows that are in the network and not
 * those that ever were. Who keeps something for each flow may keep it in a vector by slot.
 *
 * Every call: O(1). Memory: about 90 bytes a slot, and 4 bytes for each id from the oldest that is
 * left to the newest (base/id-window.h). Errors: ContractViolation for an id that is not larger
 * than those before.
 */
#pragma once

#include "base/contracts.h"
#include "base/id-window.h"
#include "base/time.h"
#include "flow/flow.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// When a flow starts and should end.
struct FlowTimes
{
    Time start;
    Time idealFinish; ///< the group's reference time plus the arrangement's offset
    Time
        latestFinish; ///< a later end makes the iteration longer than on an infinitely fast network
};

class FlowTable
{
  public:
    using Slot = std::uint32_t;

    /// @pre the id is larger than all before.
    void Add(const Flow& flow, const FlowTimes& times)
    {
        Slot slot = static_cast<Slot>(m_flows.size());
        if (m_free.empty())
        {
            m_flows.emplace_back();
            m_times.emplace_back();
            m_rates.emplace_back();
            m_holders.emplace_back();
        }
        else
        {
            slot = m_free.back();
            m_free.pop_back();
        }
        m_slots.Add(flow.id.Value()) = slot;
        m_flows[slot] = flow;
        m_times[slot] = times;
        m_rates[slot] = 0;
        m_holders[slot] = 1;
        ++m_size;
    }

    /// One more needs the flow. @pre it has not been dropped by everybody; so everywhere below.
    void Hold(FlowId flow)
    {
        ++m_holders[SlotOf(flow)];
    }

    /// One who added or held the flow needs it no more.
    void Drop(FlowId flow)
    {
        ECHELON_REQUIRE(Has(flow), "a flow is dropped by those who hold it");
        const Slot slot = SlotOf(flow);
        if (--m_holders[slot] == 0)
        {
            m_slots.Release(flow.Value());
            m_free.push_back(slot);
            --m_size;
        }
    }

    /// Whether somebody holds the flow. @pre it has been added.
    bool Has(FlowId flow) const
    {
        return m_slots.Has(flow.Value()) && m_holders[SlotOf(flow)] > 0 && FlowOf(flow).id == flow;
    }

    Slot SlotOf(FlowId flow) const
    {
        return m_slots[flow.Value()];
    }

    const Flow& FlowOf(FlowId flow) const
    {
        return m_flows[SlotOf(flow)];
    }

    const FlowTimes& TimesOf(FlowId flow) const
    {
        return m_times[SlotOf(flow)];
    }

    /// Payload bits per second of the whole bundle.
    BitRate RateOf(FlowId flow) const
    {
        return m_rates[SlotOf(flow)];
    }

    void SetRate(FlowId flow, BitRate rate)
    {
        m_rates[SlotOf(flow)] = rate;
    }

    /// Flows that somebody holds.
    std::size_t Size() const
    {
        return m_size;
    }

    /// Every slot is below.
    std::size_t Slots() const
    {
        return m_flows.size();
    }

    /// The flow in a slot, if somebody holds it.
    const Flow* At(Slot slot) const
    {
        return m_holders[slot] > 0 ? &m_flows[slot] : nullptr;
    }

  private:
    IdWindow<Slot> m_slots;    ///< by FlowId
    std::vector<Flow> m_flows; ///< by slot, as are the next three
    std::vector<FlowTimes> m_times;
    std::vector<BitRate> m_rates;
    std::vector<std::uint8_t> m_holders; ///< 0: the slot is free
    std::vector<Slot> m_free;
    std::size_t m_size = 0;
};

} // namespace echelon
