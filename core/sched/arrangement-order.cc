// SPDX-License-Identifier: GPL-2.0-only
#include "sched/arrangement-order.h"

#include "base/contracts.h"

#include <limits>

namespace echelon
{

constexpr double SECONDS_PER_PICOSECOND = 1e-12;

static double
Seconds(std::int64_t picoseconds)
{
    return static_cast<double>(picoseconds) * SECONDS_PER_PICOSECOND;
}

void
ArrangementOrderScheduler::BuildClass(const NetworkView& view,
                                      std::uint32_t* begin,
                                      std::uint32_t* end)
{
    const auto first = static_cast<std::uint32_t>(m_crossings.size());
    m_classes.push_back({view.flows[*begin].idealFinish.Picoseconds(), begin, end, first});
    for (const std::uint32_t* i = begin; i != end; ++i)
    {
        const ActiveFlow& flow = view.flows[*i];
        m_firstOfFlow[*i] = static_cast<std::uint32_t>(m_flowCrossings.size());
        for (const auto& [link, share] : flow.route)
        {
            // The index may be a leftover; it is this class's if the crossing it names says so.
            std::uint32_t& index = m_last[link.Value()];
            if (index < first || index >= m_crossings.size() || m_crossings[index].link != link)
            {
                index = static_cast<std::uint32_t>(m_crossings.size());
                m_crossings.push_back({link, 0.0, 0.0});
            }
            m_crossings[index].bits += flow.remainingBits * share;
            m_flowCrossings.push_back(index);
        }
    }
    for (std::size_t x = first; x < m_crossings.size(); ++x)
    {
        double& bits = m_bits[m_crossings[x].link.Value()];
        bits += m_crossings[x].bits;
        m_crossings[x].bitsUpTo = bits;
    }
}

void
ArrangementOrderScheduler::BuildGroup(const NetworkView& view, std::uint32_t group)
{
    const FlowsByGroup::Range flows = m_byGroup.Of(group);
    const auto earlier = [&view](std::uint32_t a, std::uint32_t b) {
        const Time da = view.flows[a].idealFinish;
        const Time db = view.flows[b].idealFinish;
        return da < db || (da == db && a < b);
    };
    if (!std::is_sorted(flows.begin(), flows.end(), earlier))
    {
        std::sort(flows.begin(), flows.end(), earlier);
    }
    const std::size_t firstCrossing = m_crossings.size();
    m_groups.push_back({static_cast<std::uint32_t>(m_classes.size())});
    for (std::uint32_t* begin = flows.begin(); begin != flows.end();)
    {
        std::uint32_t* end = begin + 1;
        while (end != flows.end() && view.flows[*end].idealFinish == view.flows[*begin].idealFinish)
        {
            ++end;
        }
        BuildClass(view, begin, end);
        begin = end;
    }
    for (std::size_t x = firstCrossing; x < m_crossings.size(); ++x)
    {
        m_bits[m_crossings[x].link.Value()] = 0;
    }
}

bool
ArrangementOrderScheduler::SetDeadlines(const NetworkView& view,
                                        std::uint32_t group,
                                        const double* capacity)
{
    const std::uint32_t first = m_groups[group].firstClass;
    const std::uint32_t last = m_groups[group + 1].firstClass;
    double tardiness = -std::numeric_limits<double>::infinity();
    double criticalDuration = 0;
    std::int64_t criticalFinish = 0;
    for (std::uint32_t c = first; c < last; ++c)
    {
        double duration = 0;
        for (std::uint32_t x = m_classes[c].firstCrossing; x < m_classes[c + 1].firstCrossing; ++x)
        {
            const double left = capacity[m_crossings[x].link.Value()];
            if (left <= 0)
            {
                return false;
            }
            duration = std::max(duration, m_crossings[x].bitsUpTo / left);
        }
        const std::int64_t finish = m_classes[c].idealFinishPs;
        const double candidate = duration - Seconds(finish - m_classes[first].idealFinishPs);
        if (candidate > tardiness)
        {
            tardiness = candidate;
            criticalDuration = duration;
            criticalFinish = finish;
        }
    }
    const std::optional<Time> suffered = view.groups[group].tardiness;
    if (KeepsTardiness() && suffered)
    {
        const Time due = Time::FromPicoseconds(criticalFinish) + *suffered;
        criticalDuration = std::max(criticalDuration, (due - view.now).Seconds());
    }
    // From differences of ideal finish times, which are exact, and not from τ, where an old
    // reference time would cost digits.
    for (std::uint32_t c = first; c < last; ++c)
    {
        m_classes[c].duration =
            criticalDuration + Seconds(m_classes[c].idealFinishPs - criticalFinish);
    }
    return true;
}

void
ArrangementOrderScheduler::Reserve(std::uint32_t group)
{
    const std::uint32_t first = m_groups[group].firstClass;
    const std::uint32_t last = m_groups[group + 1].firstClass;
    for (std::uint32_t c = first; c < last; ++c)
    {
        for (std::uint32_t x = m_classes[c].firstCrossing; x < m_classes[c + 1].firstCrossing; ++x)
        {
            double& reserved = m_reserved[m_crossings[x].link.Value()];
            m_crossings[x].reserved = reserved;
            reserved = std::max(reserved, m_crossings[x].bitsUpTo / m_classes[c].duration);
        }
    }
    for (std::uint32_t x = m_classes[first].firstCrossing; x < m_classes[last].firstCrossing; ++x)
    {
        m_reserved[m_crossings[x].link.Value()] = 0;
    }
}

double
ArrangementOrderScheduler::FittingOf(const NetworkView& view, std::uint32_t flow) const
{
    double fitting = 1;
    const std::uint32_t first = m_firstOfFlow[flow];
    for (std::size_t hop = 0; hop < view.flows[flow].route.Hops(); ++hop)
    {
        fitting = std::min(fitting, m_crossings[m_flowCrossings[first + hop]].fitting);
    }
    return fitting;
}

void
ArrangementOrderScheduler::SpreadClass(const NetworkView& view, std::uint32_t c)
{
    const DeadlineClass& own = m_classes[c];
    const DeadlineClass& before = m_classes[c - 1];
    const double segment = Seconds(own.idealFinishPs - before.idealFinishPs);
    for (std::uint32_t x = own.firstCrossing; x < m_classes[c + 1].firstCrossing; ++x)
    {
        Crossing& crossing = m_crossings[x];
        crossing.fitting = std::min(1.0, m_residual[crossing.link] * segment / crossing.bits);
        crossing.wanted = 0;
    }
    for (const std::uint32_t* i = own.begin; i != own.end; ++i)
    {
        const ActiveFlow& flow = view.flows[*i];
        m_spread[*i] = flow.remainingBits * (1 - FittingOf(view, *i)) / before.duration;
        const std::uint32_t* crossing = &m_flowCrossings[m_firstOfFlow[*i]];
        for (const LinkShare& hop : flow.route)
        {
            m_crossings[*crossing++].wanted += m_spread[*i] * hop.share;
        }
    }
}

void
ArrangementOrderScheduler::GiveSpread(const NetworkView& view, std::uint32_t c, Allocation& out)
{
    const DeadlineClass& own = m_classes[c];
    for (std::uint32_t x = own.firstCrossing; x < m_classes[c + 1].firstCrossing; ++x)
    {
        Crossing& crossing = m_crossings[x];
        const double room = std::max(0.0, m_residual[crossing.link] - crossing.reserved);
        crossing.fitting = crossing.wanted > room ? room / crossing.wanted : 1.0;
    }
    for (const std::uint32_t* i = own.begin; i != own.end; ++i)
    {
        if (m_spread[*i] <= 0)
        {
            continue;
        }
        out.rates[*i] = m_spread[*i] * FittingOf(view, *i);
        m_residual.Take(view.flows[*i].route, out.rates[*i]);
    }
}

void
ArrangementOrderScheduler::GiveToHead(const NetworkView& view, std::uint32_t c, Allocation& out)
{
    // The head class has no segment but its own, which begins now.
    const DeadlineClass& own = m_classes[c];
    for (std::uint32_t x = own.firstCrossing; x < m_classes[c + 1].firstCrossing; ++x)
    {
        m_crossings[x].reserved = 0;
        m_crossings[x].wanted = m_crossings[x].bits / own.duration;
    }
    for (const std::uint32_t* i = own.begin; i != own.end; ++i)
    {
        m_spread[*i] = view.flows[*i].remainingBits / own.duration;
    }
    GiveSpread(view, c, out);
}

void
ArrangementOrderScheduler::GiveTogether(const NetworkView& view, std::uint32_t c, Allocation& out)
{
    // To the last digit what MADD gives, so that runs of coflows are those of `sebf`.
    const DeadlineClass& own = m_classes[c];
    for (const std::uint32_t* i = own.begin; i != own.end; ++i)
    {
        out.rates[*i] = view.flows[*i].remainingBits / own.duration;
        m_residual.Take(view.flows[*i].route, out.rates[*i]);
    }
}

void
ArrangementOrderScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    const std::size_t links = view.capacity->size();
    m_bits.resize(links, 0.0);
    m_reserved.resize(links, 0.0);
    m_last.resize(links, 0);
    m_flowCrossings.clear();
    m_firstOfFlow.resize(view.flows.size());
    m_spread.resize(view.flows.size());
    m_byGroup.Reset(view);
    m_residual.Reset(view);
    m_groups.clear();
    m_classes.clear();
    m_crossings.clear();
    for (std::uint32_t g = 0; g < view.groups.size(); ++g)
    {
        BuildGroup(view, g);
    }
    m_groups.push_back({static_cast<std::uint32_t>(m_classes.size())});
    m_classes.push_back({0, nullptr, nullptr, static_cast<std::uint32_t>(m_crossings.size())});

