// SPDX-License-Identifier: GPL-2.0-only
#include "sched/echelon-bssi.h"

#include "sched/group-ranking.h"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace echelon
{

/// Gains of the exchanges come in the first passes; the limit bounds a decision's time.
constexpr std::uint32_t MAX_PASSES = 8;

/// An exchange, or an order, must be better by this share: rounding decides nothing.
constexpr double SAME_GAIN = 1e-9;

void
EchelonBssiScheduler::CollectDemands(const NetworkView& view)
{
    m_demands.clear();
    m_firstDemand.clear();
    m_suffered.clear();
    for (std::uint32_t g = 0; g < view.groups.size(); ++g)
    {
        m_firstDemand.push_back(static_cast<std::uint32_t>(m_demands.size()));
        const std::optional<Time> suffered = view.groups[g].tardiness;
        m_suffered.push_back(suffered ? suffered->Seconds()
                                      : -std::numeric_limits<double>::infinity());
        Demands(view, g, m_ofGroup);
        m_demands.insert(m_demands.end(), m_ofGroup.begin(), m_ofGroup.end());
    }
    m_firstDemand.push_back(static_cast<std::uint32_t>(m_demands.size()));
}

void
EchelonBssiScheduler::FindComponents(const NetworkView& view)
{
    const auto groups = static_cast<std::uint32_t>(view.groups.size());
    boost::disjoint_sets_with_storage<> sets(groups + view.capacity->size());
    for (std::uint32_t g = 0; g < groups; ++g)
    {
        for (std::uint32_t i = m_firstDemand[g]; i < m_firstDemand[g + 1]; ++i)
        {
            sets.union_set(g, groups + m_demands[i].link.Value());
        }
    }
    std::vector<std::uint32_t> smallest(groups + view.capacity->size(), groups);
    m_componentOf.clear();
    m_byComponent.resize(groups);
    for (std::uint32_t g = 0; g < groups; ++g)
    {
        std::uint32_t& first = smallest[sets.find_set(g)];
        first = std::min(first, g);
        m_componentOf.push_back(first);
    }
    std::iota(m_byComponent.begin(), m_byComponent.end(), 0);
    std::sort(m_byComponent.begin(), m_byComponent.end(), [this](std::uint32_t a, std::uint32_t b) {
        return m_componentOf[a] < m_componentOf[b] ||
               (m_componentOf[a] == m_componentOf[b] && a < b);
    });
}

void
EchelonBssiScheduler::OrderByBssi(const NetworkView& view, const Range& component)
{
    m_bssi.Reset(view.capacity->size());
    for (const std::uint32_t g : component)
    {
        m_bssi.AddGroup(view.groups[g].weight);
        for (std::uint32_t i = m_firstDemand[g]; i < m_firstDemand[g + 1]; ++i)
        {
            m_bssi.AddLoad(m_demands[i].link, m_demands[i].seconds);
        }
    }
    m_bssi.Order(m_byBssi);
    for (std::uint32_t& place : m_byBssi)
    {
        place = component.begin()[place];
    }
}

void
EchelonBssiScheduler::OrderByTardiness(const NetworkView& view, const Range& component)
{
    m_keys.resize(view.groups.size());
    for (const std::uint32_t g : component)
    {
        // From now on: no order makes good the lateness that was suffered before.
        const ActiveFlow& head = view.flows[*m_byGroup.Of(g).begin()];
        const double suffered = (view.now - head.idealFinish).Seconds();
        m_keys[g] = TimeKey((TardinessOf(g) - suffered) / view.groups[g].weight);
    }
    m_byTardiness.assign(component.begin(), component.end());
    std::sort(m_byTardiness.begin(), m_byTardiness.end(), [this](std::uint32_t a, std::uint32_t b) {
        return m_keys[a] < m_keys[b] || (m_keys[a] == m_keys[b] && a < b);
    });
}

double
EchelonBssiScheduler::TardinessOf(std::uint32_t group) const
{
    double tardiness = m_suffered[group];
    for (std::uint32_t i = m_firstDemand[group]; i < m_firstDemand[group + 1]; ++i)
    {
        const LinkDemand& demand = m_demands[i];
        const std::uint32_t link = demand.link.Value();
        tardiness = std::max(tardiness, m_before[link] + m_neighbour[link] + demand.tail);
    }
    return tardiness;
}

double
EchelonBssiScheduler::TardinessBehind(std::uint32_t group, std::uint32_t neighbour)
{
    for (std::uint32_t i = m_firstDemand[neighbour]; i < m_firstDemand[neighbour + 1]; ++i)
    {
        m_neighbour[m_demands[i].link.Value()] = m_demands[i].seconds;
    }
    const double tardiness = TardinessOf(group);
    for (std::uint32_t i = m_firstDemand[neighbour]; i < m_firstDemand[neighbour + 1]; ++i)
    {
        m_neighbour[m_demands[i].link.Value()] = 0;
    }
    return tardiness;
}

bool
EchelonBssiScheduler::ShouldExchange(const NetworkView& view, std::uint32_t a, std::uint32_t b)
{
    const double gain = view.groups[b].weight * (TardinessBehind(b, a) - TardinessOf(b));
    const double loss = view.groups[a].weight * (TardinessBehind(a, b) - TardinessOf(a));
    return gain * (1 - SAME_GAIN) > loss;
}

double
EchelonBssiScheduler::Improve(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    double objective = 0;
    bool isLower = true;
    for (std::uint32_t pass = 0; isLower && pass < MAX_PASSES; ++pass)
    {
        isLower = false;
        objective = 0;
        for (std::size_t i = 0; i < order.size(); ++i)
        {
            if (i + 1 < order.size() && ShouldExchange(view, order[i], order[i + 1]))
            {
                std::swap(order[i], order[i + 1]);
                isLower = true;
            }
            objective += view.groups[order[i]].weight * TardinessOf(order[i]);
            for (std::uint32_t d = m_firstDemand[order[i]]; d < m_firstDemand[order[i] + 1]; ++d)
            {
                m_before[m_demands[d].link.Value()] += m_demands[d].seconds;
            }
        }
        for (const std::uint32_t g : order)
        {
            for (std::uint32_t i = m_firstDemand[g]; i < m_firstDemand[g + 1]; ++i)
            {
                m_before[m_demands[i].link.Value()] = 0;
            }
        }
    }
    return objective;
}

void
EchelonBssiScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    m_before.resize(view.capacity->size(), 0.0);
    m_neighbour.resize(view.capacity->size(), 0.0);
    CollectDemands(view);
    FindComponents(view);
    std::uint32_t* const end = m_byComponent.data() + m_byComponent.size();
    for (std::uint32_t* begin = m_byComponent.data(); begin != end;)
    {
        Range component{begin, begin};
        while (component.last != end && m_componentOf[*component.last] == m_componentOf[*begin])
        {
            ++component.last;
        }
        OrderByBssi(view, component);
        OrderByTardiness(view, component);
        const double bssi = Improve(view, m_byBssi);
        const double byTardiness = Improve(view, m_byTardiness);
        const bool isByTardiness = byTardiness < bssi - SAME_GAIN * std::abs(bssi);
        const std::vector<std::uint32_t>& better = isByTardiness ? m_byTardiness : m_byBssi;
        order.insert(order.end(), better.begin(), better.end());
        begin = component.last;
    }
}

} // namespace echelon
