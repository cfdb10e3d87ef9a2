// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Sorts the groups of a view by a key, in ascending order.
 *
 *     GroupRanking<double> ranking;
 *     ranking.Sort(view, [](std::uint32_t g) { return bits[g]; }, order);
 *
 * Complexity: O(g log g); keeps its memory. Ties: by group id.
 */
#pragma once

#include "sched/scheduler.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace echelon
{

template <class Key>
class GroupRanking
{
  public:
    /// @param order receives indices into view.groups, each once.
    template <class KeyOf>
    void Sort(const NetworkView& view, KeyOf keyOf, std::vector<std::uint32_t>& order)
    {
        m_keyed.clear();
        for (std::uint32_t g = 0; g < view.groups.size(); ++g)
        {
            m_keyed.push_back({keyOf(g), g});
        }
        // Groups are sorted by id, so the index breaks ties by id.
        std::sort(m_keyed.begin(), m_keyed.end(), [](const Keyed& a, const Keyed& b) {
            return a.key < b.key || (!(b.key < a.key) && a.group < b.group);
        });
        order.clear();
        for (const Keyed& keyed : m_keyed)
        {
            order.push_back(keyed.group);
        }
    }

  private:
    struct Keyed
    {
        Key key;
        std::uint32_t group;
    };

    std::vector<Keyed> m_keyed;
};

} // namespace echelon
