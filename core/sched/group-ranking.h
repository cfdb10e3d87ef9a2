// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The groups of a view: the flows of each, and their order by a key.
 *
 *     byGroup.Reset(view);
 *     for (std::uint32_t i : byGroup.Of(g)) { … view.flows[i] … }
 *     ranking.Sort(view, [&](std::uint32_t g) { return TimeKey(bottleneckSeconds[g]); }, order);
 *
 * What a group has left is a difference of doubles, so two groups that are equal by construction
 * (replicas, tensor ranks) differ in the last digits, and a comparison of the digits would order
 * them by accident. TimeKey and VolumeKey round them away, and equal keys are ordered by id.
 * Complexity: O(g log g) to sort g groups, O(flows + groups) for their flows; both keep their
 * memory.
 */
#pragma once

#include "sched/scheduler.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace echelon
{

/// Sorts by a key, in ascending order. Ties: by group id.
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

/// Indices into view.flows, by index into view.groups; inside a group in the order of ids until the
/// caller sorts them.
class FlowsByGroup
{
  public:
    /// The flows of one group.
    struct Range
    {
        std::uint32_t* first;
        std::uint32_t* last;

        std::uint32_t* begin() const
        {
            return first;
        }

        std::uint32_t* end() const
        {
            return last;
        }
    };

    void Reset(const NetworkView& view)
    {
        m_begin.assign(view.groups.size() + 1, 0);
        for (const ActiveFlow& flow : view.flows)
        {
            ++m_begin[flow.group];
        }
        std::uint32_t end = 0;
        for (std::uint32_t& begin : m_begin)
        {
            end += begin;
            begin = end;
        }
        m_flows.resize(view.flows.size());
        for (std::uint32_t i = static_cast<std::uint32_t>(view.flows.size()); i-- > 0;)
        {
            m_flows[--m_begin[view.flows[i].group]] = i;
        }
    }

    Range Of(std::uint32_t group)
    {
        return {m_flows.data() + m_begin[group], m_flows.data() + m_begin[group + 1]};
    }

  private:
    std::vector<std::uint32_t> m_begin; ///< by group, and the end
    std::vector<std::uint32_t> m_flows;
};

/// A time in whole nanoseconds, far below what any decision is about. Infinity stays infinite.
inline double
TimeKey(double seconds)
{
    return std::round(seconds * 1e9);
}

/// A volume to 24 binary digits, which is a nanosecond or less of a transfer that takes 10 ms.
inline float
VolumeKey(double bits)
{
    return static_cast<float>(bits);
}

} // namespace echelon
