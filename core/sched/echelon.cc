// SPDX-License-Identifier: GPL-2.0-only
#include "sched/echelon.h"

#include "sched/group-ranking.h"

#include <algorithm>

namespace echelon
{

void
EchelonScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    const auto key = [&](std::uint32_t group) { return TimeKey(TardinessToCome(view, group)); };
    m_ranking.Sort(view, key, order);
}

void
EchelonScheduler::OnOrder(const NetworkView& view, const std::vector<std::uint32_t>& order)
{
    m_backfill.SetRanks(view, order);
    m_heads.assign(view.groups.size(), nullptr);
    for (const ActiveFlow& flow : view.flows)
    {
        const ActiveFlow*& head = m_heads[flow.group];
        const std::uint32_t id = view.groups[flow.group].id.Value();
        m_isCoflow.resize(std::max<std::size_t>(m_isCoflow.size(), id + 1));
        m_isCoflow[id] = !head || (m_isCoflow[id] && head->idealFinish == flow.idealFinish);
        head = &flow;
    }
}

bool
EchelonScheduler::DoRepair(const NetworkState& state,
                           const NetworkChange& change,
                           std::vector<FlowRate>& changes)
{
    const bool onlyFromCoflows =
        std::all_of(change.groups.begin(), change.groups.end(), [this](GroupId group) {
            return group.Value() < m_isCoflow.size() && m_isCoflow[group.Value()];
        });
    return onlyFromCoflows && m_backfill.Repair(state, change, changes);
}

void
EchelonPaperScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    const auto key = [&](std::uint32_t group) { return TimeKey(Tardiness(view, group)); };
    m_ranking.Sort(view, key, order);
}

} // namespace echelon
