// SPDX-License-Identifier: GPL-2.0-only
#include "sched/echelon-paper.h"

#include "sched/sort-key.h"

namespace echelon
{

void
EchelonPaperScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    const auto key = [&](std::uint32_t group) { return TimeKey(Tardiness(view, group)); };
    m_ranking.Sort(view, key, order);
}

} // namespace echelon