    m_order.clear();
    Order(view, m_order);
    ECHELON_ENSURE(m_order.size() == view.groups.size(), "every group has a place in the order");
    OnOrder(view, m_order);
    for (const std::uint32_t group : m_order)
    {
        const std::uint32_t first = m_groups[group].firstClass;
        const std::uint32_t last = m_groups[group + 1].firstClass;
        if (first == last || !SetDeadlines(view, group, m_residual.Values().data()))
        {
            continue;
        }
        if (last - first == 1)
        {
            GiveTogether(view, first, out);
            continue;
        }
        Reserve(group);
        for (std::uint32_t c = last - 1; c > first; --c)
        {
            SpreadClass(view, c);
            GiveSpread(view, c, out);
        }
        GiveToHead(view, first, out);
    }
    for (const std::uint32_t group : m_order)
    {
        GiveInOrder(view, m_byGroup.Of(group), m_residual, out.rates);
    }
}

void
ArrangementOrderScheduler::Demands(const NetworkView& view,
                                   std::uint32_t group,
                                   std::vector<LinkDemand>& demands)
{
    demands.clear();
    for (std::uint32_t c = m_groups[group].firstClass; c < m_groups[group + 1].firstClass; ++c)
    {
        const double early = Seconds(m_classes[c].idealFinishPs - view.now.Picoseconds());
        for (std::uint32_t x = m_classes[c].firstCrossing; x < m_classes[c + 1].firstCrossing; ++x)
        {
            const LinkId link = m_crossings[x].link;
            const double seconds = m_crossings[x].bitsUpTo / (*view.capacity)[link.Value()];
            std::uint32_t& place = m_last[link.Value()];
            if (place >= demands.size() || demands[place].link != link)
            {
                place = static_cast<std::uint32_t>(demands.size());
                demands.push_back({link, seconds, seconds - early});
                continue;
            }
            demands[place].seconds = seconds;
            demands[place].tail = std::max(demands[place].tail, seconds - early);
        }
    }
}

double
ArrangementOrderScheduler::Tardiness(const NetworkView& view, std::uint32_t group)
{
    const DeadlineClass& head = m_classes[m_groups[group].firstClass];
    return TardinessToCome(view, group) + Seconds(view.now.Picoseconds() - head.idealFinishPs);
}

double
ArrangementOrderScheduler::TardinessToCome(const NetworkView& view, std::uint32_t group)
{
    SetDeadlines(view, group, view.capacity->data());
    return m_classes[m_groups[group].firstClass].duration;
}

} // namespace echelon
