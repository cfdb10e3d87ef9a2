// SPDX-License-Identifier: GPL-2.0-only
#include "sched/group-order.h"

#include "base/contracts.h"

namespace echelon
{

void
GroupOrderScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_byGroup.Reset(view);
    m_residual.Reset(view);
    m_order.clear();
    Order(view, m_order);
    ECHELON_ENSURE(m_order.size() == view.groups.size(), "every group has a place in the order");
    m_backfill.SetRanks(view, m_order);
    for (const std::uint32_t group : m_order)
    {
        m_madd.Give(view, m_byGroup.Of(group), m_residual, out.rates);
    }
    for (const std::uint32_t group : m_order)
    {
        GiveInOrder(view, m_byGroup.Of(group), m_residual, out.rates);
    }
}

bool
GroupOrderScheduler::DoRepair(const NetworkState& state,
                              const NetworkChange& change,
                              std::vector<FlowRate>& changes)
{
    return m_backfill.Repair(state, change, changes);
}

} // namespace echelon
