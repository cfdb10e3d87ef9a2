// SPDX-License-Identifier: GPL-2.0-only
#include "control/starvation-guard.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

StarvationGuard::StarvationGuard(Scheduler& scheduler, double share)
    : m_scheduler(scheduler),
      m_share(share)
{
    ECHELON_REQUIRE(share > 0 && share < 1, "a fair share is a part of a link");
}

Preparation
StarvationGuard::DoPrepare(const Forecast& forecast)
{
    m_scheduler.Prepare(forecast);
    return m_scheduler.Prepared();
}

void
StarvationGuard::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_solver.Clear();
    for (const ActiveFlow& flow : view.flows)
    {
        m_solver.Add(flow.route, flow.multiplicity);
    }
    m_solver.Solve(*view.capacity);
    m_rest = *view.capacity;
    for (std::size_t i = 0; i < view.flows.size(); ++i)
    {
        out.rates[i] = m_share * m_solver.Rate(i);
        for (const LinkShare& hop : view.flows[i].route)
        {
            m_rest[hop.link.Value()] -= out.rates[i] * hop.share;
        }
    }
    // What rounding takes from a full link would be all there is where the share is next to 1.
    for (const ActiveFlow& flow : view.flows)
    {
        for (const LinkId link : flow.route)
        {
            m_rest[link.Value()] =
                std::max(m_rest[link.Value()], (1 - m_share) * (*view.capacity)[link.Value()]);
        }
    }
    m_view = view;
    m_view.capacity = &m_rest;
    const Allocation& ordered = m_scheduler.Allocate(m_view);
    for (std::size_t i = 0; i < view.flows.size(); ++i)
    {
        out.rates[i] += ordered.rates[i];
    }
    out.priorities = ordered.priorities;
    out.validUntil = ordered.validUntil;
}

} // namespace echelon
