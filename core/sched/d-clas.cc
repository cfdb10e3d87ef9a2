// SPDX-License-Identifier: GPL-2.0-only
#include "sched/d-clas.h"

#include "base/contracts.h"
#include "base/tolerances.h"
#include "sched/valid-until.h"

namespace echelon
{

DClasScheduler::DClasScheduler(const DClasOptions& options)
    : m_options(options)
{
    ECHELON_REQUIRE(options.queues > 0, "there is a queue");
    ECHELON_REQUIRE(options.firstLimitBits > 0 && options.factor >= 1,
                    "limits ascend from above 0");
    double limit = options.firstLimitBits;
    for (std::uint32_t queue = 0; queue + 1 < options.queues; ++queue)
    {
        m_limits.push_back(limit);
        limit *= options.factor;
    }
}

Preparation
DClasScheduler::DoPrepare(const Forecast& forecast)
{
    m_controlDelay = forecast.controlDelay;
    return {};
}

std::uint32_t
DClasScheduler::QueueOf(double sentBits) const
{
    std::uint32_t queue = 0;
    while (queue < m_limits.size() && sentBits >= m_limits[queue] * (1 - OVER_LIMIT))
    {
        ++queue;
    }
    return queue;
}

void
DClasScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_byGroup.Reset(view);
    m_residual.Reset(view);
    m_queueOf.clear();
    for (const ActiveGroup& group : view.groups)
    {
        m_queueOf.push_back(QueueOf(group.sentBits));
    }
    m_ranking.Sort(
        view,
        [&](std::uint32_t g) { return std::pair(m_queueOf[g], view.groups[g].reference); },
        m_order);
    if (m_options.sharing == QueueSharing::WEIGHTED)
    {
        ShareByWeight(view, out);
    }
    ValidUntil validUntil(view.now, m_controlDelay);
    for (const std::uint32_t group : m_order)
    {
        ServeGroup(view, group, nullptr, out);
        if (m_queueOf[group] < m_limits.size())
        {
            BitRate rate = 0;
            for (const std::uint32_t i : m_byGroup.Of(group))
            {
                rate += out.rates[i];
            }
            validUntil.After(m_limits[m_queueOf[group]] - view.groups[group].sentBits, rate);
        }
    }
    out.validUntil = validUntil.Earliest();
    m_backfill.SetRanks(view, m_order);
}

bool
DClasScheduler::DoRepair(const NetworkState& state,
                         const NetworkChange& change,
                         std::vector<FlowRate>& changes)
{
    return m_backfill.Repair(state, change, changes);
}

void
DClasScheduler::WeighQueues(const NetworkView& view)
{
    m_linkQueues.resize(view.capacity->size());
    for (const ActiveFlow& flow : view.flows)
    {
        for (const LinkId link : flow.route)
        {
            m_linkQueues[link.Value()] = LinkQueues();
        }
    }
    for (const std::uint32_t group : m_order)
    {
        const std::uint32_t queue = m_queueOf[group];
        for (const std::uint32_t i : m_byGroup.Of(group))
        {
            for (const LinkId link : view.flows[i].route)
            {
                LinkQueues& queues = m_linkQueues[link.Value()];
                if (queues.last != queue + 1)
                {
                    queues.last = queue + 1;
                    queues.weight += m_options.queues - queue;
                }
            }
        }
    }
}

void
DClasScheduler::ShareByWeight(const NetworkView& view, Allocation& out)
{
    WeighQueues(view);
    m_slice.resize(view.capacity->size());
    for (std::size_t begin = 0; begin < m_order.size();)
    {
        const std::uint32_t queue = m_queueOf[m_order[begin]];
        std::size_t end = begin;
        for (; end < m_order.size() && m_queueOf[m_order[end]] == queue; ++end)
        {
            for (const std::uint32_t i : m_byGroup.Of(m_order[end]))
            {
                for (const LinkId link : view.flows[i].route)
                {
                    m_slice[link.Value()] = (*view.capacity)[link.Value()] *
                                            (m_options.queues - queue) /
                                            m_linkQueues[link.Value()].weight;
                }
            }
        }
        for (; begin < end; ++begin)
        {
            ServeGroup(view, m_order[begin], &m_slice, out);
        }
    }
}

void
DClasScheduler::ServeGroup(const NetworkView& view,
                           std::uint32_t group,
                           std::vector<double>* slice,
                           Allocation& out)
{
    m_solver.Clear();
    m_served.clear();
    for (const std::uint32_t i : m_byGroup.Of(group))
    {
        const ActiveFlow& flow = view.flows[i];
        if (m_residual.On(flow.route) > 0)
        {
            m_solver.Add(flow.route, flow.multiplicity);
            m_served.push_back(i);
        }
    }
    if (m_served.empty())
    {
        return;
    }
    m_solver.Solve(slice ? *slice : m_residual.Values());
    for (std::size_t k = 0; k < m_served.size(); ++k)
    {
        const Route route = view.flows[m_served[k]].route;
        const BitRate rate = m_solver.Rate(k);
        out.rates[m_served[k]] += rate;
        m_residual.Take(route, rate);
        if (slice)
        {
            for (const LinkShare& hop : route)
            {
                double& left = (*slice)[hop.link.Value()];
                const double capacity = (*view.capacity)[hop.link.Value()];
                left -= rate * hop.share;
                left = left < CAPACITY_EPSILON * capacity ? 0 : left;
            }
        }
    }
}

} // namespace echelon
