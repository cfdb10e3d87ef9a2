// SPDX-License-Identifier: GPL-2.0-only
#include "sched/sebf.h"

#include "sched/sort-key.h"

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

} // namespace echelon
