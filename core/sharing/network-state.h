// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The flows of the table of flows that a scheduler decides about, with the rates that it has
 * decided last, indexed by link.
 *
 *     NetworkState state(capacity, flows);            // flows: flow/flow-table.h
 *     state.Add(flow);                                // it is in the table
 *     state.SetRates(changes);  state.Remove(flow);
 *     state.LinkRate(link);  state.LinkLevel(link);   // after Refresh
 *
 * What a flow is, and where it goes, is in the table. The rate here is the one that has been
 * decided; the table has the one in force, which is an earlier one while decisions take time to
 * arrive. A flow's level is its rate per flow of its bundle; a link's level is the largest of its
 * flows' levels. Kept as arrays of numbers, since schedulers that repair rates locally
 * (sharing/max-min-repair.h) walk over links and their flows.
 *
 * Cost: Add and Remove O(hops); SetRates recomputes the links of the changed flows from their
 * flows, so that sums do not drift. Memory: 56 bytes for each slot of the table, and 16 for each
 * link that a flow crosses. Errors: ContractViolation for a flow that comes twice, or rates beyond
 * a link's capacity.
 */
#pragma once

#include "base/ids.h"
#include "base/tolerances.h"
#include "base/units.h"
#include "flow/flow-table.h"

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <vector>

namespace echelon
{

/// A flow's new rate.
struct FlowRate
{
    FlowId flow;
    BitRate rate = 0;          ///< payload bits per second of the whole bundle
    std::uint8_t priority = 0; ///< 0 is served first, where switches know priorities
};

/// A flow as one of those on a link. Where only the flow matters, it stands for the flow.
struct FlowOnLink
{
    FlowId flow;
    FlowTable::Slot slot;
    double share; ///< of the flow's bits that cross the link
    Route route;

    operator FlowId() const
    {
        return flow;
    }
};

class NetworkState
{
  public:
    /// @param capacity by link id, payload bits per second at present. @param flows holds every
    /// flow from Add to Remove. Both outlive this.
    NetworkState(const std::vector<BitRate>& capacity, const FlowTable& flows);
    NetworkState(std::vector<BitRate>&&, const FlowTable&) = delete;

    /// A link's capacity has changed. It is full or not again after Refresh.
    void NoteCapacity(LinkId link)
    {
        m_staleLinks.push_back(link);
    }

    /// A flow arrives, with rate 0.
    void Add(FlowId flow);
    /// A flow departs. Rates and levels of its links are right again after Refresh.
    void Remove(FlowId flow);

    /// Brings rates and levels of the links of departed flows up to date.
    void Refresh();

    /// @returns the links that the changed flows cross, each once; valid until the next call.
    /// Ensures that none is over capacity.
    const std::vector<LinkId>& SetRates(const std::vector<FlowRate>& changes);

    const std::vector<BitRate>& Capacity() const
    {
        return m_capacity;
    }

    std::size_t ActiveFlows() const
    {
        return m_activeFlows;
    }

    /// In no particular but a reproducible order.
    const std::vector<FlowOnLink>& FlowsOn(LinkId link) const
    {
        return m_linkFlows[link.Value()];
    }

    /// The flows of which some are active.
    const FlowTable& Table() const
    {
        return m_flows;
    }

    Route RouteOf(FlowId flow) const
    {
        return m_flows.FlowOf(flow).route;
    }

    GroupId GroupOf(FlowId flow) const
    {
        return m_flows.FlowOf(flow).group;
    }

    std::uint32_t MultiplicityOf(FlowId flow) const
    {
        return m_flows.FlowOf(flow).multiplicity;
    }

    bool IsActive(FlowId flow) const
    {
        return m_flows.Has(flow) && m_flows.SlotOf(flow) < m_isActive.size() &&
               m_isActive[m_flows.SlotOf(flow)] != 0;
    }

    BitRate RateOf(FlowId flow) const
    {
        return m_rates[m_flows.SlotOf(flow)];
    }

    double LevelOf(FlowId flow) const
    {
        return m_levels[m_flows.SlotOf(flow)];
    }

    double LevelOf(const FlowOnLink& flow) const
    {
        return m_levels[flow.slot];
    }

    /// What its flows put on it.
    BitRate LinkRate(LinkId link) const
    {
        return m_linkRates[link.Value()];
    }

    /// Whether a rate leaves nothing of the link's capacity but rounding noise.
    bool WouldFill(LinkId link, BitRate rate) const
    {
        return rate >= m_capacity[link.Value()] * (1 - FULL_LINK);
    }

    bool IsFull(LinkId link) const
    {
        return m_isFull[link.Value()] != 0;
    }

    /// Largest level of its flows; 0 without flows.
    double LinkLevel(LinkId link) const
    {
        return m_linkLevels[link.Value()];
    }

  private:
    /// By link of the route: where the flow stands in m_linkFlows.
    using Places = boost::container::small_vector<std::uint32_t, 4>;

    void RefreshLink(LinkId link);

    const std::vector<BitRate>& m_capacity;
    const FlowTable& m_flows;
    std::vector<Places> m_places; ///< by slot of the table, as are the next three
    std::vector<BitRate> m_rates;
    std::vector<double> m_levels;
    std::vector<char> m_isActive;
    std::vector<std::vector<FlowOnLink>> m_linkFlows; ///< by LinkId
    std::vector<BitRate> m_linkRates;
    std::vector<double> m_linkLevels;
    std::vector<char> m_isFull;         ///< by LinkId
    std::vector<LinkId> m_changedLinks; ///< of the last SetRates
    std::vector<char> m_isChanged;      ///< by LinkId: in m_changedLinks; all 0 between calls
    std::vector<LinkId>
        m_staleLinks; ///< of flows that departed since the last Refresh, with repetitions
    std::size_t m_activeFlows = 0;
};

} // namespace echelon
