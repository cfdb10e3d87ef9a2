// SPDX-License-Identifier: GPL-2.0-only
#include "sched/las.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <cmath>

namespace echelon
{

LasScheduler::LasScheduler(Time quantum)
    : m_quantum(quantum)
{
    ECHELON_REQUIRE(quantum > Time(), "a quantum takes some time");
}

Preparation
LasScheduler::DoPrepare(const Forecast& forecast)
{
    m_controlDelay = forecast.controlDelay;
    return {};
}

double
LasScheduler::ServiceOf(const ActiveFlow& flow) const
{
    const double sent = (flow.sizeBits - flow.remainingBits) / flow.multiplicity;
    return std::max(0.0, sent) / m_quantumBits;
}

double
LasScheduler::LevelOf(const ActiveFlow& flow) const
{
    return std::floor(ServiceOf(flow) + OVER_QUANTUM);
}

void
LasScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    if (view.flows.empty())
    {
        return;
    }
    // Of the fabric, not of the view, so that what flows elsewhere do makes no difference.
    m_quantumBits =
        m_quantum.Seconds() * *std::max_element(view.capacity->begin(), view.capacity->end());
    m_order.Sort(view, [&](const ActiveFlow& flow) { return LevelOf(flow); });
    m_residual.Reset(view);
    const std::vector<std::uint32_t>& order = m_order.Order();
    m_levels.clear();
    for (std::size_t k = 0; k < order.size(); ++k)
    {
        if (k == 0 || LevelOf(view.flows[order[k]]) > LevelOf(view.flows[order[k - 1]]))
        {
            m_levels.push_back(k);
        }
    }
    m_levels.push_back(order.size());
    for (std::size_t level = 0; level + 1 < m_levels.size(); ++level)
    {
        ServeLevel(view, m_levels[level], m_levels[level + 1], out);
    }
    m_lowestOnLink.resize(view.capacity->size());
    for (const ActiveFlow& flow : view.flows)
    {
        for (const LinkId link : flow.route)
        {
            m_lowestOnLink[link.Value()] = LinkLevel();
        }
    }
    ValidUntil validUntil(view.now, m_controlDelay);
    for (std::size_t level = m_levels.size() - 1; level-- > 0;)
    {
        ForeseeCatchUp(view, m_levels[level], m_levels[level + 1], out, validUntil);
    }
    out.validUntil = validUntil.Earliest();
}

void
LasScheduler::ServeLevel(const NetworkView& view,
                         std::size_t begin,
                         std::size_t end,
                         Allocation& out)
{
    m_solver.Clear();
    m_served.clear();
    for (std::size_t k = begin; k < end; ++k)
    {
        const std::uint32_t i = m_order.Order()[k];
        if (m_residual.On(view.flows[i].route) > 0)
        {
            m_solver.Add(view.flows[i].route, view.flows[i].multiplicity);
            m_served.push_back(i);
        }
    }
    if (m_served.empty())
    {
        return;
    }
    m_solver.Solve(m_residual.Values());
    for (std::size_t k = 0; k < m_served.size(); ++k)
    {
        out.rates[m_served[k]] = m_solver.Rate(k);
        m_residual.Take(view.flows[m_served[k]].route, m_solver.Rate(k));
    }
}

void
LasScheduler::ForeseeCatchUp(const NetworkView& view,
                             std::size_t begin,
                             std::size_t end,
                             const Allocation& out,
                             ValidUntil& validUntil)
{
    // A flow reaches the beginning of the next higher level on a link, which moves away with that
    // level's slowest flow there, no later than it reaches any flow of that level.
    for (std::size_t k = begin; k < end; ++k)
    {
        const std::uint32_t i = m_order.Order()[k];
        const ActiveFlow& flow = view.flows[i];
        const double service = ServiceOf(flow);
        const BitRate rate = out.rates[i] / flow.multiplicity;
        for (const LinkId link : flow.route)
        {
            const LinkLevel& next = m_lowestOnLink[link.Value()];
            if (next.isSeen)
            {
                validUntil.After((next.level - service) * m_quantumBits, rate - next.slowest);
            }
        }
    }
    for (std::size_t k = begin; k < end; ++k)
    {
        const std::uint32_t i = m_order.Order()[k];
        const ActiveFlow& flow = view.flows[i];
        const double level = LevelOf(flow);
        const BitRate rate = out.rates[i] / flow.multiplicity;
        for (const LinkId link : flow.route)
        {
            LinkLevel& lowest = m_lowestOnLink[link.Value()];
            const bool isFirst = !lowest.isSeen || lowest.level > level;
            lowest = {level, isFirst ? rate : std::min(lowest.slowest, rate), true};
        }
    }
}

} // namespace echelon
