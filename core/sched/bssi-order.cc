// SPDX-License-Identifier: GPL-2.0-only
#include "sched/bssi-order.h"

#include "base/contracts.h"
#include "sched/group-ranking.h"

#include <algorithm>
#include <limits>

namespace echelon
{

/// Puts the largest load on top of the heap, of equal ones the smallest link id.
constexpr auto LIGHTER = [](const auto& a, const auto& b) {
    return a.nanoseconds < b.nanoseconds || (a.nanoseconds == b.nanoseconds && a.link > b.link);
};

void
BssiOrder::Reset(std::size_t links)
{
    m_links.resize(links);
    for (const std::uint32_t link : m_crossed)
    {
        m_links[link] = LinkLoad();
    }
    m_crossed.clear();
    m_loads.clear();
    m_firstLoad.clear();
    m_weights.clear();
}

void
BssiOrder::AddGroup(double weight)
{
    m_firstLoad.push_back(static_cast<std::uint32_t>(m_loads.size()));
    m_weights.push_back(weight);
}

void
BssiOrder::AddLoad(LinkId link, double seconds)
{
    ECHELON_REQUIRE(seconds > 0, "a load takes time");
    m_loads.push_back({link.Value(), static_cast<std::uint32_t>(m_weights.size() - 1), seconds});
}

void
BssiOrder::IndexByLink()
{
    m_firstLoad.push_back(static_cast<std::uint32_t>(m_loads.size()));

    for (const Load& load : m_loads)
    {
        LinkLoad& link = m_links[load.link];
        if (link.groups == 0)
        {
            m_crossed.push_back(load.link);
        }
        ++link.groups;
        link.seconds += load.seconds;
    }
    std::uint32_t begin = 0;
    m_heap.clear();
    for (const std::uint32_t link : m_crossed)
    {
        m_links[link].begin = begin;
        begin += m_links[link].groups;
        m_heap.push_back({TimeKey(m_links[link].seconds), link});
    }
    std::make_heap(m_heap.begin(), m_heap.end(), LIGHTER);
    m_onLink.resize(m_loads.size());
    for (std::uint32_t i = 0; i < m_loads.size(); ++i)
    {
        LinkLoad& link = m_links[m_loads[i].link];
        m_onLink[link.begin + link.entries++] = i;
    }
}

std::uint32_t
BssiOrder::HeaviestLink()
{
    for (;;)
    {
        const HeapEntry top = m_heap.front();
        const LinkLoad& link = m_links[top.link];
        const double seconds = TimeKey(link.seconds);
        if (link.groups > 0 && seconds == top.nanoseconds)
        {
            return top.link;
        }
        std::pop_heap(m_heap.begin(), m_heap.end(), LIGHTER);
        m_heap.pop_back();
        if (link.groups > 0)
        {
            m_heap.push_back({seconds, top.link});
            std::push_heap(m_heap.begin(), m_heap.end(), LIGHTER);
        }
    }
}

std::uint32_t
BssiOrder::SelectOn(LinkLoad& link)
{
    std::uint32_t* const begin = m_onLink.data() + link.begin;
    std::uint32_t* const end = std::remove_if(begin, begin + link.entries, [&](std::uint32_t i) {
        return m_isPlaced[m_loads[i].group] != 0;
    });
    link.entries = static_cast<std::uint32_t>(end - begin);
    double least = std::numeric_limits<double>::infinity();
    std::uint32_t last = 0;
    for (const std::uint32_t* i = begin; i != end; ++i)
    {
        const Load& load = m_loads[*i];
        const double price = m_weights[load.group] / load.seconds;
        // Prices that are the same up to noise belong to the group with the largest id.
        if (VolumeKey(price) <= VolumeKey(least))
        {
            least = std::min(least, price);
            last = load.group;
        }
    }
    for (const std::uint32_t* i = begin; i != end; ++i)
    {
        const Load& load = m_loads[*i];
        double& weight = m_weights[load.group];
        weight = std::max(0.0, weight - least * load.seconds);
    }
    return last;
}

void
BssiOrder::Place(std::uint32_t group)
{
    m_isPlaced[group] = 1;
    for (std::uint32_t i = m_firstLoad[group]; i < m_firstLoad[group + 1]; ++i)
    {
        LinkLoad& link = m_links[m_loads[i].link];
        // Loads only shrink, whatever the rounding, as the heap takes for granted.
        link.seconds -= m_loads[i].seconds;
        --link.groups;
    }
}

void
BssiOrder::Order(std::vector<std::uint32_t>& order)
{
    IndexByLink();
    m_isPlaced.assign(m_weights.size(), 0);
    order.resize(m_weights.size());
    for (std::size_t place = order.size(); place-- > 0;)
    {
        order[place] = SelectOn(m_links[HeaviestLink()]);
        Place(order[place]);
    }
}

void
BssiScheduler::Order(const NetworkView& view, std::vector<std::uint32_t>& order)
{
    m_bssi.Reset(view.capacity->size());
    for (std::uint32_t group = 0; group < view.groups.size(); ++group)
    {
        m_bssi.AddGroup(view.groups[group].weight);
        m_loads.clear();
        for (const std::uint32_t i : m_byGroup.Of(group))
        {
            for (const LinkShare& hop : view.flows[i].route)
            {
                const double capacity = (*view.capacity)[hop.link.Value()];
                m_loads.push_back({hop, view.flows[i].remainingBits * hop.share / capacity});
            }
        }
        // Sums must not depend on the order of the flows.
        std::sort(m_loads.begin(), m_loads.end(), [](const Load& a, const Load& b) {
            return a.link < b.link || (a.link == b.link && a.seconds < b.seconds);
        });
        for (std::size_t i = 0; i < m_loads.size();)
        {
            const LinkId link = m_loads[i].link;
            double seconds = 0;
            for (; i < m_loads.size() && m_loads[i].link == link; ++i)
            {
                seconds += m_loads[i].seconds;
            }
            m_bssi.AddLoad(link, seconds);
        }
    }
    m_bssi.Order(order);
}

} // namespace echelon
