// SPDX-License-Identifier: GPL-2.0-only
#include "sched/sebf.h"

namespace echelon
{

void
SebfScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    m_rank.clear();
    for (std::uint32_t g = 0; g < view.groups.size(); ++g)
    {
        m_rank.push_back({m_madd.Bottleneck(view, m_byGroup.Of(g), view.capacity->data()), g});
    }
    std::sort(m_rank.begin(), m_rank.end(), [](const Ranked& a, const Ranked& b) {
        return a.bottleneck < b.bottleneck || (a.bottleneck == b.bottleneck && a.group < b.group);
    });
    for (const Ranked& ranked : m_rank)
    {
        order.push_back(ranked.group);
    }
}

} // namespace echelon
