// SPDX-License-Identifier: GPL-2.0-only
#include "sched/max-min.h"

#include <algorithm>
#include <limits>

namespace echelon
{

void
MaxMinSolver::Clear()
{
    for (std::size_t l = 1; l < m_links.size(); ++l)
    {
        m_local[m_links[l].Value()] = SINK;
    }
    m_links.assign(1, LinkId());
    m_begin.assign(2, 0);
    m_levels.assign(1, {std::numeric_limits<double>::infinity(), 0});
    m_flows.clear();
}

std::uint32_t
MaxMinSolver::LocalIndex(LinkId link)
{
    if (link.Value() >= m_local.size())
    {
        m_local.resize(link.Value() + 1, SINK);
    }
    std::uint32_t& local = m_local[link.Value()];
    if (local == SINK)
    {
        local = static_cast<std::uint32_t>(m_links.size());
        m_links.push_back(link);
        m_levels.push_back({0, 0});
        m_begin.push_back(0);
    }
    return local;
}

void
MaxMinSolver::Add(const Path& path, std::uint32_t weight)
{
    ECHELON_REQUIRE(path.Hops() > 0 && weight > 0, "a flow that shares links has links and weight");
    Entry entry{{SINK, SINK, SINK, SINK}, weight};
    std::size_t hop = 0;
    for (const LinkId link : path)
    {
        const std::uint32_t local = LocalIndex(link);
        entry.links[hop++] = local;
        m_levels[local].weight += weight;
        ++m_begin[local + 1];
    }
    m_flows.push_back(entry);
}

void
MaxMinSolver::BuildIncidence()
{
    // m_begin[l + 1] holds the number of flows on link l; after the two passes it holds the end of
    // its list.
    std::uint32_t offset = 0;
    for (std::size_t l = 1; l < m_begin.size(); ++l)
    {
        const std::uint32_t count = m_begin[l];
        m_begin[l] = offset;
        offset += count;
    }
    m_crossing.resize(offset);
    for (std::uint32_t f = 0; f < m_flows.size(); ++f)
    {
        for (const std::uint32_t link : m_flows[f].links)
        {
            if (link != SINK)
            {
                m_crossing[m_begin[link + 1]++] = f;
            }
        }
    }
}

void
MaxMinSolver::SiftDown(std::size_t hole, HeapEntry entry)
{
    const std::size_t size = m_heap.size();
    const auto before = [](const HeapEntry& a, const HeapEntry& b) {
        return a.share < b.share || (a.share == b.share && a.link < b.link);
    };
    for (std::size_t child = 2 * hole + 1; child < size; child = 2 * hole + 1)
    {
        if (child + 1 < size && before(m_heap[child + 1], m_heap[child]))
        {
            ++child;
        }
        if (!before(m_heap[child], entry))
        {
            break;
        }
        m_heap[hole] = m_heap[child];
        hole = child;
    }
    m_heap[hole] = entry;
}

void
MaxMinSolver::FillLink(std::uint32_t link, double share)
{
    for (std::uint32_t e = m_begin[link]; e < m_begin[link + 1]; ++e)
    {
        const std::uint32_t f = m_crossing[e];
        if (m_rates[f] >= 0)
        {
            continue;
        }
        const Entry& flow = m_flows[f];
        const double weight = flow.weight;
        const double rate = share * weight;
        m_rates[f] = rate;
        for (const std::uint32_t crossed : flow.links)
        {
            m_levels[crossed].capacity -= rate;
            m_levels[crossed].weight -= weight;
        }
    }
}

void
MaxMinSolver::Solve(const std::vector<BitRate>& capacity)
{
    BuildIncidence();
    m_rates.assign(m_flows.size(), -1.0);
    m_heap.clear();
    for (std::uint32_t l = 1; l < m_links.size(); ++l)
    {
        m_levels[l].capacity = capacity[m_links[l].Value()];
        m_heap.push_back({m_levels[l].capacity / m_levels[l].weight, l});
    }
    for (std::size_t i = m_heap.size() / 2; i-- > 0;)
    {
        SiftDown(i, m_heap[i]);
    }
    while (!m_heap.empty())
    {
        const HeapEntry top = m_heap.front();
        const Level& level = m_levels[top.link];
        if (level.weight > 0)
        {
            // Rounding can bring the share below the water's level, which only rises.
            const double share = std::max(top.share, level.capacity / level.weight);
            if (share > top.share)
            {
                SiftDown(0, {share, top.link});
                continue;
            }
            FillLink(top.link, share);
        }
        const HeapEntry last = m_heap.back();
        m_heap.pop_back();
        if (!m_heap.empty())
        {
            SiftDown(0, last);
        }
    }
}

} // namespace echelon
