// SPDX-License-Identifier: GPL-2.0-only
#include "sched/fair.h"

namespace echelon
{

void
FairScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_solver.Clear();
    for (const ActiveFlow& flow : view.flows)
    {
        m_solver.Add(flow.route, flow.multiplicity);
    }
    m_solver.Solve(*view.capacity);
    for (std::size_t i = 0; i < out.rates.size(); ++i)
    {
        out.rates[i] = m_solver.Rate(i);
    }
}

bool
FairScheduler::DoRepair(const NetworkState& state,
                        const NetworkChange& change,
                        std::vector<FlowRate>& changes)
{
    return m_repair.Repair(state, change.links, changes);
}

} // namespace echelon
