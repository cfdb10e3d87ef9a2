// SPDX-License-Identifier: GPL-2.0-only
#include "sched/scf.h"

#include "sched/sort-key.h"

namespace echelon
{

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

} // namespace echelon
