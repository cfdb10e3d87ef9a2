// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Gives rates greedily in a given order: each flow takes all that the flows before it have left on
 * its path.
 *
 *     orderer.Sort(view, [](const ActiveFlow& f) { return f.remainingBits; });
 *     GiveInOrder(view, orderer.Order(), residual, out.rates);
 *
 * The result is work-conserving: each flow leaves one of its links full, and links only fill up.
 * Complexity: O(n log n) for the order of n flows, O(n × hops) for the rates.
 * Ties in the order: by flow id.
 */
#pragma once

#include "sched/residual-capacity.h"
#include "sched/scheduler.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace echelon
{

/// Adds to each rate what is left on the flow's path. @param order indices into view.flows.
template <class Indices>
void
GiveInOrder(const NetworkView& view,
            const Indices& order,
            ResidualCapacity& residual,
            std::vector<BitRate>& rates)
{
    for (const std::uint32_t i : order)
    {
        const Route route = view.flows[i].route;
        const double spare = residual.On(route);
        if (spare > 0)
        {
            rates[i] += spare;
            residual.Take(route, spare);
        }
    }
}

/// Sorts the flows of a view by a key, ascending; keeps its memory.
template <class Key>
class FlowOrder
{
  public:
    template <class KeyOf>
    void Sort(const NetworkView& view, KeyOf keyOf)
    {
        m_keyed.clear();
        for (std::uint32_t i = 0; i < view.flows.size(); ++i)
        {
            m_keyed.push_back({keyOf(view.flows[i]), i});
        }
        // Flows are sorted by id, so the index breaks ties by id.
        std::sort(m_keyed.begin(), m_keyed.end(), [](const Keyed& a, const Keyed& b) {
            return a.key < b.key || (!(b.key < a.key) && a.index < b.index);
        });
        m_order.clear();
        for (const Keyed& keyed : m_keyed)
        {
            m_order.push_back(keyed.index);
        }
    }

    const std::vector<std::uint32_t>& Order() const
    {
        return m_order;
    }

  private:
    struct Keyed
    {
        Key key;
        std::uint32_t index;
    };

    std::vector<Keyed> m_keyed;
    std::vector<std::uint32_t> m_order;
};

} // namespace echelon
