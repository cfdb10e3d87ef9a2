// SPDX-License-Identifier: GPL-2.0-only
#include "sched/coflow-orders.h"

#include "sched/group-ranking.h"

namespace echelon
{

void
SebfScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    const auto bottleneck = [&](std::uint32_t group) {
        return TimeKey(m_madd.Bottleneck(view, m_byGroup.Of(group), view.capacity->data()));
    };
    m_ranking.Sort(view, bottleneck, order);
}

void
ScfScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    const auto left = [&](std::uint32_t group) {
        double total = 0;
        double longest = 0;
        for (const std::uint32_t i : m_byGroup.Of(group))
        {
            const ActiveFlow& flow = view.flows[i];
            total += flow.remainingBits;
            longest = std::max(longest, flow.remainingBits / flow.multiplicity);
        }
        return VolumeKey(m_size == CoflowSize::TOTAL ? total : longest);
    };
    m_ranking.Sort(view, left, order);
}

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
