// SPDX-License-Identifier: GPL-2.0-only
#include "sched/bssi.h"

#include <algorithm>

namespace echelon
{

void
BssiScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    m_bssi.Reset(view.capacity->size());
    for (std::uint32_t group = 0; group < view.groups.size(); ++group)
    {
        m_bssi.AddGroup(view.groups[group].weight);
        m_loads.clear();
        for (const std::uint32_t i : m_byGroup.Of(group))
        {
            for (const LinkShare& hop : view.flows[i].route)
            {
                const double capacity = (*view.capacity)[hop.link.Value()];
                m_loads.push_back({hop, view.flows[i].remainingBits * hop.share / capacity});
            }
        }
        // Sums must not depend on the order of the flows.
        std::sort(m_loads.begin(), m_loads.end(), [](const Load& a, const Load& b) {
            return a.link < b.link || (a.link == b.link && a.seconds < b.seconds);
        });
        for (std::size_t i = 0; i < m_loads.size();)
        {
            const LinkId link = m_loads[i].link;
            double seconds = 0;
            for (; i < m_loads.size() && m_loads[i].link == link; ++i)
            {
                seconds += m_loads[i].seconds;
            }
            m_bssi.AddLoad(link, seconds);
        }
    }
    m_bssi.Order(order);
}

} // namespace echelon
