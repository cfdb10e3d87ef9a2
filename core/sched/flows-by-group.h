// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The flows of a view, group by group.
 *
 *     byGroup.Reset(view);
 *     for (std::uint32_t i : byGroup.Of(g)) { … view.flows[i] … }
 *
 * Within a group, flows are in the order of ids until the caller sorts them. Reset takes
 * O(flows + groups) and keeps its memory.
 */
#pragma once

#include "sched/scheduler.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// Indices into view.flows, by index into view.groups.
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

} // namespace echelon
