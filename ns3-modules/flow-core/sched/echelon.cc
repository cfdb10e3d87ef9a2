// SPDX-License-Identifier: GPL-2.0-only
#include "sched/echelon.h"

#include <numeric>

namespace echelon
{

void
EchelonScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    m_tardiness.clear();
    for (std::uint32_t g = 0; g < view.groups.size(); ++g)
    {
        m_tardiness.push_back(Tardiness(view, g));
    }
    order.resize(view.groups.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
        return m_tardiness[a] < m_tardiness[b] || (m_tardiness[a] == m_tardiness[b] && a < b);
    });
}

} // namespace echelon
