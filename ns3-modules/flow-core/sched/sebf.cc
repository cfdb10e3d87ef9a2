// SPDX-License-Identifier: GPL-2.0-only
#include "sched/sebf.h"

#include <cmath>

namespace echelon
{

double
SebfScheduler::Bottleneck(const NetworkView& view, std::uint32_t group, const double* capacity)
{
    for (const std::uint32_t i : m_byGroup.Of(group))
    {
        for (const LinkId link : view.flows[i].path)
        {
            m_bits[link.Value()] += view.flows[i].remainingBits;
        }
    }
    double longest = 0;
    for (const std::uint32_t i : m_byGroup.Of(group))
    {
        for (const LinkId link : view.flows[i].path)
        {
            double& bits = m_bits[link.Value()];
            if (bits > 0)
            {
                longest = std::max(longest, bits / capacity[link.Value()]);
                bits = 0;
            }
        }
    }
    return longest;
}

void
SebfScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    m_byGroup.Reset(view);
    m_residual.Reset(view);
    m_bits.resize(view.capacity->size(), 0.0);
    m_rank.clear();
    for (std::uint32_t g = 0; g < view.groups.size(); ++g)
    {
        m_rank.push_back({Bottleneck(view, g, view.capacity->data()), g});
    }
    std::sort(m_rank.begin(), m_rank.end(), [](const Ranked& a, const Ranked& b) {
        return a.bottleneck < b.bottleneck || (a.bottleneck == b.bottleneck && a.group < b.group);
    });
    for (const Ranked& ranked : m_rank)
    {
        const double bottleneck = Bottleneck(view, ranked.group, m_residual.Values().data());
        if (!std::isfinite(bottleneck))
        {
            continue;
        }
        for (const std::uint32_t i : m_byGroup.Of(ranked.group))
        {
            out.rates[i] = view.flows[i].remainingBits / bottleneck;
            m_residual.Take(view.flows[i].path, out.rates[i]);
        }
    }
    for (const Ranked& ranked : m_rank)
    {
        GiveInOrder(view, m_byGroup.Of(ranked.group), m_residual, out.rates);
    }
}

} // namespace echelon
