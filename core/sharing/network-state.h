// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * All active flows of a network with the rates in force, indexed by link.
 *
 *     state.Add(flow id, group id, route, multiplicity);
 *     state.SetRates(changes);  state.Remove(flow id);
 *     state.LinkRate(link);  state.LinkLevel(link);   // after Refresh
 *
 * A flow's level is its rate per flow of its bundle; a link's level is the largest of its flows'
 * levels. Kept as arrays of numbers by id, since schedulers that repair rates locally
 * (sharing/max-min-repair.h) walk over links and their flows. Cost: SetRates recomputes the links
 * of the changed flows from their flows, so sums do not drift.
 */
#pragma once

#include "base/ids.h"
#include "base/tolerances.h"
#include "base/units.h"
#include "network/route-table.h"

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

class NetworkState
{
  public:
    /// @param capacity by link id, payload bits per second at present; outlives the state.
    explicit NetworkState(const std::vector<BitRate>& capacity);
    explicit NetworkState(std::vector<BitRate>&&) = delete;

    /// A link's capacity has changed. It is full or not again after Refresh.
    void NoteCapacity(LinkId link)
    {
        m_staleLinks.push_back(link);
    }

    /// A flow arrives, with rate 0. @pre it never came before.
    void Add(FlowId flow, GroupId group, Route route, std::uint32_t multiplicity);
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
    const std::vector<FlowId>& FlowsOn(LinkId link) const
    {
        return m_linkFlows[link.Value()];
    }

    Route RouteOf(FlowId flow) const
    {
        return m_flows[flow.Value()].route;
    }

    GroupId GroupOf(FlowId flow) const
    {
        return m_flows[flow.Value()].group;
    }

    std::uint32_t MultiplicityOf(FlowId flow) const
    {
        return m_flows[flow.Value()].multiplicity;
    }

    /// One more than the largest id ever added.
    std::size_t EndOfIds() const
    {
        return m_flows.size();
    }

    bool IsActive(FlowId flow) const
    {
        return flow.Value() < m_flows.size() && m_flows[flow.Value()].multiplicity > 0;
    }

    BitRate RateOf(FlowId flow) const
    {
        return m_rates[flow.Value()];
    }

    double LevelOf(FlowId flow) const
    {
        return m_levels[flow.Value()];
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
    struct FlowState
    {
        Route route;
        GroupId group;
        std::uint32_t multiplicity = 0; ///< 0: not active
        /// By link of the route: in m_linkFlows and m_linkShares.
        boost::container::small_vector<std::uint32_t, 4> places;
    };

    void RefreshLink(LinkId link);

    const std::vector<BitRate>& m_capacity;
    std::vector<FlowState> m_flows;                ///< by FlowId
    std::vector<BitRate> m_rates;                  ///< by FlowId
    std::vector<double> m_levels;                  ///< by FlowId
    std::vector<std::vector<FlowId>> m_linkFlows;  ///< by LinkId
    std::vector<std::vector<double>> m_linkShares; ///< by LinkId: of these flows, there
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
