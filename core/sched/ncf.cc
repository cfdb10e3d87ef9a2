// SPDX-License-Identifier: GPL-2.0-only
#include "sched/ncf.h"

namespace echelon
{

void
NcfScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    m_lastSeen.resize(view.capacity->size());
    const auto width = [&](std::uint32_t group) {
        ++m_group;
        std::uint32_t senders = 0;
        std::uint32_t receivers = 0;
        for (const std::uint32_t i : m_byGroup.Of(group))
        {
            const Route route = view.flows[i].route;
            std::uint64_t& sending = m_lastSeen[route[0].link.Value()].sending;
            std::uint64_t& receiving = m_lastSeen[route[route.Hops() - 1].link.Value()].receiving;
            senders += sending != m_group;
            receivers += receiving != m_group;
            sending = receiving = m_group;
        }
        return std::pair(std::min(senders, receivers), view.groups[group].reference);
    };
    m_ranking.Sort(view, width, order);
}

} // namespace echelon
