// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/max-min.h"

#include <algorithm>

namespace echelon
{

template <bool IS_GENERAL, class Visit>
void
MaxMinSolver::ForEachLink(std::size_t flow, Visit visit) const
{
    if constexpr (IS_GENERAL)
    {
        for (const LinkShare& hop : m_routes[flow])
        {
            visit(hop.link.Value() + 1, hop.share);
        }
    }
    else
    {
        for (const std::uint32_t link : m_flows[flow].links)
        {
            visit(link, 1.0);
        }
    }
}

template <bool IS_GENERAL>
void
MaxMinSolver::BuildSlices()
{
    // Flows and slices do not overlap, which the compiler cannot know of vectors.
    Slice* const slices = m_slices.data();
    for (std::size_t f = 0; f < m_flows.size(); ++f)
    {
        const double weight = m_flows[f].weight;
        ForEachLink<IS_GENERAL>(f, [&](std::uint32_t link, double share) {
            Slice& slice = slices[link];
            if (slice.size == 0)
            {
                m_crossed.push_back(link);
            }
            ++slice.size;
            slice.weight += weight * share;
        });
    }
    std::uint32_t total = 0;
    for (const std::uint32_t link : m_crossed)
    {
        total += slices[link].size;
        slices[link].begin = total;
    }
    m_flowsOf.resize(total);
    std::uint32_t* const flowsOf = m_flowsOf.data();
    for (std::uint32_t f = static_cast<std::uint32_t>(m_flows.size()); f-- > 0;)
    {
        ForEachLink<IS_GENERAL>(f, [&](std::uint32_t link, double) {
            flowsOf[--slices[link].begin] = f;
        });
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

template <bool IS_GENERAL>
void
MaxMinSolver::FillLink(std::uint32_t link, double share)
{
    const std::uint32_t* const begin = m_flowsOf.data() + m_slices[link].begin;
    const std::uint32_t* const end = begin + m_slices[link].size;
    for (const std::uint32_t* i = begin; i != end; ++i)
    {
        const std::uint32_t f = *i;
        if (m_rates[f] >= 0)
        {
            continue;
        }
        const double weight = m_flows[f].weight;
        const double rate = share * weight;
        m_rates[f] = rate;
        --m_unrated;
        ForEachLink<IS_GENERAL>(f, [&](std::uint32_t crossed, double part) {
            m_levels[crossed].capacity -= rate * part;
            m_levels[crossed].weight -= weight * part;
        });
    }
}

void
MaxMinSolver::Solve(const std::vector<BitRate>& capacity)
{
    m_isGeneral ? SolveFor<true>(capacity) : SolveFor<false>(capacity);
}

template <bool IS_GENERAL>
void
MaxMinSolver::SolveFor(const std::vector<BitRate>& capacity)
{
    if (m_slices.size() < capacity.size() + 1)
    {
        m_slices.resize(capacity.size() + 1);
        m_levels.resize(capacity.size() + 1);
    }
    for (const std::uint32_t link : m_crossed)
    {
        m_slices[link] = Slice();
    }
    m_crossed.clear();
    BuildSlices<IS_GENERAL>();
    m_rates.assign(m_flows.size(), -1.0);
    m_heap.clear();
    for (const std::uint32_t link : m_crossed)
    {
        if (link != SINK)
        {
            const double weight = m_slices[link].weight;
            m_levels[link] = {capacity[link - 1], weight};
            m_heap.push_back({capacity[link - 1] / weight, link});
        }
    }
    for (std::size_t i = m_heap.size() / 2; i-- > 0;)
    {
        SiftDown(i, m_heap[i]);
    }
    m_unrated = m_flows.size();
    // Weights of split flows leave noise behind; a link of noise has no flow without a rate.
    while (m_unrated > 0)
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
            FillLink<IS_GENERAL>(top.link, share);
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
